// SPDX-License-Identifier: Apache-2.0
#include "train/row_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "calculus/exponential.h"
#include "train/metrics.h"
#include "train/prediction_pass.h"

namespace bprop::training {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::size_t score_columns(const TargetColumn& target, std::size_t outputs, const RowScoresOptions& options) {
  if (target.task != Task::kClasses || !options.whole_scores) return 0;
  const std::size_t columns = target.classes.size() > 2 ? outputs : 1;
  return options.rows > kMostScores / columns ? 0 : columns;
}

// −ln p of the class that is right, p as scikit-learn's log_loss clips it.
template <class T>
double log_loss(const T* prediction, std::size_t outputs, std::size_t answer) {
  constexpr auto kEpsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto first = static_cast<double>(prediction[outputs == 1 ? 0 : answer]);
  const double p = outputs == 1 && answer == 0 ? 1 - first : first;
  return std::isnan(p) ? p : -logarithm(std::clamp(p, kEpsilon, 1 - kEpsilon));
}

}  // namespace

template <class T>
RowScores<T>::RowScores(const TargetColumn& target, std::size_t outputs, const RowScoresOptions& options)
    : target_(target),
      outputs_(outputs),
      numbers_(outputs / target.outputs_each),
      options_(options),
      score_columns_(score_columns(target, outputs, options)) {
  const std::size_t rows = options.rows;
  influence_.resize(rows);
  if (target.task == Task::kNumbers) {
    truth_.resize(rows * numbers_);
    error_.resize(rows * numbers_);
    return;
  }
  answer_.resize(rows);
  said_.resize(rows);
  log_loss_.resize(rows);
  scores_.resize(rows * score_columns_);
  order_.resize(score_columns_ > 0 ? rows : 0);
  for (auto* counts : {&answered_, &named_, &right_}) counts->resize(target.classes.size());
}

template <class T>
void RowScores<T>::add(std::size_t rows, const T* predictions, const T* targets) {
  for (std::size_t n = 0; n < rows; ++n, ++rows_) {
    const std::size_t at = n * (options_.stride > 0 ? options_.stride : outputs_) + options_.first;
    const T* const prediction = predictions + at;
    const T* const target = targets + at;
    target_.task == Task::kClasses ? add_class(prediction, target) : add_numbers(prediction, target);
  }
}

template <class T>
void RowScores<T>::add_class(const T* prediction, const T* target) {
  const std::size_t answer = class_of(target, outputs_);
  answer_[rows_] = static_cast<std::uint32_t>(answer);
  said_[rows_] = static_cast<std::uint32_t>(class_of(prediction, outputs_, options_.threshold));
  log_loss_[rows_] = options_.probabilities ? log_loss(prediction, outputs_, answer) : kNone;
  const T* const from = score_columns_ == 1 ? prediction + (outputs_ - 1) : prediction;
  std::copy_n(from, score_columns_, scores_.begin() + static_cast<std::ptrdiff_t>(rows_ * score_columns_));
}

template <class T>
void RowScores<T>::add_numbers(const T* prediction, const T* target) {
  for (std::size_t k = 0; k < numbers_; ++k) {
    const std::size_t from = k * target_.outputs_each + (target_.outputs_each > 1 ? options_.point : 0);
    const auto y = static_cast<double>(target[from]);
    truth_[rows_ * numbers_ + k] = target_.to_units(y);
    error_[rows_ * numbers_ + k] = target_.divisor * (static_cast<double>(prediction[from]) - y);
  }
}

template <class T>
double RowScores<T>::half_width(double factor) const {
  double sum = 0;
  for (std::size_t n = 0; n < rows_; ++n) sum += influence_[n] * influence_[n];
  return kNormalQuantile * std::sqrt(sum * factor);
}

template <class T>
template <class X>
double RowScores<T>::mean(const X& x, bool influence) {
  double sum = 0;
  for (std::size_t n = 0; n < rows_; ++n) sum += x(n);
  const auto rows = static_cast<double>(rows_);
  const double mean = sum / rows;
  for (std::size_t n = 0; influence && n < rows_; ++n) influence_[n] = (x(n) - mean) / rows;
  return mean;
}

// Mean over the outputs.
template <class T>
double RowScores<T>::squared_error(std::size_t row) const {
  double sum = 0;
  for (std::size_t k = 0; k < numbers_; ++k) sum += error_[row * numbers_ + k] * error_[row * numbers_ + k];
  return sum / static_cast<double>(numbers_);
}

