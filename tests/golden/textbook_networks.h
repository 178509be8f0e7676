// SPDX-License-Identifier: Apache-2.0
//
// Networks of VECTORS.md, in double, and the steps that the tests take with them.
#pragma once

#include <span>
#include <vector>

#include "bprop/gradients.h"
#include "bprop/network.h"
#include "bprop/trainer.h"

namespace bprop {

using Numbers = std::vector<double>;

inline DoubleNetwork network_of(std::string_view architecture, const std::vector<Numbers>& weights,
                                const std::vector<Numbers>& biases) {
  DoubleNetwork network(architecture, {.initializer = Initializer::kZeros, .arithmetic = Arithmetic::kPortable});
  for (std::size_t k = 0; k < weights.size(); ++k) {
    network.set_weights(k, weights[k]);
    if (!biases.empty()) network.set_bias(k, biases[k]);
  }
  return network;
}

// All numbers of one pass; input and target may be written as lists.
inline DoubleGradients gradients_of(const DoubleNetwork& network, const Numbers& input, const Numbers& target,
                                    const LossOptions& loss = {}) {
  return gradients<double>(network, input, target, loss);
}
inline double loss_of(const DoubleNetwork& network, const Numbers& input, const Numbers& target,
                      const LossOptions& options = {}) {
  return loss<double>(network, input, target, options);
}

// One update by plain gradient descent on these rows.
inline double descend(DoubleNetwork& network, const Numbers& input, const Numbers& target, double learning_rate,
                      const TrainerOptions& more = {}) {
  TrainerOptions options = more;
  options.optimizer = Sgd{learning_rate};
  DoubleTrainer trainer(network, options);
  return trainer.step(std::span<const double>(input), std::span<const double>(target));
}

// V1: M. Mazur, "A Step by Step Backpropagation Example" (2015), mattmazur.com. w1…w8 in his order, unit by unit.
inline const Numbers kMazurInput = {0.05, 0.10};
inline const Numbers kMazurTarget = {0.01, 0.99};
inline DoubleNetwork mazur() {
  return network_of("2 -> 2 sigmoid -> 2 sigmoid", {{0.15, 0.20, 0.25, 0.30}, {0.40, 0.45, 0.50, 0.55}},
                    {{0.35, 0.35}, {0.60, 0.60}});
}

// V2: D. MacLeod, worked example 3.1; no bias.
inline const Numbers kMacLeodInput = {0.35, 0.9};
inline const Numbers kMacLeodTarget = {0.5};
inline DoubleNetwork macleod() {
  return network_of("2 -> 2 sigmoid no-bias -> 1 sigmoid no-bias", {{0.1, 0.8, 0.4, 0.6}, {0.3, 0.9}}, {});
}

// The slip that both texts share: output weights are updated first, and the hidden deltas are then computed with the
// new ones. The right rule takes all deltas with the old weights.
inline DoubleNetwork updated_with_new_output_weights(const DoubleNetwork& before, const Numbers& input,
                                                     const Numbers& target, double learning_rate) {
  const DoubleGradients g = gradients_of(before, input, target);
  DoubleNetwork after = before;
  Numbers outer = before.weights(1);
  for (std::size_t i = 0; i < outer.size(); ++i) outer[i] -= learning_rate * g.layers[1].d_weights[i];
  after.set_weights(1, outer);
  Numbers inner = before.weights(0);
  const std::size_t hidden = g.layers[0].a.size();
  for (std::size_t j = 0; j < hidden; ++j) {
    double d_output = 0;
    for (std::size_t k = 0; k < g.layers[1].delta.size(); ++k) d_output += g.layers[1].delta[k] * outer[k * hidden + j];
    const double a = g.layers[0].a[j];
    for (std::size_t i = 0; i < input.size(); ++i) {
      inner[j * input.size() + i] -= learning_rate * d_output * a * (1 - a) * input[i];
    }
  }
  after.set_weights(0, inner);
  return after;
}

}  // namespace bprop
