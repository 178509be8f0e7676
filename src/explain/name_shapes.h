// SPDX-License-Identifier: Apache-2.0
//
// How people type the name of a number of a network: patterns, and what their numbers mean.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/selector.h"

namespace bprop::explaining {

// The place that a sequence of numbers means, from 1 unless said.
enum class NameOrder {
  kLayerToFrom,
  kLayerFromTo,
  kLayerUnit,
  kLayerUnitPlusOne,  // the input is layer 1
  kFlat,
  kInput,
  kHidden,  // a unit of the only hidden layer
  kLast,    // of the last layer
  kFactor,  // of a scale layer: layer, unit
  kNormFactor,
  kFile,  // layer, to, from, counted from 0
  kFactorInFile,
};

struct NameShape {
  std::string_view pattern;  // for match()
  NameOrder order;
};
std::vector<NameShape> name_shapes(Selector::Kind kind, Notation notation);

// "w²₃,₁" and "w^{2}_{3,1}" as "w^2_3,1".
std::string typed(std::string_view text);

// Numbers of a text that has the shape of a pattern, in which # stands for a whole number, & for two of one digit each,
// @ for the letters of a table (a, b, …, aa: 1, 2, …, 27), anything else for itself.
std::optional<std::vector<std::size_t>> match(std::string_view text, std::string_view pattern);

}  // namespace bprop::explaining
