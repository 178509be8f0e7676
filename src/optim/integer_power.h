// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bprop {

// x^n by repeated squaring: the same bits on every machine, which the C library's pow does not promise.
inline double integer_power(double x, std::size_t n) {
  double result = 1;
  for (; n > 0; n >>= 1) {
    if ((n & 1) != 0) result *= x;
    x *= x;
  }
  return result;
}

}  // namespace bprop
