// SPDX-License-Identifier: Apache-2.0
#include "calculus/cosine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace bprop {
namespace {

TEST(CosineOfTurns, IsExactAtQuarters) {
  EXPECT_EQ(cosine_of_turns(0.0), 1.0);
  EXPECT_EQ(cosine_of_turns(0.25), 0.0);
  EXPECT_EQ(cosine_of_turns(0.5), -1.0);
  EXPECT_EQ(cosine_of_turns(0.75), 0.0);
  EXPECT_EQ(cosine_of_turns(1.0), 1.0);
}

TEST(CosineOfTurns, ErrsByLessThan4e_16) {
  long double worst = 0;
  for (int i = 0; i <= 1'000'003; ++i) {
    const double t = i / 1'000'003.0;
    const long double exact = std::cos(2 * std::numbers::pi_v<long double> * static_cast<long double>(t));
    worst = std::max(worst, std::fabs(static_cast<long double>(cosine_of_turns(t)) - exact));
  }
  RecordProperty("worst_error_e_18", std::to_string(static_cast<int>(worst * 1e18L)));
  EXPECT_LT(worst, 4e-16L);
}

}  // namespace
}  // namespace bprop
