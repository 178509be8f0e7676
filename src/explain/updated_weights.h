// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bprop/gradients.h"
#include "explain/derive.h"

namespace bprop::explaining {

// The network less rate times these gradients; biases stay if the options freeze them.
DoubleNetwork descended(const DoubleNetwork& network, const std::vector<LayerGradients<double>>& gradients,
                        const ExplainOptions& options, double learning_rate);

// The network after one update by plain gradient descent.
DoubleNetwork updated(const DoubleNetwork& network, const ExplainRows& rows, const ExplainOptions& options,
                      double learning_rate);

// The slip that M. Mazur's and D. MacLeod's printed numbers share: each layer is updated before δ goes back through it.
// These are the weights that δ then meets.
NetworkParts with_updated_weights(const DoubleNetwork& network, const ExplainRows& rows, const ExplainOptions& options,
                                  double learning_rate);

}  // namespace bprop::explaining
