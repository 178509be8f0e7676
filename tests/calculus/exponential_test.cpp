// SPDX-License-Identifier: Apache-2.0
#include "calculus/exponential.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bprop {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

TEST(Exponential, ErrsByLessThan1e_15) {
  long double worst = 0;
  for (int i = -200'000; i <= 200'000; ++i) {
    const double x = i * 0.0035;
    const long double exact = std::exp(static_cast<long double>(x));
    worst = std::max(worst, std::fabs((static_cast<long double>(exponential(x)) - exact) / exact));
  }
  EXPECT_LT(worst, 1e-15L);
}

TEST(Exponential, HasEnds) {
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(exponential(-1000), 0);
  EXPECT_EQ(exponential(-kInfinite), 0);
  EXPECT_EQ(exponential(1000), kInfinite);
  EXPECT_TRUE(std::isnan(exponential(std::numeric_limits<double>::quiet_NaN())));
}

TEST(Logarithm, ErrsByLessThan1e_15) {
  long double worst = 0;
  for (int i = 1; i <= 200'000; ++i) {
    for (const double x : {i * 1e-5, i * 7.3, std::ldexp(1 + i * 4e-6, i % 2000 - 1000)}) {
      const long double exact = std::log(static_cast<long double>(x));
      const long double size = std::max(std::fabs(exact), std::fabs(static_cast<long double>(x) - 1));
      if (size > 0) worst = std::max(worst, std::fabs(static_cast<long double>(logarithm(x)) - exact) / size);
    }
  }
  EXPECT_LT(worst, 1e-15L);
}

TEST(Logarithm, HasEnds) {
  EXPECT_EQ(logarithm(1), 0);
  EXPECT_EQ(logarithm(0), -kInfinite);
  EXPECT_EQ(logarithm(kInfinite), kInfinite);
  EXPECT_TRUE(std::isnan(logarithm(-1)));
}

}  // namespace
}  // namespace bprop
