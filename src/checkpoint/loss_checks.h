// SPDX-License-Identifier: Apache-2.0
//
// What the numbers of a loss may be, the same in every kind of model file.
#pragma once

#include <optional>
#include <string>

#include "bprop/loss.h"

namespace bprop::checkpoint {

// The sentence that says which number is out of its range; nothing when all are in.
std::optional<std::string> find_mistake(const LossOptions& options);

}  // namespace bprop::checkpoint
