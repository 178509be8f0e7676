// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/named.h"
#include "bprop/loss.h"
#include "calculus/scalar_functions.h"

namespace bprop {
namespace {

template <class Formula>
double value_of(double s, double y, double parameter) {
  return Formula::value(s, y, parameter);
}
template <class Formula>
double derivative_of(double s, double y, double parameter) {
  return Formula::derivative(s, y, parameter);
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

struct Chosen {
  const char* letter = "";
  const char* latex = "";
};

template <class Formula>
constexpr LossRule make_rule(Loss id, const Words& words, Activation link, bool smooth,
                             LossTarget target = LossTarget::kAny, const Chosen& chosen = {}) {
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
          &derivative_of<Formula>,
          target,
          chosen.letter,
          chosen.latex};
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
                             Activation::kIdentity, true, LossTarget::kAny, {"δ", "\\delta"}),
    make_rule<scalar::LogCosh>(Loss::kLogCosh,
                               {"log_cosh", "log cosh(s − y)", "\\ln\\cosh(s - y)", "tanh(s − y)", "\\tanh(s - y)",
                                "none", "+inf, +inf", "Green 1990"},
                               Activation::kIdentity, true),
    make_rule<scalar::BinaryCrossEntropy>(
        Loss::kBinaryCrossEntropy,
        {"binary_cross_entropy", "−y log σ(s) − (1 − y) log(1 − σ(s))", "-y\\ln\\sigma(s) - (1-y)\\ln(1-\\sigma(s))",
         "σ(s) − y", "\\sigma(s) - y", "none", "y = 0: 0, +inf; y = 1: +inf, 0", "Good 1952; Bishop 1995, 6.7"},
        Activation::kSigmoid, true, LossTarget::kClasses),
    LossRule{Loss::kCrossEntropy, "cross_entropy", "−Σ_k y_k log softmax(s)_k", "-\\sum_k y_k \\ln p_k",
             "p_j Σ_k y_k − y_j, p = softmax(s)", "p_j \\sum_k y_k - y_j", "none",
             "the score of a class with y_k > 0 falls to −inf: +inf; one score at +inf: NaN",
             "Bridle 1990; Bishop 1995, 6.9", Activation::kSoftmax, true, nullptr, nullptr, LossTarget::kClasses},
    make_rule<scalar::Poisson>(
        Loss::kPoisson,
        {"poisson", "e^s − y s", "e^s - y s", "e^s − y", "e^s - y", "none",
         "y = 0: 0, +inf; y > 0: +inf, +inf; NaN at ±inf itself",
         "Nelder & Wedderburn 1972; −log of the probability of y at the rate e^s without log y!"},
        Activation::kExp, true, LossTarget::kCounts),
    make_rule<scalar::Quantile>(
        Loss::kQuantile,
        {"quantile", "s < y: τ (y − s); else (1 − τ) (s − y)",
         "\\begin{cases}\\tau (y - s) & s < y\\\\(1 - \\tau)(s - y) & \\text{else}\\end{cases}",
         "s < y: −τ; s > y: 1 − τ", "\\begin{cases}-\\tau & s < y\\\\1 - \\tau & s > y\\end{cases}", "s = y: 0",
         "+inf, +inf", "Koenker & Bassett 1978; τ = ½ unless given"},
        Activation::kIdentity, false, LossTarget::kNumbers, {"τ", "\\tau"}),
    make_rule<scalar::Hinge>(
        Loss::kHinge,
        {"hinge", "max(0, 1 − (2 · y − 1) · s)", "\\max(0, 1 - (2 \\cdot y - 1) \\cdot s)",
         "(2 · y − 1) · s < 1: 1 − 2 · y; else 0",
         "\\begin{cases}1 - 2 \\cdot y & (2 \\cdot y - 1) \\cdot s < 1\\\\0 & \\text{else}\\end{cases}",
         "(2 · y − 1) · s = 1: 0", "y = 0: 0, +inf; y = 1: +inf, 0",
         "Cortes & Vapnik 1995; classes each against the rest"},
        Activation::kIdentity, false, LossTarget::kClasses),
    make_rule<scalar::BinaryFocal>(
        Loss::kBinaryFocal,
        {"binary_focal", "−y (1 − p)^γ log p − (1 − y) p^γ log(1 − p), p = σ(s)",
         "-y (1-p)^\\gamma \\ln p - (1-y)\\, p^\\gamma \\ln(1-p)",
         "(1 − y) p^γ (p − γ (1 − p) log(1 − p)) − y (1 − p)^γ (1 − p − γ · p log p)",
         "(1-y)\\, p^\\gamma (p - \\gamma (1-p) \\ln(1-p)) - y (1-p)^\\gamma (1 - p - \\gamma \\cdot p \\ln p)", "none",
         "y = 0: 0, +inf; y = 1: +inf, 0", "Lin et al. 2017, without their α; γ = 2 unless given"},
        Activation::kSigmoid, true, LossTarget::kClasses, {"γ", "\\gamma"}),
    LossRule{Loss::kFocal, "focal", "−Σ_k y_k (1 − p_k)^γ log p_k, p = softmax(s)",
             "-\\sum_k y_k (1-p_k)^\\gamma \\ln p_k", "p_j Σ_k g_k − g_j, g = y (1 − p)^γ (1 − γ p log p / (1 − p))",
             "p_j \\sum_k g_k - g_j,\\ g = y (1-p)^\\gamma \\left(1 - \\frac{\\gamma\\, p \\ln p}{1-p}\\right)", "none",
             "the score of a class with y_k > 0 falls to −inf: +inf; one score at +inf: NaN",
             "Lin et al. 2017, without their α; γ = 2 unless given", Activation::kSoftmax, true, nullptr, nullptr,
             LossTarget::kClasses, "γ", "\\gamma"},
    LossRule{Loss::kGaussianNll, "gaussian_nll", "½ (v + (y − m)² e^−v), outputs m, v = log σ²",
             "\\tfrac12 \\left(v + (y - m)^2 e^{-v}\\right)", "by m: (m − y) e^−v; by v: ½ (1 − (y − m)² e^−v)",
             "(m - y)\\, e^{-v},\\ \\tfrac12 \\left(1 - (y - m)^2 e^{-v}\\right)", "none",
             "m: +inf, +inf; v: +inf unless m = y, +inf", "Nix & Weigend 1994; Kendall & Gal 2017, equation 8",
             Activation::kIdentity, true, nullptr, nullptr, LossTarget::kNumbers},
};

constexpr std::array<std::string_view, 2> kReductions = {"mean", "sum"};

}  // namespace

