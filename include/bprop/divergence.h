// SPDX-License-Identifier: Apache-2.0
//
// Divergence: where a run of training stopped being finite.
//
//   if (result.divergence) std::cerr << bprop::sentence(*result.divergence) << '\n';
//   // at update 4 z of unit 3 of layer 2 is inf (digits.csv, line 17)
//   std::cerr << cause_sentence(*result.divergence) << '\n';
//   // input 'year' is 2014 in that row
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
    kRunningMean,   // of a batch norm, as the last update left it
    kRunningVariance,
  };
  // What has most likely brought it about, as far as the rows looked at and the weights tell.
  enum class Cause : std::uint8_t {
    kUnknown,
    kCell,            // a cell that is no number, or too large for the precision
    kUnscaledColumn,  // an input of the row above 100, where standardised ones are near 1
    kUnscaledTarget,  // the same of a target
    kLogOfZero,       // a cross entropy takes the logarithm of a probability that has become 0
    kLargeWeights,    // a weight above 100: updates too large or, before the first one, the weights given
    kLargeUpdate,     // every number of the update was finite, but not the weight it left
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
  Cause cause = Cause::kUnknown;
  double cause_value = 0;  // of the input, target or weight that is the cause
  std::optional<std::size_t> cause_column{};
  std::string cause_column_name{};
};
std::string_view name(Divergence::Number number);  // "weight", "z", "weight_gradient"

std::string_view name(Divergence::Cause cause);  // "unscaled_column", "log_of_zero"

// For people, ending without a full stop: what and where; why, most likely ("" where unknown); what may help ("a
// smaller learning rate or clip").
std::string sentence(const Divergence& divergence);
std::string cause_sentence(const Divergence& divergence);
std::string remedy(const Divergence& divergence);

}  // namespace bprop
