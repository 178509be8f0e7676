// SPDX-License-Identifier: Apache-2.0
#include "bprop/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bprop/activation.h"
#include "explain/explained.h"
#include "explain/expression_judges.h"

namespace bprop {
namespace {

using explained::derivative;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ExpressionExplanation at_x(std::string_view text, double x) { return explain_expression(text, {.at = {{"x", x}}}); }

TEST(Expression, WithoutPairsEveryOutputIsDerivedByEveryInput) {
  const ExpressionExplanation all = explain_expression("f = h*x; g = h + y; h = x*y", {.at = {{"x", 2}, {"y", 5}}});
  ASSERT_EQ(all.derivatives.size(), 4U);
  EXPECT_EQ(text_of(all.derivatives[0].left), "df/dx");  // h is x y
  EXPECT_EQ(all.derivatives[0].value, 20);
  EXPECT_EQ(all.derivatives[1].value, 4);
  EXPECT_EQ(all.derivatives[2].value, 5);
  EXPECT_EQ(all.derivatives[3].value, 3);
  EXPECT_EQ(text_of(all.derivatives[3].left), "dg/dy");
}

TEST(Expression, PartialsHoldTheOtherNamesOfTheirStatement) {
  const ExpressionExplanation all = explain_expression(explained::kXyz, {.at = {{"r", 2}, {"s", 3}}});
  std::vector<std::string> texts;
  for (const ExpressionPartial& partial : all.partials) {
    texts.push_back(text_of(partial.left) + " = " + text_of(partial.symbols));
  }
  EXPECT_THAT(texts, ElementsAre("∂x/∂r = 1", "∂y/∂r = s", "∂y/∂s = r", "∂z/∂s = 1", "∂f/∂x = y · z", "∂f/∂y = x · z",
                                 "∂f/∂z = x · y"));
}

TEST(Expression, ActivationsAreDerivedByTheRuleTableAndJudgedByTheTape) {
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value == nullptr) continue;
    const std::string text = "f = " + std::string(rule.name) + "(x*1.5)";
    for (const double x : {-1.3, 0.2, 2.1}) {
      const ExpressionExplanation all = at_x(text, x);
      EXPECT_NEAR(*all.derivatives[0].value, 1.5 * rule.derivative(1.5 * x, rule.value(1.5 * x)), 1e-14) << rule.name;
      EXPECT_TRUE(all.derivatives[0].agrees) << rule.name << ' ' << x;
      EXPECT_THAT(all.remarks, IsEmpty()) << rule.name;
    }
  }
  const ExpressionExplanation all = at_x("f = sigmoid(x)", 1);
  ASSERT_EQ(all.rules.size(), 1U);
  EXPECT_EQ(text_of(all.rules[0].left), "sigmoid'(z)");
  EXPECT_EQ(text_of(all.rules[0].right[0]), "a (1 − a)");
}

TEST(Expression, SaysWhichSideIsTakenAtTiesAndKinks) {
  ExpressionExplanation all = explain_expression("f = max(x, y)", {.at = {{"x", 2}, {"y", 2}}});
  EXPECT_EQ(all.derivatives[0].value, 1);
  EXPECT_EQ(all.derivatives[1].value, 0);
  EXPECT_TRUE(all.derivatives[0].agrees && all.derivatives[1].agrees);
  EXPECT_THAT(all.remarks,
              ElementsAre("column 5: max(x, y) is a tie at 2; the slope is that of the first of the two."));
  all = explain_expression("f = min(y, x)", {.at = {{"x", 2}, {"y", 2}}});
  EXPECT_EQ(all.derivatives[0].value, 1);
  EXPECT_TRUE(all.derivatives[0].agrees && all.derivatives[1].agrees);
  all = at_x("f = 3*relu(x)", 0);
  EXPECT_EQ(all.derivatives[0].value, 0);
  EXPECT_TRUE(all.derivatives[0].agrees);
  EXPECT_THAT(all.remarks, ElementsAre("column 7: relu(x) stands on its kink; taken is z = 0: φ' = 0."));
}

