// SPDX-License-Identifier: Apache-2.0
#include "calculus/exponential.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace bprop {
namespace {

// ln 2 in two parts: the first has 32 bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

}  // namespace

double exponential(double x) {
  if (!(x <= 709.7)) return x > 0 ? std::numeric_limits<double>::infinity() : x;
  if (x < -708.3) return 0;
  const double n = std::floor(x * std::numbers::log2e + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;  // |r| ≤ 0.35
  double sum = 1;                                     // Taylor, fourteen terms: the first one dropped is below 1e-18
  for (int k = 14; k >= 1; --k) sum = 1 + sum * r / k;
  const int half = static_cast<int>(n) / 2;  // 2ⁿ itself may not be a normal number
  return sum * power_of_two(half) * power_of_two(static_cast<int>(n) - half);
}

double logarithm(double x) {
  if (!(x > 0)) return x == 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (x == std::numeric_limits<double>::infinity()) return x;
  constexpr auto kRootOfHalf = std::bit_cast<std::uint64_t>(std::numbers::sqrt2 / 2);
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent = static_cast<std::int64_t>(bits - kRootOfHalf) >> 52;
  const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(exponent) << 52));  // in [√½, √2)
  const double s = (m - 1) / (m + 1);                                                           // |s| ≤ 0.172
  double sum = 0;  // artanh s / s = 1 + s²/3 + s⁴/5 + …; the first term dropped is below 1e-18
  for (int k = 23; k >= 3; k -= 2) sum = (sum + 1.0 / k) * s * s;
  const auto n = static_cast<double>(exponent);
  return n * kLn2High + (2 * s + (2 * s * sum + n * kLn2Low));
}

}  // namespace bprop
