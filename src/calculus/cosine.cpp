// SPDX-License-Identifier: Apache-2.0
#include "calculus/cosine.h"

#include <cmath>
#include <numbers>

namespace bprop {
namespace {

// Taylor series on |x| ≤ π/4, ten terms: the first one dropped is below 1e-20.
double small_cosine(double x) {
  const double square = x * x;
  double sum = 0;
  for (int n = 18; n >= 2; n -= 2) sum = (1 - sum) * square / (n * (n - 1));
  return 1 - sum;
}

double small_sine(double x) {
  const double square = x * x;
  double sum = 0;
  for (int n = 19; n >= 3; n -= 2) sum = (1 - sum) * square / (n * (n - 1));
  return x * (1 - sum);
}

}  // namespace

double cosine_of_turns(double t) {
  const double folded = std::fabs(t - std::floor(t + 0.5));  // in [0, ½]; cos is even
  constexpr double kTurn = 2 * std::numbers::pi;
  if (folded <= 0.125) return small_cosine(kTurn * folded);
  if (folded <= 0.375) return small_sine(kTurn * (0.25 - folded));
  return -small_cosine(kTurn * (0.5 - folded));
}

}  // namespace bprop
