// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

TEST(LessonN13, ThePredictionIsTheClassWithTheLargestProbability) {
  const double h[] = {std::tanh(0.5 * 1 - 0.6 * 0.5 + 0.1), std::tanh(0.3 * 1 + 0.8 * 0.5 - 0.2),
                      std::tanh(-0.7 * 1 + 0.4 * 0.5)};
  const double e[] = {std::exp(0.9 * h[0] - 0.4 * h[1] + 0.2 * h[2] + 0.2),
                      std::exp(-0.5 * h[0] + 0.7 * h[1] + 0.3 * h[2]),
                      std::exp(0.1 * h[0] - 0.2 * h[1] - 0.8 * h[2] - 0.1)};
  const double p3 = e[2] / (e[0] + e[1] + e[2]);
  ASSERT_GT(e[2], std::max(e[0], e[1]));
  EXPECT_THAT(page_text("predict"), HasSubstr("class 3, with " + number_text(p3)));
}

TEST(LessonN13, OneOutputDecidesAtOneHalf) {
  EXPECT_THAT(page_text("predict"), HasSubstr("p is " + number_text(1 / (1 + std::exp(-0.4))) + ": the second class"));
}

}  // namespace
}  // namespace bprop
