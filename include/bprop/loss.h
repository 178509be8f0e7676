// SPDX-License-Identifier: Apache-2.0
//
// Losses l(s, y) of a row: s (outputs) are the scores, y the targets. A loss names its link: the activation that turns
// a score into a prediction, ŷ = link(s). If the network's output activation is the link, the score is z of the last
// layer and the pair is computed from z (cross_entropy with softmax: δ = p − y); otherwise the score is the network's
// output and the loss applies the link to it. Losses add over the outputs of a row, then over the rows; by default the
// sum is divided by the number of rows.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "bprop/activation.h"

namespace bprop {

enum class Loss : std::uint8_t {
  kHalfSquaredError,    // ½(s − y)²
  kSquaredError,        // (s − y)²
  kAbsoluteError,       // |s − y|
  kHuber,               // ½(s − y)² inside δ, δ(|s − y| − ½δ) outside
  kLogCosh,             // log cosh(s − y)
  kBinaryCrossEntropy,  // −y log σ(s) − (1 − y) log(1 − σ(s)), each output for itself
  kCrossEntropy,        // −Σ y log softmax(s), over the outputs of a row
};

enum class Reduction : std::uint8_t {
  kMean,  // divided by the number of rows
  kSum,   // rows added: the gradient is N times that of kMean, so η must be N times smaller
};

// A loss with what people choose about it. Changes the result.
struct LossOptions {
  Loss loss = Loss::kHalfSquaredError;
  Reduction reduction = Reduction::kMean;
  double label_smoothing = 0;  // the two cross entropies: y becomes (1 − ε) y + ε / classes; in [0, 1)
  double huber_delta = 1;      // kHuber: where the parabola ends; > 0
};

// What is known of one loss; texts as in ActivationRule.
struct LossRule {
  Loss id;
  std::string_view name;
  std::string_view formula;
  std::string_view formula_latex;
  std::string_view derivative_text;  // ∂l/∂s
  std::string_view derivative_latex;
  std::string_view kink;
  std::string_view limits;
  std::string_view reference;
  Activation link;
  bool smooth;

  // l and ∂l/∂s of one output, in double. Cross entropy looks at a whole row (null here).
  double (*value)(double s, double y, const LossOptions& options);
  double (*derivative)(double s, double y, const LossOptions& options);
};

std::span<const LossRule> loss_rules();
const LossRule& rule(Loss loss);

// The loss of that name. Throws UsageError that lists the names.
Loss loss_named(std::string_view name);

std::string_view name(Reduction reduction);        // "mean", "sum"
Reduction reduction_named(std::string_view name);  // as loss_named

}  // namespace bprop
