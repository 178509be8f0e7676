// SPDX-License-Identifier: Apache-2.0
//
// The loss of one row and its derivatives as they are written on paper: of the outputs a, which are the predictions
// where the output activation is the loss's link, and else the scores.
#pragma once

#include <vector>

#include "bprop/loss.h"

namespace bprop::explaining {

// How the last layer's δ comes from the loss.
enum class OutputRule {
  kPair,      // the output activation is the loss's link, and δ = p − y
  kLongPair,  // it is, but δ has no short form: the focal losses
  kScore,     // the loss looks at a, output by output or pair by pair
  kSoftmax,   // the loss looks at a, and softmax makes every a depend on every z
};
inline bool is_prediction(OutputRule output) { return output == OutputRule::kPair || output == OutputRule::kLongPair; }

// l of the row.
double row_loss_of(OutputRule output, const LossOptions& options, const std::vector<double>& a,
                   const std::vector<double>& y);

// ∂l/∂a.
std::vector<double> row_loss_gradient(OutputRule output, const LossOptions& options, const std::vector<double>& a,
                                      const std::vector<double>& y);

}  // namespace bprop::explaining
