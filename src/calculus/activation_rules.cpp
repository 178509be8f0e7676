// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/named.h"
#include "bprop/activation.h"
#include "calculus/scalar_functions.h"

namespace bprop {
namespace {

template <class Formula>
double value_of(double z) {
  return Formula::value(z);
}
template <class Formula>
double derivative_of(double z, double a) {
  return Formula::derivative(z, a);
}

// The words of a rule; the numbers come with the formula.
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
constexpr ActivationRule make_rule(Activation id, const Words& words, bool smooth) {
  return {id,
          words.name,
          words.formula,
          words.formula_latex,
          words.derivative,
          words.derivative_latex,
          words.kink,
          words.limits,
          words.reference,
          !Formula::kNeedsZ,
          smooth,
          &value_of<Formula>,
          &derivative_of<Formula>};
}

const std::array kRules = {
    make_rule<scalar::Identity>(Activation::kIdentity,
                                {"identity", "z", "z", "1", "1", "none", "−inf, +inf", "linear output unit"}, true),
    make_rule<scalar::Sigmoid>(Activation::kSigmoid,
                               {"sigmoid", "1 / (1 + e^−z)", "\\frac{1}{1 + e^{-z}}", "a (1 − a)", "a (1 - a)", "none",
                                "0, 1", "Rumelhart, Hinton & Williams 1986"},
                               true),
    make_rule<scalar::Tanh>(Activation::kTanh,
                            {"tanh", "tanh z", "\\tanh z", "1 − a²", "1 - a^2", "none", "−1, 1", "LeCun et al. 1998"},
                            true),
    make_rule<scalar::Relu>(
        Activation::kRelu,
        {"relu", "max(z, 0)", "\\max(z, 0)", "a > 0: 1; else 0",
         "\\begin{cases}1 & a > 0\\\\0 & \\text{else}\\end{cases}", "z = 0: φ' = 0", "0, +inf", "Nair & Hinton 2010"},
        false),
    make_rule<scalar::LeakyRelu>(
        Activation::kLeakyRelu,
        {"leaky_relu", "z > 0: z; else 0.01 z", "\\begin{cases}z & z > 0\\\\0.01\\,z & \\text{else}\\end{cases}",
         "a > 0: 1; else 0.01", "\\begin{cases}1 & a > 0\\\\0.01 & \\text{else}\\end{cases}", "z = 0: φ' = 0.01",
         "−inf, +inf", "Maas, Hannun & Ng 2013"},
        false),
    make_rule<scalar::Elu>(
        Activation::kElu,
        {"elu", "z > 0: z; else e^z − 1", "\\begin{cases}z & z > 0\\\\e^z - 1 & \\text{else}\\end{cases}",
         "a > 0: 1; else a + 1", "\\begin{cases}1 & a > 0\\\\a + 1 & \\text{else}\\end{cases}",
         "none (φ'' jumps at z = 0)", "−1, +inf", "Clevert, Unterthiner & Hochreiter 2016, α = 1"},
        true),
    make_rule<scalar::Selu>(Activation::kSelu,
                            {"selu", "z > 0: 1.0507 z; else 1.7581 (e^z − 1)",
                             "\\lambda\\begin{cases}z & z > 0\\\\\\alpha(e^z - 1) & \\text{else}\\end{cases}",
                             "a > 0: 1.0507; else a + 1.7581",
                             "\\begin{cases}\\lambda & a > 0\\\\a + \\lambda\\alpha & \\text{else}\\end{cases}",
                             "z = 0: φ' = 1.7581 (from the left)", "−1.7581, +inf",
                             "Klambauer et al. 2017, λ = 1.0507009873554805, α = 1.6732632423543772"},
                            false),
    make_rule<scalar::Gelu>(
        Activation::kGelu,
        {"gelu", "z Φ(z), Φ(z) = ½ (1 + erf(z/√2))", "z\\,\\Phi(z)", "Φ(z) + z e^(−z²/2) / √(2π)",
         "\\Phi(z) + \\frac{z e^{-z^2/2}}{\\sqrt{2\\pi}}", "none", "0, +inf", "Hendrycks & Gimpel 2016, exact form"},
        true),
    make_rule<scalar::Silu>(
        Activation::kSilu,
        {"silu", "z σ(z)", "z\\,\\sigma(z)", "σ(z) (1 + z (1 − σ(z)))", "\\sigma(z)\\,(1 + z\\,(1 - \\sigma(z)))",
         "none", "0, +inf", "Elfwing, Uchibe & Doya 2018 (also: swish)"},
        true),
    make_rule<scalar::Mish>(
        Activation::kMish,
        {"mish", "z tanh(log(1 + e^z))", "z\\tanh(\\ln(1 + e^z))", "t + z (1 − t²) σ(z), t = tanh(log(1 + e^z))",
         "t + z (1 - t^2)\\,\\sigma(z),\\ t = \\tanh(\\ln(1 + e^z))", "none", "0, +inf", "Misra 2019"},
        true),
    make_rule<scalar::Softplus>(
        Activation::kSoftplus,
        {"softplus", "log(1 + e^z)", "\\ln(1 + e^z)", "1 − e^−a", "1 - e^{-a}", "none", "0, +inf", "Dugas et al. 2001"},
        true),
    make_rule<scalar::Softsign>(Activation::kSoftsign,
                                {"softsign", "z / (1 + |z|)", "\\frac{z}{1 + |z|}", "(1 − |a|)²", "(1 - |a|)^2",
                                 "none (φ'' jumps at z = 0)", "−1, 1", "Bergstra et al. 2009"},
                                true),
    make_rule<scalar::Exp>(Activation::kExp,
                           {"exp", "e^z", "e^z", "a", "a", "none", "0, +inf", "Nelder & Wedderburn 1972: the log link"},
                           true),
    make_rule<scalar::Cosine>(Activation::kCosine,
                              {"cosine", "cos z", "\\cos z", "−sin z", "-\\sin z", "none", "NaN, NaN",
                               "Rahimi & Recht 2007, random Fourier features"},
                              true),
    ActivationRule{Activation::kSoftmax, "softmax", "e^z_j / Σ_k e^z_k", "\\frac{e^{z_j}}{\\sum_k e^{z_k}}",
                   "a_j ([j = k] − a_k)", "a_j ([j = k] - a_k)", "none",
                   "one +inf: 1 there and 0 elsewhere is the limit; NaN is given", "Bridle 1990", true, true, nullptr,
                   nullptr},
};

}  // namespace

std::span<const ActivationRule> activation_rules() { return kRules; }

const ActivationRule& rule(Activation activation) { return kRules[static_cast<std::size_t>(activation)]; }

Activation activation_named(std::string_view name) {
  return kRules[place_named("activation", name, kRules, &ActivationRule::name)].id;
}

}  // namespace bprop
