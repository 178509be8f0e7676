// SPDX-License-Identifier: Apache-2.0
#include "train/loss_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "calculus/exponential.h"
#include "train/metrics.h"

namespace bprop::training {

std::vector<std::string> parts_of(const LossOptions& loss) {
  if (loss.loss == Loss::kGaussianNll) return {"mean", "sd"};
  std::vector<std::string> parts;
  if (loss.loss != Loss::kQuantile) return parts;
  for (std::size_t k = 0; k < target_outputs(loss).count; ++k) {
    parts.push_back(fmt::format("q{}", loss_parameter(loss, k)));
  }
  return parts;
}

double in_units(const LossOptions& loss, const TargetColumn& target, std::size_t k, double value) {
  const bool is_log_variance = loss.loss == Loss::kGaussianNll && k % 2 == 1;
  return is_log_variance ? target.divisor * exponential(value / 2) : target.to_units(value);
}

template <class T>
LossScores<T>::LossScores(const LossOptions& loss, const std::vector<TargetColumn>& targets, std::size_t outputs)
    : loss_(loss), target_(targets.front()), outputs_(outputs) {
  if (targets.size() > 1 || target_.task != Task::kNumbers) return;
  if (loss.loss == Loss::kPoisson) means_ = {{.name = "poisson_deviance"}};
  if (loss.loss == Loss::kGaussianNll) means_ = {{.name = "gaussian_nll"}, {.name = "coverage_95", .is_share = true}};
  if (loss.loss != Loss::kQuantile) return;
  const std::size_t levels = target_outputs(loss).count;
  const auto level = [&](std::size_t k) { return loss_parameter(loss, k); };
  for (std::size_t k = 0; k < levels; ++k) means_.push_back({.name = fmt::format("pinball_loss_{}", level(k))});
  if (levels == 1) return;
  means_.push_back({.name = fmt::format("coverage_{}_{}", level(0), level(levels - 1)), .is_share = true});
}

template <class T>
void LossScores<T>::add(std::size_t rows, const T* predictions, const T* targets) {
  if (means_.empty()) return;
  for (std::size_t i = 0; i + target_.outputs_each <= rows * outputs_; i += target_.outputs_each) {
    ++count_;
    add_target(predictions + i, target_.to_units(static_cast<double>(targets[i])));
  }
}

template <class T>
void LossScores<T>::add_target(const T* prediction, double y) {
  if (loss_.loss == Loss::kQuantile) return add_quantiles(prediction, y);
  if (loss_.loss == Loss::kGaussianNll) return add_gaussian(prediction, y);
  const double rate = unit(prediction, 0);
  add(means_[0], 2 * ((y > 0 ? y * logarithm(y / rate) : 0) - y + rate));
}

template <class T>
void LossScores<T>::add_quantiles(const T* prediction, double y) {
  const std::size_t levels = target_.outputs_each;
  for (std::size_t k = 0; k < levels; ++k) {
    const double under = y - unit(prediction, k);
    const double level = loss_parameter(loss_, k);
    add(means_[k], under > 0 ? level * under : (level - 1) * under);
  }
  if (levels == 1) return;
  if (unit(prediction, 0) <= y && y <= unit(prediction, levels - 1)) ++means_.back().hits;
}

template <class T>
void LossScores<T>::add_gaussian(const T* prediction, double y) {
  const double deviation = unit(prediction, 1);
  const double z = (y - unit(prediction, 0)) / deviation;
  constexpr double kLogOfTwoPi = 1.8378770664093454;
  const double log_variance = static_cast<double>(prediction[1]) + 2 * logarithm(target_.divisor);
  add(means_[0], 0.5 * (kLogOfTwoPi + log_variance + z * z));
  if (std::fabs(z) <= kNormalQuantile) ++means_[1].hits;
}

template <class T>
void LossScores<T>::add(Mean& mean, double x) const {
  const double before = x - mean.value;
  mean.value += before / static_cast<double>(count_);
  mean.squares += before * (x - mean.value);
}

template <class T>
std::vector<LossScore> LossScores<T>::scores() const {
  std::vector<LossScore> result;
  const auto n = static_cast<double>(count_);
  for (const Mean& mean : means_) {
    if (mean.is_share) {
      const Interval interval = wilson_interval(mean.hits, count_);
      result.push_back({mean.name, static_cast<double>(mean.hits) / n, interval.low, interval.high});
      continue;
    }
    const double half =
        count_ > 1 ? kNormalQuantile * std::sqrt(mean.squares / (n - 1) / n) : std::numeric_limits<double>::quiet_NaN();
    result.push_back({mean.name, mean.value, mean.value - half, mean.value + half});
  }
  return result;
}

template class LossScores<float>;
template class LossScores<double>;

}  // namespace bprop::training
