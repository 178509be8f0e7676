// SPDX-License-Identifier: Apache-2.0
#include "train/row_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "data/column_choice.h"

namespace bprop::training {
namespace {

std::size_t weight_column(const Dataset& data, const std::string& wanted) {
  std::vector<std::string> names;
  for (const Column& column : data.columns()) names.push_back(column.name);
  const auto found = data::find_column(names, wanted);
  if (!found) throw UsageError(data::no_such_column(data.source(), names, wanted).message);
  BPROP_CHECK(!data.is_target(*found), UsageError, "row_weights is '{}', which is {} target", wanted,
              data.targets().size() == 1 ? "the" : "a");
  BPROP_CHECK(data.columns()[*found].kind != ColumnKind::kText, FormatError,
              "{}, column '{}': holds text, expected a weight in every row", data.source(), names[*found]);
  return *found;
}

double weight_at(const Dataset& data, std::size_t row, std::size_t column) {
  const double weight = data.cell(row, column);
  BPROP_CHECK(!std::isnan(weight), FormatError, "{}, column '{}': the weight is missing, expected a number from 0",
              data.where(row), data.columns()[column].name);
  BPROP_CHECK(weight >= 0, FormatError, "{}, column '{}': the weight is {}, expected a number from 0", data.where(row),
              data.columns()[column].name, weight);
  return weight;
}

// n / (k n_c); rows count by their weights.
std::vector<double> balanced(const std::vector<std::size_t>& class_of, const std::vector<double>& weights,
                             std::size_t classes) {
  std::vector<double> sums(classes);
  double all = 0;
  for (std::size_t row = 0; row < class_of.size(); ++row) {
    sums[class_of[row]] += weights[row];
    all += weights[row];
  }
  for (double& sum : sums) sum = sum > 0 ? all / (static_cast<double>(classes) * sum) : 0;
  return sums;
}

std::vector<double> given(const ClassWeights& weights, const TargetColumn& target) {
  std::vector<double> of_class(target.classes.size(), 1.0);
  for (const auto& [label, weight] : weights.given) {
    const auto found = std::find(target.classes.begin(), target.classes.end(), label);
    BPROP_CHECK(found != target.classes.end(), UsageError,
                "class_weights is {}={}, but the target '{}' has no class '{}'", label, weight, target.name, label);
    BPROP_CHECK(std::isfinite(weight) && weight > 0, UsageError, "class_weights is {}={}, expected weights above 0",
                label, weight);
    of_class[static_cast<std::size_t>(found - target.classes.begin())] = weight;
  }
  return of_class;
}

void multiply_by_class(const TrainOptions& options, const Preprocessing& preprocessing, WeightedRows& rows) {
  const TargetColumn& target = preprocessing.target;
  BPROP_CHECK(target.task == Task::kClasses, UsageError, "class_weights need a target of classes, '{}' holds numbers",
              target.name);
  BPROP_CHECK(preprocessing.task() == Task::kClasses, UsageError, "class_weights need one target, not {}",
              1 + preprocessing.further_targets.size());
  const Encoder encoder(preprocessing, rows.rows);
  std::vector<std::size_t> class_of(rows.rows.rows());
  for (std::size_t row = 0; row < class_of.size(); ++row) {
    class_of[row] = encoder.target_class(static_cast<std::uint32_t>(row));
  }
  if (rows.weights.empty()) rows.weights.assign(class_of.size(), 1.0);
  const std::vector<double> of_class = options.class_weights.balanced
                                           ? balanced(class_of, rows.weights, target.classes.size())
                                           : given(options.class_weights, target);
  for (std::size_t row = 0; row < class_of.size(); ++row) rows.weights[row] *= of_class[class_of[row]];
}

}  // namespace

WeightedRows rows_with_weight(const Dataset& data, const TrainOptions& options) {
  if (options.row_weights.empty() || data.rows() == 0) return {data};
  const std::size_t column = weight_column(data, options.row_weights);
  std::vector<std::uint32_t> kept;
  WeightedRows result;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const double weight = weight_at(data, row, column);
    if (weight == 0) continue;
    kept.push_back(row);
    result.weights.push_back(weight);
  }
  const std::string& name = data.columns()[column].name;
  BPROP_CHECK(!kept.empty(), FormatError,
              "{}, column '{}': the weight is 0 in every training row, expected one above 0", data.source(), name);
  if (const std::size_t lost = data.rows() - kept.size(); lost > 0) {
    result.warnings.push_back(fmt::format("column '{}': {} training row{} of weight 0 {} left out", name, lost,
                                          lost == 1 ? "" : "s", lost == 1 ? "is" : "are"));
  }
  result.rows = data.select(std::move(kept));
  return result;
}

void finish_weights(const TrainOptions& options, const Preprocessing& preprocessing, WeightedRows& rows) {
  if (options.class_weights.any()) multiply_by_class(options, preprocessing, rows);
  const auto [least, most] = std::minmax_element(rows.weights.begin(), rows.weights.end());
  if (rows.weights.empty() || *least == *most) return rows.weights.clear();
  const double mean =
      std::accumulate(rows.weights.begin(), rows.weights.end(), 0.0) / static_cast<double>(rows.weights.size());
  BPROP_CHECK(std::isfinite(mean), UsageError, "row_weights is '{}', whose weights add up to more than a number can be",
              options.row_weights);
  for (double& weight : rows.weights) weight /= mean;
}

}  // namespace bprop::training
