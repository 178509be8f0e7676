// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

TEST(LessonN1, AWeightOfOneLayerHasThreeFactorsAndNoPathToTheOtherOutput) {
  const double y1 = 1 / (1 + std::exp(-(0.05 * 0.15 + 0.10 * 0.20)));
  const std::string page = page_text("one-layer");
  EXPECT_THAT(page, HasSubstr("No path leads from w1 to y2, so that ∂ε₂/∂w1 is 0"));
  EXPECT_THAT(page, HasSubstr("∂ε/∂y₁ · ∂y₁/∂z₁ · ∂z₁/∂w1 = " + number_text(y1 - 0.01) + " · " +
                              number_text(y1 * (1 - y1)) + " · 0.05"));
  EXPECT_THAT(page, HasSubstr("= " + number_text((y1 - 0.01) * y1 * (1 - y1) * 0.05) + "\n"));
}

TEST(LessonN22, TheUpdateSaysItsDirectionAndWhy) {
  const std::string page = page_text("one-layer");
  EXPECT_THAT(page,
              HasSubstr("positive: a larger w1 would raise the loss, so descent lowers it, from 0.15 to 0.146895"));
  EXPECT_THAT(page, HasSubstr("more weight lowers the loss, and w4 rises from 0.3 to 0.30599"));
}

}  // namespace
}  // namespace bprop