TEST(Expression, ADivisionByZeroIsARemarkAndNoCrash) {
  const ExpressionExplanation all = explain_expression("f = y/x", {.at = {{"x", 0}, {"y", 1}}});
  EXPECT_EQ(all.variables.back().value, std::numeric_limits<double>::infinity());
  ASSERT_GE(all.remarks.size(), 1U);
  EXPECT_EQ(all.remarks[0],
            "column 6: y / x is inf, a division by 0, so derivatives through it are not to be relied on.");
  EXPECT_THAT(render_text(document(all)), HasSubstr("division by 0"));
  EXPECT_THAT(render_json(all), HasSubstr("null"));
  EXPECT_THAT(at_x("f = log(x)", -1).remarks[0], HasSubstr("log(x) is nan, log of -1"));
}

TEST(Expression, AnInfiniteSlopeIsSaid) {
  const ExpressionExplanation all = at_x("f = sqrt(x)", 0);
  EXPECT_EQ(all.derivatives[0].value, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(all.derivatives[0].agrees);
  EXPECT_THAT(all.remarks, ElementsAre("∂f/∂x is inf here."));
}

TEST(Expression, CancellingTermsAreJudgedAgainstTheirSize) {
  // f is 0 by cancellation of terms of 1e8: no arithmetic finds its slope to 1e-12 of itself.
  const ExpressionDerivative by_x = derivative("a = (x + 1e4)^2; b = x^2 + 2e4*x + 1e8; f = a - b", "f,x", "x=0.1");
  EXPECT_NEAR(*by_x.value, 0, 1e-7);
  EXPECT_TRUE(by_x.agrees);
}

TEST(Expression, SaturatedActivationsAndRootsOfProductsKeepTheirDigits) {
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value == nullptr) continue;
    for (const double x : {-600.0, -40.0, -15.0, 15.0, 40.0, 600.0}) {
      EXPECT_TRUE(at_x("f = " + std::string(rule.name) + "(x)", x).derivatives[0].agrees) << rule.name << ' ' << x;
    }
  }
  EXPECT_TRUE(at_x("f = (x - 1000)*(x - 1001)*(x - 1002)", 1000.5).derivatives[0].agrees);
}

// Planted mistakes: a wrong derivative must not pass.
TEST(Expression, AWrongDerivativeIsCaughtByBothJudges) {
  const explaining::ExpressionGraph graph =
      explaining::parse_expression("f = x*y*z; x = r; y = r*s; z = s").value_or_throw();
  const std::vector<double> inputs = {2, 3, 0, 0, 0, 0};  // r, s
  explaining::ExpressionJudges judges(graph, inputs);
  ExpressionDerivative derivative;
  derivative.of = graph.find("f");
  derivative.by = graph.find("s");
  // A path forgotten, a wrong sign, ∂f/∂r instead, the eleventh digit.
  derivative.value = 24;
  judges.judge(derivative);
  EXPECT_TRUE(derivative.agrees);
  for (const double wrong : {12.0, -24.0, 36.0, 24 * (1 + 1e-11)}) {
    derivative.value = wrong;
    judges.judge(derivative);
    EXPECT_FALSE(derivative.agrees) << wrong;
    EXPECT_GT(derivative.tape_error, 1e-12);
    EXPECT_GT(derivative.complex_error, 1e-12);
  }
}

TEST(Expression, NumbersHaveTheDigitsAskedFor) {
  const ExpressionExplanation all = explain_expression("f = x/7", {.at = {{"x", 1}}, .numbers = {.digits = 3}});
  EXPECT_THAT(render_text(document(all), {.numbers = all.numbers}), HasSubstr(" 0.143\n"));
  EXPECT_THAT(render_dot(all), HasSubstr("0.143"));
}

TEST(Expression, FormulasThatNobodyWouldReadAreLeftOut) {
  std::string text = "x0 = x + 0.5";
  for (int i = 1; i <= 40; ++i) {
    const std::string below = "x" + std::to_string(i - 1);
    text += "; x" + std::to_string(i) + " = sin(" + below + ")*cos(" + below + ") + " + below;
  }
  const ExpressionDerivative by_x = derivative(text, "x40,x", "x=0.3");
  EXPECT_FALSE(by_x.by_in_inputs);
  EXPECT_TRUE(by_x.agrees);
}

}  // namespace
}  // namespace bprop
