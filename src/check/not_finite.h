// SPDX-License-Identifier: Apache-2.0
//
// Looks for the first number that is NaN or infinite on some rows, on the path that writes every number of forward and
// backward propagation, and for what has most likely brought it about.
#pragma once

#include <optional>
#include <span>

#include "bprop/divergence.h"
#include "bprop/doctor.h"
#include "bprop/loss.h"
#include "bprop/network.h"

namespace bprop::check {

// Whether what was found is what an update has left.
inline bool is_parameter(const Divergence& found) {
  using Number = Divergence::Number;
  return found.number == Number::kWeight || found.number == Number::kBias || found.number == Number::kRunningMean ||
         found.number == Number::kRunningVariance;
}

// Whether every parameter is, and what batch norms keep running; allocates nothing.
template <class T>
bool all_finite(const BasicNetwork<T>& network);

enum class Search {
  kForward,             // weights, input, target, z, activations, loss
  kForwardAndBackward,  // then delta and gradients
};

// input (N × in), target (N × out); N = 0: only the weights are looked at. The row found counts from 0 among them; the
// update and the names of places are the caller's to add. Nothing if every number is finite. Leaf by leaf, so the
// memory is that of 256 rows.
template <class T>
std::optional<Divergence> find_not_finite(const BasicNetwork<T>& network, const LossOptions& loss,
                                          std::span<const T> input, std::span<const T> target, Search search);

// Names of column and row as the options have them.
void name_place(Divergence& divergence, const DoctorOptions& options);

// "z of unit 3 of layer 2 is inf (digits.csv, line 17)": the sentence without the update.
std::string place_sentence(const Divergence& divergence);

}  // namespace bprop::check
