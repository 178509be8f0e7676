// SPDX-License-Identifier: Apache-2.0
//
// The rules' values over tape variables: tape_rules::value(activation, z), and the losses of a row. The derivatives of
// the rules are never read here; the tape finds its own.
#pragma once

#include <span>
#include <vector>

#include "bprop/loss.h"
#include "bprop/tape.h"

namespace bprop::tape_rules {

// a = φ(z) for a row of outputs.
std::vector<Variable> activate(Activation activation, std::span<const Variable> z);

// l(s, y) of one row: scores s, targets y (label smoothing applied by this function).
Variable loss(const LossOptions& options, std::span<const Variable> scores, std::span<const double> targets);

}  // namespace bprop::tape_rules
