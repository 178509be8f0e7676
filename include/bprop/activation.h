// SPDX-License-Identifier: Apache-2.0
//
// Activations: a = φ(z), element by element (softmax: over the outputs of a row). One rule each: value, derivative and
// the words for both. The derivative is taken from the output a where that is exact (sigmoid: a(1 − a)).
//
//   bprop::rule(bprop::Activation::kSigmoid).value(0.0)             == 0.5
//   bprop::rule(bprop::Activation::kSigmoid).derivative(0.0, 0.5)   == 0.25
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bprop {

enum class Activation : std::uint8_t {
  kIdentity,
  kSigmoid,
  kTanh,
  kRelu,
  kLeakyRelu,
  kElu,
  kSelu,
  kGelu,
  kSilu,
  kMish,
  kSoftplus,
  kSoftsign,
  kExp,
  kCosine,
  kSoftmax,  // of a whole row; the others look at one element
};

// What is known of one activation. All texts are UTF-8.
struct ActivationRule {
  Activation id;
  std::string_view name;              // "leaky_relu": in architectures, files, options
  std::string_view formula;           // "z > 0: z; else 0.01 z"
  std::string_view formula_latex;     //
  std::string_view derivative_text;   // "z > 0: 1; else 0.01"
  std::string_view derivative_latex;  //
  std::string_view kink;              // where φ' jumps and what is taken there; "none" when smooth
  std::string_view limits;            // values at −inf, +inf; NaN gives NaN for every activation
  std::string_view reference;         // who described it
  bool derivative_from_output;        // φ' needs only a, so z need not be kept
  bool smooth;                        // has a continuous derivative (complex step and differences agree everywhere)

  // φ(z) and φ'(z) in double, a = φ(z). Softmax has no such functions (null): its derivative is a matrix.
  double (*value)(double z);
  double (*derivative)(double z, double a);
};

// All rules, in the order of the enumeration.
std::span<const ActivationRule> activation_rules();
const ActivationRule& rule(Activation activation);

// The activation of that name. Throws UsageError that lists the names.
Activation activation_named(std::string_view name);

}  // namespace bprop
