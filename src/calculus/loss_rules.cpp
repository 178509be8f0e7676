// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/named.h"
#include "bprop/loss.h"
#include "calculus/scalar_functions.h"

namespace bprop {
namespace {

template <class Formula>
double value_of(double s, double y, const LossOptions& options) {
  return Formula::value(s, y, options.huber_delta);
}
template <class Formula>
double derivative_of(double s, double y, const LossOptions& options) {
  return Formula::derivative(s, y, options.huber_delta);
}

struct Words {
  const char* name;
  const char* formula;
  const char* formula_latex;
  const char* derivative;
  const char* derivative_latex;
  const char* kink;
  const char* limits;
  const char* reference;
};

template <class Formula>
constexpr LossRule make_rule(Loss id, const Words& words, Activation link, bool smooth) {
  return {id,
          words.name,
          words.formula,
          words.formula_latex,
          words.derivative,
          words.derivative_latex,
          words.kink,
          words.limits,
          words.reference,
          link,
          smooth,
          &value_of<Formula>,
          &derivative_of<Formula>};
}

const std::array kRules = {
    make_rule<scalar::HalfSquaredError>(Loss::kHalfSquaredError,
                                        {"half_squared_error", "½ (s − y)²", "\\tfrac12 (s - y)^2", "s − y", "s - y",
                                         "none", "+inf, +inf", "least squares with the ½ that its derivative cancels"},
                                        Activation::kIdentity, true),
    make_rule<scalar::SquaredError>(Loss::kSquaredError,
                                    {"squared_error", "(s − y)²", "(s - y)^2", "2 (s − y)", "2 (s - y)", "none",
                                     "+inf, +inf", "Gauss 1809; what most libraries call MSE"},
                                    Activation::kIdentity, true),
    make_rule<scalar::AbsoluteError>(Loss::kAbsoluteError,
                                     {"absolute_error", "|s − y|", "|s - y|", "sign(s − y)",
                                      "\\operatorname{sign}(s - y)", "s = y: 0", "+inf, +inf", "Laplace 1774"},
                                     Activation::kIdentity, false),
    make_rule<scalar::Huber>(Loss::kHuber,
                             {"huber", "|s − y| ≤ δ: ½ (s − y)²; else δ (|s − y| − ½ δ)",
                              "\\begin{cases}\\tfrac12 (s-y)^2 & |s-y| \\le \\delta\\\\\\delta(|s-y| - "
                              "\\tfrac12\\delta) & \\text{else}\\end{cases}",
                              "s − y, held within ±δ", "\\max(-\\delta, \\min(\\delta, s - y))",
                              "none (l'' jumps at |s − y| = δ)", "+inf, +inf", "Huber 1964; δ = 1 unless given"},
                             Activation::kIdentity, true),
    make_rule<scalar::LogCosh>(Loss::kLogCosh,
                               {"log_cosh", "log cosh(s − y)", "\\ln\\cosh(s - y)", "tanh(s − y)", "\\tanh(s - y)",
                                "none", "+inf, +inf", "Green 1990"},
                               Activation::kIdentity, true),
    make_rule<scalar::BinaryCrossEntropy>(
        Loss::kBinaryCrossEntropy,
        {"binary_cross_entropy", "−y log σ(s) − (1 − y) log(1 − σ(s))", "-y\\ln\\sigma(s) - (1-y)\\ln(1-\\sigma(s))",
         "σ(s) − y", "\\sigma(s) - y", "none", "y = 0: 0, +inf; y = 1: +inf, 0", "Good 1952; Bishop 1995, 6.7"},
        Activation::kSigmoid, true),
    LossRule{Loss::kCrossEntropy, "cross_entropy", "−Σ_k y_k log softmax(s)_k", "-\\sum_k y_k \\ln p_k",
             "p_j Σ_k y_k − y_j, p = softmax(s)", "p_j \\sum_k y_k - y_j", "none",
             "the score of a class with y_k > 0 falls to −inf: +inf; one score at +inf: NaN",
             "Bridle 1990; Bishop 1995, 6.9", Activation::kSoftmax, true, nullptr, nullptr},
};

constexpr std::array<std::string_view, 2> kReductions = {"mean", "sum"};

}  // namespace

std::span<const LossRule> loss_rules() { return kRules; }

const LossRule& rule(Loss loss) { return kRules[static_cast<std::size_t>(loss)]; }

Loss loss_named(std::string_view name) { return kRules[place_named("loss", name, kRules, &LossRule::name)].id; }

std::string_view name(Reduction reduction) { return kReductions[static_cast<std::size_t>(reduction)]; }

Reduction reduction_named(std::string_view name) {
  return static_cast<Reduction>(place_named("reduction", name, kReductions));
}

}  // namespace bprop
