// SPDX-License-Identifier: Apache-2.0
//
// Hypotheses about a hand calculation: the right rule and each slip, all of them computed in full.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/explain.h"
#include "bprop/gradients.h"
#include "explain/derive.h"

namespace bprop::explaining {

// A unit's paths may be left out by mistake. In wide layers there are too many units to guess which.
constexpr std::size_t kMostUnitsToLeaveOut = 10;

// A matrix that is taken the wrong way round without a word: a square one, which is not its own transpose.
inline bool can_be_transposed(const NetworkParts& parts, std::size_t layer) {
  return parts.is_dense(layer) && parts.inputs(layer) == parts.units(layer) && parts.units(layer) > 1;
}

// What is added later hears of the loss only through the next layer.
constexpr std::string_view kForgottenConnections = "the term of an add layer is missing";
inline bool has_adders(const NetworkParts& parts) {
  for (std::size_t l = 0; l < parts.layers(); ++l) {
    if (parts.is_add(l)) return true;
  }
  return false;
}

// What somebody who calculates so gets.
struct Hypothesis {
  std::string name;  // "" for the right rule
  double loss = 0;
  double loss_afterwards = 0;                  // NaN without a learning rate
  std::vector<LayerGradients<double>> layers;  // d_weights and d_bias of all rows; z, a, delta, d_output of the first
  std::vector<double> d_input;                 // of the first row
};

// The right rule first. Slips that would not differ here – 1/N with one row, φ' of an identity – are left out.
std::vector<Hypothesis> hypotheses(const DoubleNetwork& network, const ExplainRows& rows,
                                   const ExplainOptions& options);

}  // namespace bprop::explaining