std::span<const LossRule> loss_rules() { return kRules; }

const LossRule& rule(Loss loss) { return kRules[static_cast<std::size_t>(loss)]; }

Loss loss_named(std::string_view name) { return kRules[place_named("loss", name, kRules, &LossRule::name)].id; }

double loss_parameter(const LossOptions& options, std::size_t output) {
  switch (options.loss) {
    case Loss::kHuber: return options.huber_delta;
    case Loss::kBinaryFocal:
    case Loss::kFocal: return options.focal_gamma;
    case Loss::kQuantile: return options.quantiles.empty() ? 0.5 : options.quantiles[output % options.quantiles.size()];
    default: return 0;
  }
}

TargetOutputs target_outputs(const LossOptions& options) {
  if (options.loss == Loss::kGaussianNll) return {.count = 2};
  if (options.loss != Loss::kQuantile || options.quantiles.empty()) return {};
  const auto middle = std::min_element(options.quantiles.begin(), options.quantiles.end(),
                                       [](double a, double b) { return std::fabs(a - 0.5) < std::fabs(b - 0.5); });
  return {options.quantiles.size(), static_cast<std::size_t>(middle - options.quantiles.begin())};
}

void check_outputs(const LossOptions& options, std::size_t outputs) {
  const std::size_t count = target_outputs(options).count;
  BPROP_CHECK(outputs % count == 0, UsageError, "loss {} takes {} outputs a target{}, the network has {}",
              rule(options.loss).name, count,
              options.loss == Loss::kGaussianNll ? ", mean and log-variance" : ", one for each quantile", outputs);
}

std::string_view name(Reduction reduction) { return kReductions[static_cast<std::size_t>(reduction)]; }

Reduction reduction_named(std::string_view name) {
  return static_cast<Reduction>(place_named("reduction", name, kReductions));
}

}  // namespace bprop
