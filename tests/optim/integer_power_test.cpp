// SPDX-License-Identifier: Apache-2.0
#include "optim/integer_power.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bprop {
namespace {

TEST(IntegerPower, IsTheRepeatedProduct) {
  for (const double x : {0.0, 1.0, -1.5, 0.5, 2.0}) {
    double product = 1;
    for (std::size_t n = 0; n <= 20; ++n) {
      EXPECT_DOUBLE_EQ(integer_power(x, n), product) << x << '^' << n;
      product *= x;
    }
  }
  EXPECT_EQ(integer_power(0.0, 0), 1);
  EXPECT_EQ(integer_power(2.0, 1000), std::ldexp(1.0, 1000));
}

TEST(IntegerPower, AgreesWithPowForTheDecaysOfAdamAtAnyStep) {
  for (const double beta : {0.9, 0.99, 0.999}) {
    for (const std::size_t t : {1U, 2U, 10U, 100U, 1000U, 12345U, 1000000U}) {
      const double exact = std::pow(beta, static_cast<double>(t));
      EXPECT_NEAR(integer_power(beta, t), exact, 1e-12 * exact + 1e-300) << beta << '^' << t;
    }
  }
}

}  // namespace
}  // namespace bprop
