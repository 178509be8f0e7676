// SPDX-License-Identifier: Apache-2.0
//
// Looks for the number that made a step fail. The step left the network as it was, so it is done once more here, on the
// path that writes every number of forward and backward propagation.
#pragma once

#include <optional>
#include <span>

#include "bprop/divergence.h"
#include "bprop/loss.h"
#include "bprop/network.h"
#include "train/row_source.h"

namespace bprop::training {

// Whether every parameter is; allocates nothing.
template <class T>
bool all_finite(const BasicNetwork<T>& network);

inline bool is_parameter(const Divergence& found) {
  return found.number == Divergence::Number::kWeight || found.number == Divergence::Number::kBias;
}

enum class Search {
  kForward,             // weights, input, target, z, activations, loss
  kForwardAndBackward,  // then delta and gradients
};

// On input: the rows of the step in their order; none: only the weights are looked at. The step's number and names of
// columns are the caller's to add. Nothing if every number is finite. The same order of search for any number of rows:
// leaf by leaf, so the memory is that of 256 rows.
template <class T>
std::optional<Divergence> find_divergence(const BasicNetwork<T>& network, const LossOptions& loss,
                                          const RowSource<T>& source, std::span<const std::uint32_t> rows,
                                          Search search);

}  // namespace bprop::training
