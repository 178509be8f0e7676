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

}  // namespace bprop::checkpoint
