// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_arithmetic.h"

namespace bprop::explaining::arithmetic {
namespace {

constexpr double kMostRepeated = 1e6;  // 20 squarings

Complex integer_power(Complex x, double n) {
  Complex result = 1;
  for (auto left = static_cast<std::uint32_t>(n); left > 0; left >>= 1U) {
    if ((left & 1U) != 0) result *= x;
    x *= x;
  }
  return result;
}

}  // namespace

// Powers below 0 exist for whole exponents only, and there the logarithm would lose a tiny imaginary part beside π.
Complex pow(Complex x, Complex n) {
  const double size = std::fabs(n.real());
  const bool is_whole = n.imag() == 0 && n.real() == std::floor(n.real()) && size <= kMostRepeated;
  if (is_whole) return n.real() < 0 ? 1.0 / integer_power(x, size) : integer_power(x, size);
  if (x.real() == 0) return {std::pow(0.0, n.real()), n.real() < 1 && x.imag() != 0 ? kInfinity : 0};
  return x.real() < 0 ? Complex(std::pow(x.real(), n.real()), kNaN) : std::exp(n * std::log(x));
}

double slope(Activation activation, double z) {
  constexpr double kStep = 1e-50;
  return activate(activation, Complex(z, kStep)).imag() / kStep;
}

double activate(Activation activation, double z) { return rule(activation).value(z); }

#define BPROP_CASE(Rule) \
  case Activation::k##Rule: return scalar::Rule::value(z);
Complex activate(Activation activation, Complex z) {
  switch (activation) {
    BPROP_ELEMENTWISE_ACTIVATIONS(BPROP_CASE)
    case Activation::kSoftmax: break;
  }
  return z;
}
#undef BPROP_CASE

}  // namespace bprop::explaining::arithmetic
