// SPDX-License-Identifier: Apache-2.0
//
// How fast each layer's weights and biases move (bprop/optimizer.h: Rates), and which of them decay.
#pragma once

#include "bprop/network.h"
#include "bprop/optimizer.h"

namespace bprop::training {

struct LayerRates {
  double weights = 1;
  double biases = 1;
  double scale = 1;    // c of w = c v, where v is what the optimiser moves
  bool decays = true;  // whether weight decay and l2 apply to the weights
};

LayerRates layer_rates(const Layer& layer, const Rates& rates);

}  // namespace bprop::training
