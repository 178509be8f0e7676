// SPDX-License-Identifier: Apache-2.0
//
// What the numbers of a loss may be, the same in every kind of model file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "bprop/loss.h"

namespace bprop::checkpoint {

// The sentence that says which number is out of its range; nothing when all are in.
std::optional<std::string> find_mistake(const LossOptions& options);

// The same for the targets of rows, (rows × outputs): from 0 to 1 for the losses of labels, also with the sum 1 in each
// row (to 1e-6) where they look at a row; from 0 for poisson.
std::optional<std::string> find_target_mistake(Loss loss, std::span<const double> targets, std::size_t outputs);

}  // namespace bprop::checkpoint
