// SPDX-License-Identifier: Apache-2.0
//
// From the cells of one table to the categories of another: worked out once, then a look-up a cell.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bprop/dataset.h"

namespace bprop::data {

// Where a cell of `column` stands among `known` texts. A column of numbers fits texts that are numbers ("3").
class CategoryMap {
 public:
  static constexpr std::uint32_t kUnseen = 0xFFFFFFFF;

  CategoryMap() = default;
  CategoryMap(const std::vector<std::string>& known, const Column& column);

  // On input: not NaN.
  std::uint32_t operator()(double cell) const;
  bool knows_all() const;  // no cell of the column can be unseen

 private:
  bool is_text_ = false;
  std::vector<std::uint32_t> by_code_;                       // column of text
  std::vector<std::pair<double, std::uint32_t>> by_number_;  // column of numbers; ascending
};

// A column of text whose texts are numbers after all: the number of each category, NaN for those that are none.
std::vector<double> numbers_of_categories(const Column& column);

}  // namespace bprop::data
