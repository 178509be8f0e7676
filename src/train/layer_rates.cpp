// SPDX-License-Identifier: Apache-2.0
#include "train/layer_rates.h"

#include <cmath>
#include <numbers>

#include "base/overloaded.h"

namespace bprop::training {

LayerRates layer_rates(const Layer& layer, const Rates& rates) {
  const bool ntk = rates.parametrization == Parametrization::kNtk;
  return std::visit(Overloaded{[&](const Dense& dense) {
                                 const double scale = ntk ? 1 / std::sqrt(static_cast<double>(dense.inputs)) : 1;
                                 return LayerRates{.biases = rates.biases, .scale = scale};
                               },
                               [&](const Scale&) { return LayerRates{.weights = rates.scales, .decays = false}; },
                               [&](const LayerNorm&) { return LayerRates{.biases = rates.biases, .decays = false}; },
                               [](const Dropout&) { return LayerRates{.decays = false}; },
                               [](const Add&) { return LayerRates{.decays = false}; },
                               [&](const Embedding& embedding) {
                                 if (embedding.kind == Embedding::Kind::kCategories) return LayerRates{.decays = false};
                                 // What moves of waves are frequencies in turns.
                                 const bool turns = ntk && embedding.kind == Embedding::Kind::kWaves;
                                 return LayerRates{rates.embeddings, rates.embeddings, turns ? 2 * std::numbers::pi : 1,
                                                   false};
                               },
                               [&](const BatchNorm&) { return LayerRates{.biases = rates.biases, .decays = false}; }},
                    layer);
}

}  // namespace bprop::training
