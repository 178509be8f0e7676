// SPDX-License-Identifier: Apache-2.0
//
// The elementary operations of the tape, each with its value and its local derivatives.
#include <cmath>
#include <numbers>

#include "bprop/tape.h"

namespace bprop {

using Operation = Tape::Operation;

Variable operator+(const Variable& a, const Variable& b) {
  return Tape::record(Operation::kAdd, a.value() + b.value(), a, 1, b, 1);
}

Variable operator-(const Variable& a, const Variable& b) {
  return Tape::record(Operation::kSubtract, a.value() - b.value(), a, 1, b, -1);
}

Variable operator*(const Variable& a, const Variable& b) {
  return Tape::record(Operation::kMultiply, a.value() * b.value(), a, b.value(), b, a.value());
}

Variable operator/(const Variable& a, const Variable& b) {
  const double quotient = a.value() / b.value();
  return Tape::record(Operation::kDivide, quotient, a, 1 / b.value(), b, -quotient / b.value());
}

Variable operator-(const Variable& a) { return Tape::record(Operation::kNegate, -a.value(), a, -1); }

Variable pow(const Variable& base, const Variable& exponent) {
  const double x = base.value();
  const double n = exponent.value();
  const double value = std::pow(x, n);
  const double d_base = n == 0 ? 0 : n * std::pow(x, n - 1);
  // ∂(x^n)/∂n = x^n ln x has no real value for x < 0; it is asked for only if the exponent is a variable.
  const double d_exponent = x == 0 && n > 0 ? 0 : value * std::log(x);
  return Tape::record(Operation::kPower, value, base, d_base, exponent, d_exponent);
}

Variable exp(const Variable& x) {
  const double value = std::exp(x.value());
  return Tape::record(Operation::kExp, value, x, value);
}

Variable expm1(const Variable& x) {
  return Tape::record(Operation::kExpm1, std::expm1(x.value()), x, std::exp(x.value()));
}

Variable log(const Variable& x) { return Tape::record(Operation::kLog, std::log(x.value()), x, 1 / x.value()); }

Variable log1p(const Variable& x) {
  return Tape::record(Operation::kLog1p, std::log1p(x.value()), x, 1 / (1 + x.value()));
}

Variable sin(const Variable& x) { return Tape::record(Operation::kSin, std::sin(x.value()), x, std::cos(x.value())); }

Variable cos(const Variable& x) { return Tape::record(Operation::kCos, std::cos(x.value()), x, -std::sin(x.value())); }

Variable tanh(const Variable& x) {
  const double hyperbolic = std::cosh(x.value());
  return Tape::record(Operation::kTanh, std::tanh(x.value()), x, 1 / (hyperbolic * hyperbolic));
}

Variable sqrt(const Variable& x) {
  const double root = std::sqrt(x.value());
  return Tape::record(Operation::kSqrt, root, x, 0.5 / root);
}

Variable normal_density(const Variable& x) {
  const double density = std::exp(-0.5 * x.value() * x.value()) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  return Tape::record(Operation::kNormalDensity, density, x, -x.value() * density);
}

Variable normal_distribution(const Variable& x) {
  const double value = 0.5 * std::erfc(-x.value() * std::numbers::sqrt2 / 2);
  return Tape::record(Operation::kNormalDistribution, value, x, normal_density(x.value()).value());
}

}  // namespace bprop
