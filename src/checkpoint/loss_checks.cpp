// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/loss_checks.h"

#include <cmath>

#include "base/check.h"
#include "checkpoint/sentence.h"

namespace bprop::checkpoint {

std::string_view name_of(Reduction reduction) { return reduction == Reduction::kMean ? "mean" : "sum"; }

Reduction reduction_named(std::string_view name) {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    if (name == name_of(reduction)) return reduction;
  }
  throw UsageError(fmt::format("there is no reduction {}, expected mean or sum", in_quotes(name)));
}

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
