// SPDX-License-Identifier: Apache-2.0
//
// What the formulas need of double and std::complex<double>. A complex number stands for x + iε with a tiny ε (complex
// step): comparisons look at the real part, and functions without a complex version in the standard library are
// continued to first order, which is exact at ε ≤ 1e-50.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

#include "calculus/inline.h"

namespace bprop::scalar {

using Complex = std::complex<double>;

inline bool less(double a, double b) { return a < b; }
inline bool greater(double a, double b) { return a > b; }
inline bool less_equal(double a, double b) { return a <= b; }
inline double select(bool mask, double yes, double no) { return mask ? yes : no; }
inline double exp(double x) { return std::exp(x); }
inline double expm1(double x) { return std::expm1(x); }
inline double log(double x) { return std::log(x); }
inline double log1p(double x) { return std::log1p(x); }
inline double tanh(double x) { return std::tanh(x); }
inline double cos(double x) { return std::cos(x); }
inline double sin(double x) { return std::sin(x); }
inline double normal_distribution(double x) { return 0.5 * std::erfc(-x * std::numbers::sqrt2 / 2); }
inline double normal_density(double x) {
  return std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

inline bool less(Complex a, Complex b) { return a.real() < b.real(); }
inline bool greater(Complex a, Complex b) { return a.real() > b.real(); }
inline bool less_equal(Complex a, Complex b) { return a.real() <= b.real(); }
inline Complex select(bool mask, Complex yes, Complex no) { return mask ? yes : no; }
inline Complex exp(Complex x) { return std::exp(x); }
inline Complex log(Complex x) { return std::log(x); }
inline Complex expm1(Complex x) { return {std::expm1(x.real()), std::exp(x.real()) * std::sin(x.imag())}; }
inline Complex log1p(Complex x) { return {std::log1p(x.real()), std::atan2(x.imag(), 1 + x.real())}; }
inline Complex tanh(Complex x) {
  const double t = std::tanh(x.real());
  const double c = std::cosh(x.real());
  return {t, x.imag() / (c * c)};
}
inline Complex cos(Complex x) { return {std::cos(x.real()), -x.imag() * std::sin(x.real())}; }
inline Complex sin(Complex x) { return {std::sin(x.real()), x.imag() * std::cos(x.real())}; }
inline Complex normal_distribution(Complex x) {
  return {normal_distribution(x.real()), x.imag() * normal_density(x.real())};
}
inline Complex normal_density(Complex x) {
  return std::exp(-0.5 * x * x) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
}

#include "calculus/activation_formulas.inc"
#include "calculus/loss_formulas.inc"

}  // namespace bprop::scalar
