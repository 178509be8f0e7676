// SPDX-License-Identifier: Apache-2.0
#include "calculus/binary_logarithm.h"

#include <bit>
#include <cstdint>
#include <numbers>

namespace bprop {

double binary_logarithm(double x) {
  // x = 2^exponent · m with m in [0.75, 1.5): the exponent is that of x / 0.75, in units of the bits of a double.
  constexpr std::uint64_t kThreeQuarters = std::bit_cast<std::uint64_t>(0.75);
  const auto offset = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(x) - kThreeQuarters);
  const std::int64_t exponent = offset >> 52;
  const double m =
      std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) - (static_cast<std::uint64_t>(exponent) << 52));
  // ln m = 2 artanh r = 2 (r + r³/3 + r⁵/5 + …), |r| ≤ 1/5: the first term dropped is below 1e-18.
  const double r = (m - 1) / (m + 1);
  const double square = r * r;
  double sum = 0;
  for (int n = 23; n >= 1; n -= 2) sum = sum * square + 1.0 / n;
  return static_cast<double>(exponent) + 2 * std::numbers::log2e * r * sum;
}

}  // namespace bprop
