// SPDX-License-Identifier: Apache-2.0
//
// Divergence: where a run of training stopped being finite.
//
//   if (result.divergence) std::cerr << bprop::sentence(*result.divergence) << '\n';
//   // at update 4 z of unit 3 of layer 2 is inf (digits.csv, line 17)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bprop {

// The first number that is NaN or infinite, in the order in which a step computes: weights, input and target, z and
// activations layer by layer, loss; then, if the loss is finite, delta and gradients from the last layer down. A bad
// weight is traced back by training again up to the update that left it; it is named itself only if every number of
// that update was finite, so that its step was too large, or if the time limit or an interruption ended the search.
// Layers, units, columns and rows count from 0 here, from 1 in the sentence.
struct Divergence {
  enum class Number : std::uint8_t {
    kWeight,  // of the network as the last update left it
    kBias,
    kInput,  // as the network reads it
    kTarget,
    kPreActivation,  // z
    kActivation,
    kLoss,
    kDelta,  // dL/dz
    kWeightGradient,
    kBiasGradient,
    kGradientNorm,  // of finite gradients
  };
  Number number = Number::kLoss;
  double value = 0;  // NaN, inf or −inf
  // Which update, from 1, had it or would have had it; for a weight or a validation row the last one made.
  std::size_t step = 0;
  bool validation = false;              // found on validation rows
  std::optional<std::size_t> layer{};   // what does not apply is empty
  std::optional<std::size_t> unit{};    // of the layer; of a target its output
  std::optional<std::size_t> column{};  // which input of the layer
  std::string column_name{};            // of the first layer's: "age", "colour=red"
  std::optional<std::size_t> row{};     // among all rows read
  std::string where{};                  // "digits.csv, line 17"
};
std::string_view name(Divergence::Number number);  // "weight", "z", "weight_gradient"

// One for people, ending without a full stop.
std::string sentence(const Divergence& divergence);

}  // namespace bprop