// The derivative of the spread with respect to the mean of y is 0, so the mean may count as known.
template <class T>
double RowScores<T>::r2(bool influence) {
  const auto rows = static_cast<double>(rows_);
  double errors = 0;
  double spread = 0;
  for (double& psi : influence_) psi = 0;
  for (std::size_t k = 0; k < numbers_; ++k) {
    double centre = 0;
    for (std::size_t n = 0; n < rows_; ++n) centre += truth_[n * numbers_ + k];
    centre /= rows;
    for (std::size_t n = 0; n < rows_; ++n) {
      const double distance = truth_[n * numbers_ + k] - centre;
      spread += distance * distance;
      influence_[n] += distance * distance;
    }
  }
  if (!(spread > 0)) return kNone;
  for (std::size_t n = 0; n < rows_; ++n) errors += squared_error(n) * static_cast<double>(numbers_);
  for (std::size_t n = 0; influence && n < rows_; ++n) {
    influence_[n] = (influence_[n] * errors / spread - squared_error(n) * static_cast<double>(numbers_)) / spread;
  }
  return 1 - errors / spread;
}

template <class T>
double RowScores<T>::worked_out(Metric metric, bool influence) {
  switch (metric) {
    case Metric::kAccuracy: return mean([&](std::size_t n) { return answer_[n] == said_[n] ? 1.0 : 0.0; }, influence);
    case Metric::kBalancedAccuracy: return balanced_accuracy().value;
    case Metric::kLogLoss: return mean([&](std::size_t n) { return log_loss_[n]; }, influence);
    case Metric::kAuc: return auc(influence);
    case Metric::kF1: return f1(influence);
    case Metric::kRmse: return mean([&](std::size_t n) { return squared_error(n); }, influence);
    case Metric::kMae:
      return mean(
          [&](std::size_t n) {
            double sum = 0;
            for (std::size_t k = 0; k < numbers_; ++k) sum += std::fabs(error_[n * numbers_ + k]);
            return sum / static_cast<double>(numbers_);
          },
          influence);
    case Metric::kR2: return r2(influence);
    case Metric::kSubsetAccuracy:
    case Metric::kMicroF1: break;  // of several targets
    case Metric::kLoss: break;     // not the rows', but the pass's
  }
  return kNone;
}

template <class T>
double RowScores<T>::value(Metric metric) {
  const double value = worked_out(metric, false);
  return metric == Metric::kRmse ? std::sqrt(value) : value;
}

template <class T>
std::span<const double> RowScores<T>::influence(Metric metric) {
  const double value = worked_out(metric, true);
  if (metric == Metric::kRmse) {  // √m moves by 1 / (2 √m) as much as m
    for (double& psi : influence_) psi = value > 0 ? psi / (2 * std::sqrt(value)) : 0;
  }
  return std::span(influence_).first(rows_);
}

template <class T>
Score RowScores<T>::score(Metric metric) {
  if (metric == Metric::kBalancedAccuracy) return balanced_accuracy();
  const double value = worked_out(metric, true);
  Score score{metric, value, kNone, kNone};
  if (metric == Metric::kAccuracy) {
    const auto right = static_cast<std::size_t>(std::llround(value * static_cast<double>(rows_)));
    const Interval interval = wilson_interval(right, rows_);
    score.low = interval.low;
    score.high = interval.high;
    return score;
  }
  if (rows_ > 1 && std::isfinite(value)) {
    const auto n = static_cast<double>(rows_);
    const double half = half_width(metric == Metric::kAuc ? 1 : n / (n - 1));
    const bool shares = metric == Metric::kAuc || metric == Metric::kF1;
    const bool bounded_below = shares || metric == Metric::kLogLoss || task_of(metric) == Task::kNumbers;
    score.low = bounded_below && metric != Metric::kR2 ? std::max(value - half, 0.0) : value - half;
    score.high = shares || metric == Metric::kR2 ? std::min(value + half, 1.0) : value + half;
  }
  if (metric != Metric::kRmse) return score;
  return {metric, std::sqrt(value), std::sqrt(score.low), std::sqrt(score.high)};  // worked out of the squares
}

template <class T>
QuantileScore RowScores<T>::quantile_score(double quantile) {
  const auto pinball = [&](std::size_t n) {
    double sum = 0;
    for (std::size_t k = 0; k < numbers_; ++k) {
      const double over = error_[n * numbers_ + k];  // ŷ − y
      sum += over > 0 ? (1 - quantile) * over : quantile * -over;
    }
    return sum / static_cast<double>(numbers_);
  };
  const double value = mean(pinball, true);
  const auto n = static_cast<double>(rows_);
  const double half = rows_ > 1 ? half_width(n / (n - 1)) : kNone;
  return {quantile, value, rows_ > 1 ? std::max(0.0, value - half) : kNone, value + half};
}

template class RowScores<float>;
template class RowScores<double>;

}  // namespace bprop::training
