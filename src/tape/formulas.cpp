// SPDX-License-Identifier: Apache-2.0
#include "tape/formulas.h"

#include <cmath>

#include "calculus/inline.h"

namespace bprop::tape_rules {
namespace {

#include "calculus/activation_formulas.inc"
#include "calculus/loss_formulas.inc"

Variable largest(std::span<const Variable> values) {
  Variable result = values[0];
  for (const Variable& value : values) {
    if (greater(value, result) || std::isnan(value.value())) result = value;
  }
  return result;
}

std::vector<Variable> softmax(std::span<const Variable> z) {
  const Variable shift = largest(z);
  std::vector<Variable> result;
  Variable sum = 0.0;
  for (const Variable& score : z) {
    result.push_back(exp(score - shift));
    sum = sum + result.back();
  }
  for (Variable& e : result) e = e / sum;
  return result;
}

Variable cross_entropy(std::span<const Variable> scores, std::span<const double> targets) {
  const Variable shift = largest(scores);
  Variable sum = 0.0;
  for (const Variable& score : scores) sum = sum + exp(score - shift);
  const Variable log_sum = log(sum);
  Variable total = 0.0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (targets[k] != 0) total = total + Variable(targets[k]) * (shift - scores[k] + log_sum);
  }
  return total;
}

Variable focal(std::span<const Variable> scores, std::span<const double> targets, double gamma) {
  const Variable shift = largest(scores);
  Variable sum = 0.0;
  for (const Variable& score : scores) sum = sum + exp(score - shift);
  const Variable log_sum = log(sum);
  Variable total = 0.0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const Variable surprise = shift - scores[k] + log_sum;
    if (targets[k] != 0) total = total + FocalClass::value(surprise, Variable(targets[k]), Variable(gamma));
  }
  return total;
}

Variable gaussian_nll(std::span<const Variable> scores, std::span<const double> targets) {
  Variable total = 0.0;
  for (std::size_t k = 0; k + 1 < scores.size(); k += 2) {
    total = total + GaussianPair::value(scores[k], scores[k + 1], Variable(targets[k]));
  }
  return total;
}

}  // namespace

#define BPROP_CASE(Rule)                                     \
  case Activation::k##Rule:                                  \
    for (const Variable& x : z) a.push_back(Rule::value(x)); \
    return a;
std::vector<Variable> activate(Activation activation, std::span<const Variable> z) {
  std::vector<Variable> a;
  switch (activation) {
    BPROP_ELEMENTWISE_ACTIVATIONS(BPROP_CASE)
    case Activation::kSoftmax: return softmax(z);
  }
  return a;
}
#undef BPROP_CASE

#define BPROP_CASE(Rule)                                                 \
  case Loss::k##Rule:                                                    \
    for (std::size_t k = 0; k < scores.size(); ++k) {                    \
      const Variable parameter(loss_parameter(options, k));              \
      total = total + Rule::value(scores[k], Variable(y[k]), parameter); \
    }                                                                    \
    return total;
Variable loss(const LossOptions& options, std::span<const Variable> scores, std::span<const double> targets) {
  std::vector<double> y(targets.begin(), targets.end());
  const bool over_row = rule(options.loss).link == Activation::kSoftmax;
  const double classes = over_row ? static_cast<double>(y.size()) : 2.0;
  for (double& target : y) target = (1 - options.label_smoothing) * target + options.label_smoothing / classes;
  Variable total = 0.0;
  switch (options.loss) {
    BPROP_ELEMENTWISE_LOSSES(BPROP_CASE)
    case Loss::kCrossEntropy: return cross_entropy(scores, y);
    case Loss::kFocal: return focal(scores, y, options.focal_gamma);
    case Loss::kGaussianNll: return gaussian_nll(scores, y);
  }
  return total;
}
#undef BPROP_CASE

}  // namespace bprop::tape_rules
