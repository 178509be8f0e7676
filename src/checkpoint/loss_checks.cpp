// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/loss_checks.h"

#include <fmt/format.h>

#include <cmath>

namespace bprop::checkpoint {
namespace {

std::optional<std::string> find_negative(Loss loss, std::span<const double> targets, std::size_t outputs) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i] >= 0) continue;
    return fmt::format("target, row {}, number {} is {}, expected a count, 0 or more, as {} needs", i / outputs + 1,
                       i % outputs + 1, targets[i], rule(loss).name);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_mistake(const LossOptions& options) {
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    return fmt::format("label_smoothing is {}, expected a number from 0 to below 1", options.label_smoothing);
  }
  if (!(options.huber_delta > 0 && std::isfinite(options.huber_delta))) {
    return fmt::format("huber_delta is {}, expected a number above 0", options.huber_delta);
  }
  if (!(options.focal_gamma > 0 && std::isfinite(options.focal_gamma))) {
    return fmt::format("focal_gamma is {}, expected a number above 0", options.focal_gamma);
  }
  double before = 0;
  for (const double level : options.quantiles) {
    if (!(level > before && level < 1)) {
      return fmt::format("quantiles has {}, expected ascending numbers above 0 and below 1", level);
    }
    before = level;
  }
  return std::nullopt;
}

std::optional<std::string> find_target_mistake(Loss loss, std::span<const double> targets, std::size_t outputs) {
  constexpr double kTolerance = 1e-6;
  const bool shares = rule(loss).link == Activation::kSoftmax;
  if (rule(loss).target == LossTarget::kCounts) return find_negative(loss, targets, outputs);
  if (rule(loss).target != LossTarget::kClasses) return std::nullopt;
  for (std::size_t first = 0; first < targets.size(); first += outputs) {
    double sum = 0;
    for (std::size_t i = 0; i < outputs; ++i) {
      const double target = targets[first + i];
      sum += target;
      if (target >= 0 && target <= (shares ? 1 + kTolerance : 1)) continue;
      return fmt::format("target, row {}, number {} is {}, expected a number from 0 to 1, as {} needs",
                         first / outputs + 1, i + 1, target, rule(loss).name);
    }
    if (shares && !(std::abs(sum - 1) <= kTolerance)) {
      return fmt::format("target, row {} has the sum {}, expected 1, as {} needs", first / outputs + 1, sum,
                         rule(loss).name);
    }
  }
  return std::nullopt;
}

}  // namespace bprop::checkpoint
