// SPDX-License-Identifier: Apache-2.0
#include "calculus/binary_logarithm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace bprop {
namespace {

TEST(BinaryLogarithm, IsExactForPowersOfTwo) {
  for (int exponent = -1000; exponent <= 1000; ++exponent) {
    EXPECT_EQ(binary_logarithm(std::ldexp(1.0, exponent)), exponent);
  }
}

TEST(BinaryLogarithm, ErrsByLessThan3e_16OrThatShareOfItsValue) {
  long double worst = 0;
  const auto look_at = [&](double x) {
    const long double exact = std::log2(static_cast<long double>(x));
    const long double error = std::fabs(static_cast<long double>(binary_logarithm(x)) - exact);
    worst = std::max(worst, error / std::max(1.0L, std::fabs(exact)));
  };
  for (int i = 0; i <= 300'007; ++i) {
    look_at(1 + 15.0 * i / 300'007.0);      // what a schedule asks for
    look_at(0.5 + 1.5 * i / 300'007.0);     // around 1, where the logarithm is small
    look_at(std::exp(i / 3'000.0 - 50.0));  // far away
  }
  EXPECT_LT(worst, 3e-16L);
}

}  // namespace
}  // namespace bprop
