// SPDX-License-Identifier: Apache-2.0
//
// The rows that check and gradients look at: --rows of DATA, or of the model's own rows, as the network reads them.
#pragma once

#include <optional>
#include <string>

#include "bprop/evaluate.h"
#include "model_and_data.h"

namespace bprop::cli {

struct RowChoice {
  std::string list;       // --rows
  std::string otherwise;  // when that is empty
  // Which rows those are when nobody says.
  void declare(Options& options, std::string_view otherwise = "1:32");
  // Of so many, counted from 0. Throws UsageError when a row does not exist.
  std::vector<std::uint32_t> positions(std::size_t rows) const;
};

// Throws UsageError when a row does not exist or there are no targets.
template <class T>
EncodedRows<T> chosen_rows(const Model& model, const std::optional<Dataset>& data, const RowChoice& choice);

extern template EncodedRows<float> chosen_rows(const Model&, const std::optional<Dataset>&, const RowChoice&);
extern template EncodedRows<double> chosen_rows(const Model&, const std::optional<Dataset>&, const RowChoice&);

}  // namespace bprop::cli
