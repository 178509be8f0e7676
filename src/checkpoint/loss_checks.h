// SPDX-License-Identifier: Apache-2.0
//
// Names of reductions, and what the numbers of a loss may be, the same in every kind of model file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bprop/loss.h"

namespace bprop::checkpoint {

std::string_view name_of(Reduction reduction);     // "mean", "sum"
Reduction reduction_named(std::string_view name);  // throws UsageError

// The sentence that says which number is out of its range; nothing when all are in.
std::optional<std::string> find_mistake(const LossOptions& options);

}  // namespace bprop::checkpoint
