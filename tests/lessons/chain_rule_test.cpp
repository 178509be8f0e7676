// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "page_text.h"

namespace bprop {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(LessonN15, EveryDerivativeOfTheNotesIsThere) {
  const std::string page = page_text("chain-rule");
  EXPECT_THAT(page, HasSubstr("= " + number_text(2 * 1.5 * std::cos(1.5 * 1.5)) + "\n"));  // sin(x²)
  EXPECT_THAT(page, HasSubstr("∂f/∂s = 2 · r² · s"));
  EXPECT_THAT(page, HasSubstr("∂f/∂r = 2 · r · s²"));
  // Six paths: f(u) = 2u⁵ + 4u⁴ + 2u − 2u², derived by hand.
  EXPECT_THAT(page, HasSubstr("= " + number_text(10 * std::pow(1.5, 4) + 16 * std::pow(1.5, 3) - 4 * 1.5 + 2) + "\n"));
}

TEST(LessonN20, AChangeIsFollowedThroughEveryNumber) {
  const auto loss = [](double w) {
    const double miss = std::tanh(1.2 * std::tanh(w * 1.5 + 0.1) - 0.3) - 0.2;
    return miss * miss;
  };
  const std::string page = page_text("chain-rule");
  EXPECT_THAT(page, ContainsRegex("L +" + number_text(loss(0.8)) + " +" + number_text(loss(0.801)) + " "));
  const double central = (loss(0.8 + 1e-5) - loss(0.8 - 1e-5)) / 2e-5;
  EXPECT_THAT(page, HasSubstr("The derivative is " + number_text(central)));
}

}  // namespace
}  // namespace bprop
