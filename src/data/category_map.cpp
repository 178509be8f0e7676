// SPDX-License-Identifier: Apache-2.0
#include "data/category_map.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "data/number_text.h"
#include "data/table.h"

namespace bprop::data {

CategoryMap::CategoryMap(const std::vector<std::string>& known, const Column& column)
    : is_text_(column.kind == ColumnKind::kText) {
  if (!is_text_) {
    for (std::uint32_t k = 0; k < known.size(); ++k) {
      double value = 0;
      if (read_cell(known[k], '.', value) == CellText::kNumber) by_number_.emplace_back(value, k);
    }
    std::sort(by_number_.begin(), by_number_.end());
    return;
  }
  std::unordered_map<std::string_view, std::uint32_t> places;
  for (std::uint32_t k = 0; k < known.size(); ++k) places.emplace(known[k], k);
  for (const std::string& category : column.categories) {
    const auto found = places.find(category);
    by_code_.push_back(found == places.end() ? kUnseen : found->second);
  }
}

std::uint32_t CategoryMap::operator()(double cell) const {
  if (is_text_) return by_code_[static_cast<std::size_t>(cell)];
  const auto found = std::lower_bound(by_number_.begin(), by_number_.end(), std::pair(cell, std::uint32_t{0}));
  return found != by_number_.end() && found->first == cell ? found->second : kUnseen;
}

bool CategoryMap::knows_all() const {
  return is_text_ && std::find(by_code_.begin(), by_code_.end(), kUnseen) == by_code_.end();
}

std::vector<double> numbers_of_categories(const Column& column) {
  std::vector<double> numbers;
  for (const std::string& category : column.categories) {
    double value = 0;
    numbers.push_back(read_cell(category, '.', value) == CellText::kNumber ? value : kMissing);
  }
  return numbers;
}

}  // namespace bprop::data
