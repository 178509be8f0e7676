// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "bprop/activation.h"
#include "explain/explained.h"

namespace bprop {
namespace {

using explained::value;

TEST(ExpressionSyntax, PowersBindFromTheRightAndMoreThanSigns) {
  EXPECT_EQ(value("2^3^2"), 512);
  EXPECT_EQ(value("-3^2"), -9);
  EXPECT_EQ(value("(-3)^2"), 9);
  EXPECT_EQ(value("2^-1"), 0.5);
  EXPECT_EQ(value("2^-2^2"), 0.0625);
  EXPECT_EQ(value("-2²"), -4);
}

TEST(ExpressionSyntax, OperatorsOfOneRankGoFromTheLeft) {
  EXPECT_EQ(value("10 - 4 - 3"), 3);
  EXPECT_EQ(value("24 / 4 / 3"), 2);
  EXPECT_EQ(value("24 / 4 * 3"), 18);
  EXPECT_EQ(value("2 + 3 * 4"), 14);
  EXPECT_EQ(value("2 * -3"), -6);
  EXPECT_EQ(value("2 - -3"), 5);
  EXPECT_EQ(value("+3 - +2"), 1);
}

TEST(ExpressionSyntax, UnicodeSignsMeanTheSameAsAsciiOnes) {
  EXPECT_EQ(value("7 − 2·3"), 1);
  EXPECT_EQ(value("7 − 2 × 3 ÷ 6"), 6);
  EXPECT_EQ(value("2³ + 10²"), 108);
  EXPECT_EQ(value("2¹⁰"), 1024);
  EXPECT_EQ(value("π - pi"), 0);
}

TEST(ExpressionSyntax, NumbersAreReadWithPointAndExponent) {
  EXPECT_EQ(value("1e-3"), 0.001);
  EXPECT_EQ(value(".5 + 2.5E1"), 25.5);
  EXPECT_EQ(value("1."), 1);
}

TEST(ExpressionSyntax, FunctionsAreTheElementaryOnesAndTheActivations) {
  EXPECT_EQ(value("sqrt(16) + log(1) + exp(0) + sin(0) + cos(0) + tanh(0)"), 6);
  EXPECT_EQ(value("ln(1)"), 0);
  EXPECT_EQ(value("max(1, 5, 3) + min(4, 2, 9)"), 7);
  EXPECT_EQ(value("[2 >= 2] + [2 ≥ 3] + [3 > 2]*10 + [1 <= 1]*100 + [1 ≤ 0] + [0 < 1]*1000"), 1111);
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value == nullptr) continue;
    EXPECT_EQ(value(std::string(rule.name) + "(0.3)"), rule.value(0.3)) << rule.name;
    EXPECT_NEAR(value(std::string(rule.name) + "'(0.3)"), rule.derivative(0.3, rule.value(0.3)), 1e-15) << rule.name;
  }
}

TEST(ExpressionSyntax, StatementsStandInAnyOrderWithSemicolonsLineBreaksAndRemarks) {
  const ExpressionExplanation all =
      explain_expression("# the notes' example\n; f = x*y*z; x = r\r\n\ny = (r *\n s)  # one factor a line\nz = s;;",
                         {.at = {{"s", 3}, {"r", 2}}});
  EXPECT_EQ(all.variables.size(), 6U);
  EXPECT_EQ(all.variables.back().name, "f");
  EXPECT_EQ(all.variables.back().value, 36);
}

TEST(ExpressionSyntax, NamesMayBeGreekAndHaveDigitsBelow) {
  const ExpressionExplanation all = explain_expression("δ₁ = η_max * w2", {.at = {{"η_max", 2}, {"w2", 5}}});
  EXPECT_EQ(all.variables.back().name, "δ₁");
  EXPECT_EQ(all.variables.back().value, 10);
  EXPECT_EQ(latex_of(all.partials[0].left), "\\frac{\\partial \\delta_1}{\\partial \\eta_{max}}");
  EXPECT_EQ(text_of(all.variables[0].symbol), "η_max");
}

TEST(ExpressionSyntax, NamesMayBeOfAnyAlphabet) {
  EXPECT_EQ(explained::derivative("重 = ℓ * ж", "重,ℓ", "ℓ=2, ж=3").value, 3);
}

TEST(ExpressionSyntax, ValuesMayBeWorkedOut) {
  const auto at = parse_named_numbers("r = 2, s=pi/2; t=-1e3");
  ASSERT_EQ(at.size(), 3U);
  EXPECT_EQ(at[0].name, "r");
  EXPECT_EQ(at[1].value, std::numbers::pi / 2);
  EXPECT_EQ(at[2].value, -1000);
}

TEST(ExpressionSyntax, PairsOfADerivativeStandBehindEachOther) {
  const auto pairs = parse_named_derivatives("f,s; g,r");
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].of, "f");
  EXPECT_EQ(pairs[0].by, "s");
  EXPECT_EQ(pairs[1].of, "g");
}

}  // namespace
}  // namespace bprop
