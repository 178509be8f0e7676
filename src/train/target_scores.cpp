// SPDX-License-Identifier: Apache-2.0
#include "train/target_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "train/metrics.h"

namespace bprop::training {
namespace {

constexpr double kUndefinedMean = std::numeric_limits<double>::quiet_NaN();

Score wilson_score(Metric metric, double share, std::size_t rows) {
  const auto right = static_cast<std::size_t>(std::llround(share * static_cast<double>(rows)));
  const Interval interval = wilson_interval(right, rows);
  return {metric, share, interval.low, interval.high};
}

}  // namespace

template <class T>
TargetScores<T>::TargetScores(const std::vector<TargetColumn>& targets, std::size_t outputs,
                              const RowScoresOptions& options)
    : influence_(targets.size() > 1 ? options.rows : 0) {
  RowScoresOptions part = options;
  part.stride = outputs;
  each_.reserve(targets.size());
  for (const TargetColumn& target : targets) {
    const std::size_t own = targets.size() > 1 ? target.outputs() : outputs;
    each_.emplace_back(target, own, part);
    part.first += own;
  }
}

template <class T>
void TargetScores<T>::clear() {
  for (RowScores<T>& one : each_) one.clear();
}

template <class T>
void TargetScores<T>::add(std::size_t rows, const T* predictions, const T* targets) {
  for (RowScores<T>& one : each_) one.add(rows, predictions, targets);
}

template <class T>
double TargetScores<T>::mean(Metric metric) {
  double sum = 0;
  double defined = 0;
  for (RowScores<T>& one : each_) {
    const double value = one.value(metric);
    if (std::isnan(value)) continue;
    sum += value;
    ++defined;
  }
  return defined > 0 ? sum / defined : kUndefinedMean;
}

template <class T>
double TargetScores<T>::subset_accuracy() const {
  std::size_t right = 0;
  for (std::size_t n = 0; n < each_.front().rows(); ++n) {
    const auto is_right = [n](const RowScores<T>& one) { return one.answers()[n] == one.said()[n]; };
    right += std::all_of(each_.begin(), each_.end(), is_right) ? 1U : 0U;
  }
  return static_cast<double>(right) / static_cast<double>(each_.front().rows());
}

// 2 TP / D with D = rows that have the label + rows said to, both added over the labels; a row's influence as in
// RowScores::f1_of_class.
template <class T>
double TargetScores<T>::micro_f1(bool influence) {
  std::size_t right = 0;
  std::size_t both = 0;
  for (const RowScores<T>& one : each_) {
    for (std::size_t n = 0; n < one.rows(); ++n) {
      right += one.answers()[n] * one.said()[n];
      both += one.answers()[n] + one.said()[n];
    }
  }
  if (both == 0) return kUndefinedMean;
  const auto denominator = static_cast<double>(both);
  const double value = 2 * static_cast<double>(right) / denominator;
  for (std::size_t n = 0; influence && n < rows(); ++n) {
    influence_[n] = 0;
    for (const RowScores<T>& one : each_) {
      const double hit = one.answers()[n] * one.said()[n];
      const double named = one.answers()[n] + one.said()[n];
      influence_[n] += (2 * hit - value * named) / denominator;
    }
  }
  return value;
}

template <class T>
double TargetScores<T>::value(Metric metric) {
  if (each_.size() == 1) return each_.front().value(metric);
  if (metric == Metric::kSubsetAccuracy) return subset_accuracy();
  if (metric == Metric::kMicroF1) return micro_f1(false);
  return mean(metric);
}

template <class T>
double TargetScores<T>::half_width(double factor) const {
  double sum = 0;
  for (std::size_t n = 0; n < each_.front().rows(); ++n) sum += influence_[n] * influence_[n];
  return kNormalQuantile * std::sqrt(sum * factor);
}

template <class T>
Score TargetScores<T>::mean_score(Metric metric) {
  std::fill(influence_.begin(), influence_.end(), 0.0);
  Score score{metric, metric == Metric::kMicroF1 ? micro_f1(true) : mean(metric), kUndefinedMean, kUndefinedMean};
  double defined = 0;
  for (RowScores<T>& one : each_) defined += std::isnan(one.value(metric)) ? 0 : 1;
  for (RowScores<T>& one : each_) {
    if (metric == Metric::kMicroF1 || std::isnan(one.value(metric))) continue;
    const std::span<const double> psi = one.influence(metric);
    for (std::size_t n = 0; n < rows(); ++n) influence_[n] += psi[n] / defined;
  }
  if (rows() < 2 || std::isnan(score.value)) return score;
  const auto n = static_cast<double>(rows());
  const double half = half_width(metric == Metric::kAuc ? 1 : n / (n - 1));
  const bool is_r2 = metric == Metric::kR2;
  const bool to_one = is_r2 || task_of(metric) == Task::kLabels || metric == Metric::kAccuracy ||
                      metric == Metric::kAuc || metric == Metric::kF1;
  score.low = is_r2 ? score.value - half : std::max(score.value - half, 0.0);
  score.high = to_one ? std::min(score.value + half, 1.0) : score.value + half;
  return score;
}

template <class T>
Score TargetScores<T>::score(Metric metric) {
  if (each_.size() == 1) return each_.front().score(metric);
  if (metric == Metric::kSubsetAccuracy) return wilson_score(metric, subset_accuracy(), rows());
  return mean_score(metric);
}

template class TargetScores<float>;
template class TargetScores<double>;

}  // namespace bprop::training
