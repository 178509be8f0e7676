// SPDX-License-Identifier: Apache-2.0
//
// What an expression needs of each kind of number: double, complex<double> for the complex step (no derivative is used;
// comparisons look at the real part), and variables of the tape.
#pragma once

#include <cmath>
#include <limits>
#include <span>

#include "bprop/tape.h"
#include "calculus/scalar_functions.h"
#include "explain/expression_functions.h"
#include "tape/formulas.h"

namespace bprop::explaining::arithmetic {

using scalar::Complex;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// NaN without the sign that arithmetic may leave on it, which would be printed.
inline double plain(double x) { return std::isnan(x) ? kNaN : x; }

inline double real(double x) { return x; }
inline double real(Complex x) { return x.real(); }
inline double real(const Variable& x) { return x.value(); }

inline double exp(double x) { return std::exp(x); }
inline double log(double x) { return std::log(x); }
inline double sqrt(double x) { return std::sqrt(x); }
inline double sin(double x) { return std::sin(x); }
inline double cos(double x) { return std::cos(x); }
inline double tanh(double x) { return std::tanh(x); }
inline double pow(double x, double n) { return std::pow(x, n); }

inline Complex exp(Complex x) { return std::exp(x); }
inline Complex sin(Complex x) { return std::sin(x); }
inline Complex cos(Complex x) { return std::cos(x); }
inline Complex tanh(Complex x) { return scalar::tanh(x); }
// Real functions end where their real arguments do: −1 has no root here. At 0 they have an infinite slope.
inline Complex log(Complex x) {
  if (x.real() == 0) return {-kInfinity, x.imag() == 0 ? 0 : kInfinity};
  return x.real() < 0 ? Complex(kNaN, kNaN) : std::log(x);
}
inline Complex sqrt(Complex x) {
  if (x.real() == 0) return {0, x.imag() == 0 ? 0 : kInfinity};
  return x.real() < 0 ? Complex(kNaN, kNaN) : std::sqrt(x);
}
Complex pow(Complex x, Complex n);

// Those of the tape are found beside Variable.

double activate(Activation activation, double z);
Complex activate(Activation activation, Complex z);
inline Variable activate(Activation activation, const Variable& z) {
  return tape_rules::activate(activation, std::span(&z, 1))[0];
}

// φ'(z), by a complex step of φ: the rule's own derivative starts from a = φ(z), and a (1 − a) has lost half its digits
// at z = 20. The judges never come here: what they differentiate contains no φ'.
double slope(Activation activation, double z);
inline Complex slope(Activation activation, Complex z) { return slope(activation, z.real()); }
inline Variable slope(Activation activation, const Variable& z) { return slope(activation, z.value()); }

// function(a) or function(a, b).
template <class T>
T apply(const ExpressionFunction& function, const T& a, const T& b) {
  using Kind = ExpressionFunction::Kind;
  switch (function.kind) {
    case Kind::kExp: return exp(a);
    case Kind::kLog: return log(a);
    case Kind::kSqrt: return sqrt(a);
    case Kind::kSin: return sin(a);
    case Kind::kCos: return cos(a);
    case Kind::kTanh: return tanh(a);
    case Kind::kMax: return real(a) < real(b) ? b : a;
    case Kind::kMin: return real(b) < real(a) ? b : a;
    case Kind::kAtLeast: return real(a) >= real(b) ? 1.0 : 0.0;
    case Kind::kGreater: return real(a) > real(b) ? 1.0 : 0.0;
    case Kind::kAtMost: return real(a) <= real(b) ? 1.0 : 0.0;
    case Kind::kLess: return real(a) < real(b) ? 1.0 : 0.0;
    case Kind::kActivation: return activate(function.activation, a);
    case Kind::kActivationSlope: return slope(function.activation, a);
  }
  return a;
}

}  // namespace bprop::explaining::arithmetic
