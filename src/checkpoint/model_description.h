// SPDX-License-Identifier: Apache-2.0
//
// The description of a model, one JSON text in the metadata: everything that is not a list of numbers. Written and read
// here; keys in docs/model-file.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bprop/model.h"

namespace bprop::checkpoint {

struct Description {
  Architecture architecture;
  Arithmetic arithmetic = Arithmetic::kFma;
  LossOptions loss;
  std::optional<Preprocessing> preprocessing;  // shift, divisor and fill stand in tensors
  std::optional<Exercise> exercise;            // so do input and target
  double temperature = 1;
};

std::string description_text(const Model& model);
Result<Description> parse_description(std::string_view text, std::string_view path);

}  // namespace bprop::checkpoint
