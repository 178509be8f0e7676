// SPDX-License-Identifier: Apache-2.0
//
// Losses l(s, y) of a row: s (outputs) are the scores, y the targets. A loss names its link: the activation that turns
// a score into a prediction, ŷ = link(s). If the network's output activation is the link, the score is z of the last
// layer and the pair is computed from z (cross_entropy with softmax: δ = p − y); otherwise the score is the network's
// output and the loss applies the link to it. Losses add over the outputs of a row, then over the rows; by default the
// sum is divided by the number of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

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
  kPoisson,             // e^s − y s: a count y of the rate e^s; log y! left out
  kQuantile,            // τ (y − s) above the score, (1 − τ) (s − y) below it; each output has its level τ
  kHinge,               // max(0, 1 − (2y − 1) s), y = 0 or 1: each class against the rest
  kBinaryFocal,         // binary cross entropy, each label's share times (1 − its probability)^γ
  kFocal,               // the same of cross entropy, over the outputs of a row
  kGaussianNll,         // ½ (v + (y − m)² e^−v), outputs in pairs: mean m and log-variance v; ½ log 2π left out
};

// What a loss can be asked of a table's target.
enum class LossTarget : std::uint8_t {
  kAny,  // numbers, or the 0 and 1 of classes
  kNumbers,
  kCounts,  // numbers from 0
  kClasses,
};

enum class Reduction : std::uint8_t {
  kMean,  // divided by the number of rows
  kSum,   // rows added: the gradient is N times that of kMean, so η must be N times smaller
};

// A loss with what people choose about it. Changes the result.
struct LossOptions {
  Loss loss = Loss::kHalfSquaredError;
  Reduction reduction = Reduction::kMean;
  double label_smoothing = 0;  // cross entropies and focal losses: y becomes (1 − ε) y + ε / classes; in [0, 1)
  double huber_delta = 1;      // kHuber: where the parabola ends; > 0
  double focal_gamma = 2;      // the focal losses: how much less a row counts that is nearly right; > 0
  // kQuantile: an output's level each, above 0, below 1, ascending; more outputs begin again. None: ½, the median.
  std::vector<double> quantiles = {};
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

  // l and ∂l/∂s of one output, in double, with the output's loss_parameter(). Null for the losses that look at several
  // outputs at once: kCrossEntropy, kFocal, kGaussianNll.
  double (*value)(double s, double y, double parameter);
  double (*derivative)(double s, double y, double parameter);

  LossTarget target = LossTarget::kAny;
  // The letter of the number that people choose, in formulas: "δ", "\\delta"; empty: none.
  std::string_view parameter = {};
  std::string_view parameter_latex = {};
};

std::span<const LossRule> loss_rules();
const LossRule& rule(Loss loss);

// The number that people choose about a loss, of one output: δ, γ, or the output's own level τ; 0 if there is none.
double loss_parameter(const LossOptions& options, std::size_t output);

// What a network's outputs are for one target of numbers: one, or a level's each (kQuantile), or mean and log-variance
// (kGaussianNll). `point` of them is the prediction where one number is asked for: the level nearest ½, the mean.
struct TargetOutputs {
  std::size_t count = 1;
  std::size_t point = 0;
};
TargetOutputs target_outputs(const LossOptions& options);

// Throws UsageError when a network of so many outputs cannot have this loss.
void check_outputs(const LossOptions& options, std::size_t outputs);

// The loss of that name. Throws UsageError that lists the names.
Loss loss_named(std::string_view name);

std::string_view name(Reduction reduction);        // "mean", "sum"
Reduction reduction_named(std::string_view name);  // as loss_named

}  // namespace bprop
