// SPDX-License-Identifier: Apache-2.0
#include "train/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "train/prediction_pass.h"

namespace bprop::training {

Interval wilson_interval(std::size_t right, std::size_t rows) {
  constexpr double kZ = kNormalQuantile;
  const auto n = static_cast<double>(rows);
  const double p = static_cast<double>(right) / n;
  const double centre = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 + kZ * kZ / n;
  // Exact where rounding would not be.
  return {right == 0 ? 0.0 : (centre - half) / scale, right == rows ? 1.0 : (centre + half) / scale};
}

namespace {

void judge_classes(const TargetColumn& target, std::span<const std::uint32_t> answers, Evaluation& result) {
  std::vector<std::size_t> here(target.classes.size());
  for (const std::uint32_t answer : answers) ++here[answer];
  result.trivial_of_training = !target.counts.empty();
  const std::vector<std::size_t>& counts = result.trivial_of_training ? target.counts : here;
  const std::size_t frequent = largest_position(counts.data(), counts.size());
  const Score& accuracy = result.scores.front();
  result.accuracy = accuracy.value;
  result.accuracy_low = accuracy.low;
  result.accuracy_high = accuracy.high;
  result.accuracy_interval = (accuracy.high - accuracy.low) / 2;
  result.trivial_accuracy = static_cast<double>(here[frequent]) / static_cast<double>(result.rows);
  result.trivial_class = target.classes[frequent];
  if (result.trivial_of_training && result.accuracy < result.trivial_accuracy) {
    result.warnings.push_back(
        fmt::format("on these rows the model is worse than always saying '{}'", result.trivial_class));
  }
}

// `truth` (rows × outputs). Σ(y − ȳ)² by Welford: in one pass without cancellation.
void judge_numbers(const TargetColumn& target, std::span<const double> truth, Evaluation& result) {
  const std::size_t outputs = truth.size() / result.rows;
  double spread = 0;
  double mean = 0;  // of the last output
  for (std::size_t k = 0; k < outputs; ++k) {
    mean = 0;
    for (std::size_t n = 0; n < result.rows; ++n) {
      const double before = truth[n * outputs + k] - mean;
      mean += before / static_cast<double>(n + 1);
      spread += before * (truth[n * outputs + k] - mean);
    }
  }
  result.rmse = result.scores[0].value;
  result.mae = result.scores[1].value;
  result.r2 = result.scores[2].value;
  result.trivial_of_training = target.mean && outputs == 1;
  const double shift = result.trivial_of_training ? mean - *target.mean : 0;
  result.trivial_rmse = std::sqrt(spread / static_cast<double>(truth.size()) + shift * shift);
  if (result.trivial_of_training && !(result.rmse <= result.trivial_rmse)) {
    result.warnings.push_back(
        fmt::format("on these rows the model is worse than always saying {:.6g}, the mean of training", *target.mean));
  }
}

template <class T>
Evaluation evaluation_of_one(RowScores<T>& rows, const TargetColumn& target, const EvaluateOptions& options) {
  Evaluation result;
  result.task = target.task;
  result.target = target.name;
  result.rows = rows.rows();
  for (const Metric metric : metrics_of(target.task)) result.scores.push_back(rows.score(metric));
  if (target.task == Task::kNumbers) {
    for (const double quantile : options.quantiles) result.quantiles.push_back(rows.quantile_score(quantile));
    judge_numbers(target, rows.truth(), result);
    return result;
  }
  judge_classes(target, rows.answers(), result);
  result.classes = target.classes;
  if (target.classes.size() == 2) result.positive_class = target.classes[rows.positive_class()];
  if (target.classes.size() <= Evaluation::kMostConfused) result.confusion = rows.confusion();
  return result;
}

// Means over the targets; `result` has them, and its scores.
void judge_several(Evaluation& result) {
  const auto mean = [&](double Evaluation::* number) {
    double sum = 0;
    for (const Evaluation& one : result.targets) sum += one.*number;
    return sum / static_cast<double>(result.targets.size());
  };
  const auto knows_training = [](const Evaluation& one) { return one.trivial_of_training; };
  result.trivial_of_training = std::all_of(result.targets.begin(), result.targets.end(), knows_training);
  if (result.task == Task::kNumbers) {
    result.rmse = result.scores[0].value;
    result.mae = result.scores[1].value;
    result.r2 = result.scores[2].value;
    result.trivial_rmse = mean(&Evaluation::trivial_rmse);
    return;
  }
  const Score& accuracy = result.scores.front();
  result.accuracy = accuracy.value;
  result.accuracy_low = accuracy.low;
  result.accuracy_high = accuracy.high;
  result.accuracy_interval = (accuracy.high - accuracy.low) / 2;
  result.trivial_accuracy = mean(&Evaluation::trivial_accuracy);
}

}  // namespace

template <class T>
Evaluation evaluation_of(TargetScores<T>& rows, const std::vector<TargetColumn>& targets, double loss,
                         const EvaluateOptions& options) {
  const double mean_loss = loss / static_cast<double>(rows.rows());
  if (targets.size() == 1) {
    Evaluation one = evaluation_of_one(rows.each().front(), targets.front(), options);
    one.loss = mean_loss;
    return one;
  }
  Evaluation result;
  result.task = targets.front().task == Task::kNumbers ? Task::kNumbers : Task::kLabels;
  result.rows = rows.rows();
  result.loss = mean_loss;
  for (const Metric metric : metrics_of(result.task)) result.scores.push_back(rows.score(metric));
  for (std::size_t t = 0; t < targets.size(); ++t) {
    Evaluation one = evaluation_of_one(rows.each()[t], targets[t], options);
    one.loss = std::numeric_limits<double>::quiet_NaN();
    for (const std::string& warning : one.warnings) {
      result.warnings.push_back(fmt::format("target '{}': {}", one.target, warning));
    }
    one.warnings.clear();
    result.targets.push_back(std::move(one));
  }
  judge_several(result);
  return result;
}

template Evaluation evaluation_of(TargetScores<float>&, const std::vector<TargetColumn>&, double,
                                  const EvaluateOptions&);
template Evaluation evaluation_of(TargetScores<double>&, const std::vector<TargetColumn>&, double,
                                  const EvaluateOptions&);

}  // namespace bprop::training
