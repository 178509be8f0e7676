// SPDX-License-Identifier: Apache-2.0
//
// The rows that check, gradients and doctor look at: --rows of DATA, or of the model's own rows, as the network reads
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bprop/evaluate.h"
#include "model_and_data.h"

namespace bprop::cli {

struct RowChoice {
  std::size_t first = 32;       // so many, if nothing is asked for
  std::string list = {};        // --rows
  std::string by_default = {};  // in words; "": the first so many
  void declare(Options& options);
  // Of so many rows, from 0. Throws UsageError when one does not exist.
  std::vector<std::uint32_t> positions(std::size_t rows) const;
};

// Throws UsageError when a row does not exist or there are no targets.
template <class T>
EncodedRows<T> chosen_rows(const Model& model, const std::optional<Dataset>& data, const RowChoice& choice);

extern template EncodedRows<float> chosen_rows(const Model&, const std::optional<Dataset>&, const RowChoice&);
extern template EncodedRows<double> chosen_rows(const Model&, const std::optional<Dataset>&, const RowChoice&);

}  // namespace bprop::cli
