// SPDX-License-Identifier: Apache-2.0
//
// Networks of one architecture, merged into one that predicts their average: z of its last layer is the mean of theirs,
// so that of classes logits are averaged, of numbers the numbers. Up to rounding it is exact.
//
//   members "4 -> scale -> 64 mish -> 32 mish -> dropout 0.1 -> 3 softmax", eight of them, become
//   "4 -> 512 mish -> mix 1-512/64:32 mish -> 3 softmax"
//
// The first layers stand side by side; the other hidden ones are groups that do not see each other; the last W is that
// of each member, divided by their number, side by side. Scale layers become part of the W behind them; of dropout
// layers nothing is left, as in predictions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "bprop/network.h"

namespace bprop {

// What keeps networks of this architecture from being merged, as a sentence; none if nothing does. Merged can be dense
// layers with scale and dropout layers before them: no softmax but in the last one, and where there are several hidden
// ones at most 256 units in all but the first.
std::optional<std::string> merging_obstacle(const Architecture& member);

Architecture merged_architecture(const Architecture& member, std::size_t count);

// Throws UsageError where there is an obstacle or no member, ShapeError when their architectures differ.
template <class T>
BasicNetwork<T> merged(std::span<const BasicNetwork<T>> members);
extern template BasicNetwork<float> merged(std::span<const BasicNetwork<float>>);
extern template BasicNetwork<double> merged(std::span<const BasicNetwork<double>>);

}  // namespace bprop
