// SPDX-License-Identifier: Apache-2.0
//
// The network written on the tape, scalar by scalar, from the rules' values alone: the judge of every gradient of the
// engine. It shares no layer, matrix, kernel or derivative with it.
#pragma once

#include <span>
#include <vector>

#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/pass.h"

namespace bprop::check {

struct TapeGradients {
  double loss = 0;
  std::vector<std::vector<double>> d_weights;  // per layer, (out × in) row-major
  std::vector<std::vector<double>> d_bias;     // per layer, (out); empty without bias
  std::vector<double> d_input;                 // (N × inputs)
  double nearest_kink = 0;        // smallest |z| (or |s − y|) at which a rule's derivative jumps; inf: none
  std::vector<double> row_kinks;  // the same of each row
};

// input (N × inputs), target (N × outputs); the loss is scaled as the options say. One row is on the tape at a time; in
// a training pass with batch norms a whole leaf is, whose rows depend on each other. In a training pass the masks are
// numbers that are given: the engine's, not worked out again.
TapeGradients tape_gradients(const DoubleNetwork& network, std::span<const double> input,
                             std::span<const double> target, const LossOptions& options, const PassKey& pass = {});

}  // namespace bprop::check
