// SPDX-License-Identifier: Apache-2.0
#include "data/fit_target.h"

#include <cmath>

#include "base/check.h"
#include "data/category_map.h"
#include "data/class_target.h"
#include "data/count_target.h"
#include "data/nearly_numbers.h"
#include "data/number_statistics.h"
#include "data/table.h"

namespace bprop::data {
namespace {

constexpr std::size_t kMaxClasses = 65'536;

// Of a column without missing cells.
double mean_of_all(const Dataset& data, std::size_t column) {
  double sum = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) sum += data.cell(row, column);
  return sum / static_cast<double>(data.rows());
}

void fit_numbers(const Dataset& train, const PreprocessingOptions& options, std::size_t target_column,
                 TargetColumn& target, std::vector<std::string>& warnings) {
  const bool is_text = train.columns()[target_column].kind == ColumnKind::kText;
  const Dataset numbers = is_text ? column_of_numbers(train, target_column) : train;
  const std::size_t column = is_text ? 0 : target_column;
  const double mean = mean_of_all(numbers, column);
  if (std::isfinite(mean)) target.mean = mean;
  target.outputs_each = options.outputs_each;
  target.from_zero = options.counts;
  if (options.counts) {
    check_counts(numbers, column, target.name);
    if (options.standardize_target && mean > 0 && std::isfinite(mean)) target.divisor = mean;
    return;
  }
  if (!options.standardize_target) return;
  const NumberStatistics s = number_statistics(numbers, {column}).front();
  target.shift = s.mean;
  target.divisor = s.divisor();
  if (s.smallest < s.largest) return;
  warnings.push_back(fmt::format("column '{}': the target is {} in every training row", target.name, s.smallest));
}

void fit_classes(const Dataset& train, const PreprocessingOptions& options, Task task, std::size_t column,
                 TargetColumn& target, std::vector<std::string>& warnings) {
  if (auto remark = remark_of_text(train, train.columns()[column])) warnings.push_back(*remark);
  const auto values = distinct_cells(train, column, kMaxClasses);
  BPROP_CHECK(values.size() <= kMaxClasses, FormatError, "{}, column '{}': has more than {} classes", train.source(),
              target.name, kMaxClasses);
  target.classes = class_labels(train, column, values);
  BPROP_CHECK(target.classes.size() >= 2, FormatError,
              "{}, column '{}': is of class '{}' in every training row, expected two classes or more", train.source(),
              target.name, target.classes.front());
  BPROP_CHECK(task != Task::kLabels || target.classes.size() == 2, FormatError,
              "{}, column '{}': has {} classes, but of several targets each is a label of two values", train.source(),
              target.name, target.classes.size());
  target.one_hot = target.classes.size() > 2 || (options.one_hot_pairs && task == Task::kClasses);
  const CategoryMap class_of(target.classes, train.columns()[column]);
  target.counts.assign(target.classes.size(), 0);
  for (std::size_t row = 0; row < train.rows(); ++row) ++target.counts[class_of(train.cell(row, column))];
}

}  // namespace

Task checked_task(const Dataset& train, const PreprocessingOptions& options) {
  const Task task = options.task ? *options.task : task_of(train);
  const std::size_t targets = train.targets().size();
  BPROP_CHECK(task != Task::kClasses || targets == 1, UsageError,
              "task is classes, but there are {} targets, which are numbers, or labels of two values each", targets);
  BPROP_CHECK(task != Task::kLabels || targets > 1, UsageError,
              "task is labels, but '{}' is the only target; a single one is of classes",
              train.columns()[*train.target()].name);
  return task;
}

void fit_target(const Dataset& train, const PreprocessingOptions& options, Task task, std::size_t column,
                TargetColumn& target, std::vector<std::string>& warnings) {
  const Column& described = train.columns()[column];
  target.name = described.name;
  target.task = task == Task::kNumbers ? Task::kNumbers : Task::kClasses;
  check_target_text(train, described, options.task);
  BPROP_CHECK(!described.too_many_categories, FormatError, "{}, column '{}': has too many distinct texts for a target",
              train.source(), described.name);
  for (std::size_t row = 0; row < train.rows(); ++row) {
    BPROP_CHECK(!std::isnan(train.cell(row, column)), FormatError,
                "{}, column '{}': the target is missing, expected a value in every row", train.where(row),
                described.name);
  }
  if (target.task == Task::kClasses) {
    fit_classes(train, options, task, column, target, warnings);
  } else {
    fit_numbers(train, options, column, target, warnings);
  }
}

}  // namespace bprop::data
