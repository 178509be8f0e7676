// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/loss_checks.h"

#include <fmt/format.h>

#include <cmath>

namespace bprop::checkpoint {

std::optional<std::string> find_mistake(const LossOptions& options) {
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    return fmt::format("label_smoothing is {}, expected a number from 0 to below 1", options.label_smoothing);
  }
  if (!(options.huber_delta > 0 && std::isfinite(options.huber_delta))) {
    return fmt::format("huber_delta is {}, expected a number above 0", options.huber_delta);
  }
  return std::nullopt;
}

std::optional<std::string> find_target_mistake(Loss loss, std::span<const double> targets, std::size_t outputs) {
  constexpr double kTolerance = 1e-6;
  const bool shares = loss == Loss::kCrossEntropy;
  if (!shares && loss != Loss::kBinaryCrossEntropy) return std::nullopt;
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
      return fmt::format("target, row {} has the sum {}, expected 1, as cross_entropy needs", first / outputs + 1, sum);
    }
  }
  return std::nullopt;
}

}  // namespace bprop::checkpoint
