// SPDX-License-Identifier: Apache-2.0
#include "data/class_target.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/check.h"
#include "data/number_text.h"

namespace bprop::data {

std::vector<double> distinct_cells(const Dataset& data, std::size_t column, std::size_t limit) {
  std::set<double> values;
  for (std::size_t row = 0; row < data.rows() && values.size() <= limit; ++row) {
    const double value = data.cell(row, column) + 0.0;  // −0 becomes 0
    if (!std::isnan(value)) values.insert(value);
  }
  return {values.begin(), values.end()};
}

bool looks_like_classes(const Dataset& data) {
  const std::size_t column = *data.target();
  if (data.columns()[column].kind == ColumnKind::kText) return true;
  const auto values = distinct_cells(data, column, kMaxIntegerClasses);
  return !values.empty() && values.size() <= kMaxIntegerClasses &&
         std::all_of(values.begin(), values.end(), [](double value) { return value == std::trunc(value); });
}

namespace {

bool has_two_values(const Dataset& data, std::size_t column) {
  const auto values = distinct_cells(data, column, 2);
  const auto is_integer = [](double value) { return value == std::trunc(value); };
  return values.size() == 2 && std::all_of(values.begin(), values.end(), is_integer);  // of text: places of categories
}

}  // namespace

Task task_of_several(const Dataset& data) {
  std::size_t pairs = 0;
  std::size_t texts = 0;
  std::vector<std::size_t> others;
  for (const std::size_t column : data.targets()) {
    const bool pair = has_two_values(data, column);
    texts += data.columns()[column].kind == ColumnKind::kText ? 1U : 0U;
    pairs += pair ? 1U : 0U;
    if (!pair) others.push_back(column);
  }
  if (others.empty()) return Task::kLabels;
  const Column& other = data.columns()[others.front()];
  BPROP_CHECK(other.kind != ColumnKind::kText, FormatError,
              "{}, column '{}': is text without exactly two values; several targets are labels of two values each, or "
              "numbers",
              data.source(), other.name);
  BPROP_CHECK(pairs == 0, FormatError,
              "{}: of {} targets {} has two values, '{}' more; several targets are labels of two values each, or "
              "numbers{}",
              data.source(), data.targets().size(), pairs == 1 ? "one" : "some", other.name,
              texts == 0 ? " (--task numbers takes all of them as numbers)" : "");
  return Task::kNumbers;
}

std::vector<std::string> class_labels(const Dataset& data, std::size_t column, const std::vector<double>& values) {
  const Column& described = data.columns()[column];
  const auto is_integer = [](const std::string& label, double& value) {
    return read_cell(label, '.', value) == CellText::kNumber && value == std::trunc(value);
  };
  std::vector<std::pair<double, std::string>> labels;
  bool all_integers = true;
  for (const double value : values) {
    auto& [number, label] = labels.emplace_back(value, described.kind == ColumnKind::kText
                                                           ? described.categories[static_cast<std::size_t>(value)]
                                                           : number_text(value));
    all_integers = is_integer(label, number) && all_integers;
  }
  std::sort(labels.begin(), labels.end(), [all_integers](const auto& a, const auto& b) {
    return all_integers && a.first != b.first ? a.first < b.first : a.second < b.second;
  });
  std::vector<std::string> sorted;
  for (auto& label : labels) sorted.push_back(std::move(label.second));
  return sorted;
}

}  // namespace bprop::data
