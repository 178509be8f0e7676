// SPDX-License-Identifier: Apache-2.0
#include "train/metrics.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "train/prediction_pass.h"

namespace bprop::training {

Interval wilson_interval(std::size_t right, std::size_t rows) {
  constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution lie below it
  const auto n = static_cast<double>(rows);
  const double p = static_cast<double>(right) / n;
  const double centre = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 + kZ * kZ / n;
  // Exact where rounding would not be.
  return {right == 0 ? 0.0 : (centre - half) / scale, right == rows ? 1.0 : (centre + half) / scale};
}

Metrics::Metrics(const TargetColumn& target, std::size_t outputs)
    : target_(target), outputs_(outputs), class_counts_(target.classes.size()), means_(outputs), squares_(outputs) {}

template <class T>
void Metrics::add(std::size_t rows, const T* predictions, const T* targets) {
  for (std::size_t n = 0; n < rows; ++n) {
    const T* p = predictions + n * outputs_;
    const T* y = targets + n * outputs_;
    ++rows_;
    if (target_.task == Task::kClasses) {
      const std::size_t answer = class_of(y, outputs_);
      ++class_counts_[answer];
      right_ += class_of(p, outputs_) == answer ? 1U : 0U;
      continue;
    }
    for (std::size_t k = 0; k < outputs_; ++k) {
      const double truth = target_.to_units(static_cast<double>(y[k]));
      const double error = target_.to_units(static_cast<double>(p[k])) - truth;
      squared_error_ += error * error;
      absolute_error_ += std::fabs(error);
      // Welford: mean and Σ(y − ȳ)² in one pass without cancellation.
      const double before = truth - means_[k];
      means_[k] += before / static_cast<double>(rows_);
      squares_[k] += before * (truth - means_[k]);
    }
  }
}

void Metrics::classes(Evaluation& result) const {
  const auto rows = static_cast<double>(rows_);
  result.trivial_of_training = !target_.counts.empty();
  const std::vector<std::size_t>& counts = result.trivial_of_training ? target_.counts : class_counts_;
  const std::size_t frequent = largest_position(counts.data(), counts.size());
  const Interval interval = wilson_interval(right_, rows_);
  result.accuracy = static_cast<double>(right_) / rows;
  result.accuracy_low = interval.low;
  result.accuracy_high = interval.high;
  result.accuracy_interval = (interval.high - interval.low) / 2;
  result.trivial_accuracy = static_cast<double>(class_counts_[frequent]) / rows;
  result.trivial_class = target_.classes[frequent];
  if (result.trivial_of_training && result.accuracy < result.trivial_accuracy) {
    result.warnings.push_back(
        fmt::format("on these rows the model is worse than always saying '{}'", result.trivial_class));
  }
}

void Metrics::numbers(Evaluation& result) const {
  const double values = static_cast<double>(rows_) * static_cast<double>(outputs_);
  double spread = 0;
  for (const double s : squares_) spread += s;
  result.rmse = std::sqrt(squared_error_ / values);
  result.mae = absolute_error_ / values;
  result.r2 = spread > 0 ? 1 - squared_error_ / spread : std::numeric_limits<double>::quiet_NaN();
  result.trivial_of_training = target_.mean && outputs_ == 1;
  const double shift = result.trivial_of_training ? means_[0] - *target_.mean : 0;
  result.trivial_rmse = std::sqrt(spread / values + shift * shift);
  if (result.trivial_of_training && !(result.rmse <= result.trivial_rmse)) {
    result.warnings.push_back(
        fmt::format("on these rows the model is worse than always saying {:.6g}, the mean of training", *target_.mean));
  }
}

Evaluation Metrics::result(double loss) const {
  Evaluation result;
  result.task = target_.task;
  result.rows = rows_;
  result.loss = loss / static_cast<double>(rows_);
  target_.task == Task::kClasses ? classes(result) : numbers(result);
  return result;
}

template void Metrics::add(std::size_t, const float*, const float*);
template void Metrics::add(std::size_t, const double*, const double*);

}  // namespace bprop::training
