// SPDX-License-Identifier: Apache-2.0
//
// Published derivatives (VECTORS.md) and the lecture notes' chain rules (NOTES.md, row N15), typed as text.
#include <gtest/gtest.h>

#include <cmath>

#include "explain/explained.h"

namespace bprop {
namespace {

using explained::derivative;
using explained::in_inputs;
using explained::kXyz;

// Source: lecture note 003, "Find ∂f/∂s"; its ∂(xyz)/∂x = y² is an erratum (right: yz), the result is right.
TEST(ExpressionGolden, N15EliminatesTheIntermediatesOfXyz) {
  const ExpressionDerivative by_s = derivative(kXyz, "f,s", "r=2, s=3");
  EXPECT_EQ(by_s.value, 24);
  EXPECT_EQ(text_of(*by_s.of_in_inputs), "r² · s²");
  EXPECT_EQ(text_of(*by_s.by_in_inputs), "2 · r² · s");
  ASSERT_EQ(by_s.paths.size(), 2U);
  EXPECT_EQ(text_of(by_s.paths[0].partials), "∂f/∂y · ∂y/∂s");
  EXPECT_EQ(text_of(by_s.paths[0].symbols), "x · z · r");
  EXPECT_EQ(text_of(*by_s.paths[0].numbers), "6 · 2");
  EXPECT_EQ(by_s.paths[0].value, 12);
  EXPECT_EQ(text_of(by_s.paths[1].symbols), "x · y · 1");
  EXPECT_EQ(by_s.paths[1].value, 12);
  EXPECT_EQ(text_of(by_s.steps.back().symbols[0]), "∂f/∂y · ∂y/∂s + ∂f/∂z · ∂z/∂s");
  EXPECT_EQ(text_of(by_s.steps.back().symbols[1]), "r · x · z + x · y");
  EXPECT_TRUE(by_s.agrees);
  EXPECT_EQ(in_inputs(kXyz, "f,r", "r=2, s=3"), "2 · r · s²");
}

// Source: lecture note 003, "the baby chain rule".
TEST(ExpressionGolden, N15SineOfASquare) {
  const ExpressionDerivative by_x = derivative("f = sin(x^2)", "f,x", "x=0.4");
  EXPECT_EQ(text_of(*by_x.by_in_inputs), "2 · x · cos(x²)");
  EXPECT_DOUBLE_EQ(*by_x.value, 2 * 0.4 * std::cos(0.4 * 0.4));
}

// Source: lecture note 002, case 1.
TEST(ExpressionGolden, N15Case1OneChain) {
  const ExpressionDerivative by_x = derivative("y = exp(x); z = y^3", "z,x", "x=0.7");
  EXPECT_EQ(by_x.path_count, "1");
  EXPECT_EQ(text_of(by_x.paths[0].partials), "∂z/∂y · ∂y/∂x");
  EXPECT_EQ(text_of(*by_x.by_in_inputs), "3 · exp(3 · x)");
  EXPECT_DOUBLE_EQ(*by_x.value, 3 * std::exp(2.1));
}

// Source: lecture note 002, case 2 (the printed left side dz/dx · dx/ds is an erratum for dz/ds).
TEST(ExpressionGolden, N15Case2TwoWaysFromSToZ) {
  const ExpressionDerivative by_s = derivative("x = s^2; y = sin(s); z = x*y", "z,s", "s=1.2");
  EXPECT_EQ(text_of(by_s.steps.back().symbols[0]), "∂z/∂x · ∂x/∂s + ∂z/∂y · ∂y/∂s");
  EXPECT_EQ(text_of(by_s.steps.back().symbols[1]), "2 · s · y + x · cos(s)");
  EXPECT_DOUBLE_EQ(*by_s.value, std::sin(1.2) * 2 * 1.2 + 1.2 * 1.2 * std::cos(1.2));
}

// Source: lecture note 003, "∂f/∂u" (its product of two sums is an erratum): f of x, y, z, each of r and s, these of u.
TEST(ExpressionGolden, N15SixPathsFromUToFAndTheFormWithRAndSKept) {
  const ExpressionDerivative by_u =
      derivative("f = x*y + z^2; x = r*s; y = r + s; z = r/s; r = u^2; s = exp(u)", "f,u", "u=0.9");
  EXPECT_EQ(by_u.path_count, "6");
  ASSERT_EQ(by_u.paths.size(), 6U);
  EXPECT_TRUE(by_u.all_paths);
  EXPECT_EQ(text_of(by_u.paths[0].partials), "∂f/∂x · ∂x/∂r · ∂r/∂u");
  EXPECT_EQ(text_of(by_u.steps.back().symbols[0]), "∂f/∂r · ∂r/∂u + ∂f/∂s · ∂s/∂u");
  EXPECT_EQ(by_u.products_path_by_path, "12");
  EXPECT_EQ(by_u.products_once, "8");
  const double r = 0.9 * 0.9;
  const double s = std::exp(0.9);
  const double f_x = r + s;
  const double f_y = r * s;
  const double f_z = 2 * r / s;
  const double six = (f_x * s + f_y + f_z / s) * 2 * 0.9 + (f_x * r + f_y - f_z * r / (s * s)) * s;
  EXPECT_NEAR(*by_u.value, six, 1e-14 * std::fabs(six));
  EXPECT_TRUE(by_u.agrees);
}

// Source: A. Karpathy, micrograd, README.md, "Example usage"; 24.7041, 138.8338 and 645.5773 recomputed in double.
TEST(ExpressionGolden, V3MicrogradsReadme) {
  const ExpressionExplanation all = explain_expression(
      "c1 = a + b; d1 = a*b + b^3; c2 = c1 + c1 + 1; c3 = c2 + 1 + c2 - a\n"
      "d2 = d1 + d1*2 + relu(b + a); d3 = d2 + 3*d2 + relu(b - a)\n"
      "e = c3 - d3; f = e^2; g1 = f/2; g = g1 + 10/f",
      {.at = {{"a", -4}, {"b", 2}}});
  EXPECT_DOUBLE_EQ(*all.variables.back().value, 24.70408163265306);
  ASSERT_EQ(all.derivatives.size(), 2U);
  EXPECT_DOUBLE_EQ(*all.derivatives[0].value, 138.83381924198252);
  EXPECT_DOUBLE_EQ(*all.derivatives[1].value, 645.5772594752186);
  EXPECT_TRUE(all.derivatives[0].agrees);
  EXPECT_TRUE(all.derivatives[1].agrees);
}

// Source of the four below: Stanford CS231n, notes "optimization-2".
TEST(ExpressionGolden, V4ProductOfASum) {
  constexpr std::string_view kText = "q = x + y; f = q*z";
  EXPECT_EQ(derivative(kText, "f,x", "x=-2, y=5, z=-4").value, -4);
  EXPECT_EQ(derivative(kText, "f,y", "x=-2, y=5, z=-4").value, -4);
  EXPECT_EQ(derivative(kText, "f,z", "x=-2, y=5, z=-4").value, 3);
  EXPECT_EQ(in_inputs(kText, "f,x", "x=-2, y=5, z=-4"), "z");
  EXPECT_EQ(in_inputs(kText, "f,z", "x=-2, y=5, z=-4"), "x + y");
}

TEST(ExpressionGolden, V4SigmoidNeuron) {
  const ExpressionExplanation all = explain_expression(
      "f = sigmoid(w0*x0 + w1*x1 + w2)", {.at = {{"w0", 2}, {"w1", -3}, {"w2", -3}, {"x0", -1}, {"x1", -2}}});
  EXPECT_DOUBLE_EQ(*all.variables.back().value, 0.7310585786300049);
  ASSERT_EQ(all.derivatives.size(), 5U);  // in the order of the text: w0 x0 w1 x1 w2
  EXPECT_NEAR(*all.derivatives[0].value, -0.19661193, 5e-9);
  EXPECT_NEAR(*all.derivatives[1].value, 0.39322387, 5e-9);
  EXPECT_NEAR(*all.derivatives[2].value, -0.39322387, 5e-9);
  EXPECT_NEAR(*all.derivatives[3].value, -0.58983580, 5e-9);
  EXPECT_NEAR(*all.derivatives[4].value, 0.19661193, 5e-9);
}

TEST(ExpressionGolden, V4GatesOfProductAndMaximum) {
  const ExpressionExplanation all =
      explain_expression("f = 2*(x*y + max(z, w))", {.at = {{"x", 3}, {"y", -4}, {"z", 2}, {"w", -1}}});
  EXPECT_EQ(all.variables.back().value, -20);
  EXPECT_EQ(all.derivatives[0].value, -8);
  EXPECT_EQ(all.derivatives[1].value, 6);
  EXPECT_EQ(all.derivatives[2].value, 2);
  EXPECT_EQ(all.derivatives[3].value, 0);
}

TEST(ExpressionGolden, V4StagedExpression) {
  const ExpressionExplanation all = explain_expression(
      "sy = sigmoid(y); num = x + sy; sx = sigmoid(x); xy = x + y; sqr = xy²; den = sx + sqr; inv = 1/den; f = num*inv",
      {.at = {{"x", 3}, {"y", -4}}, .derivatives = {{"f", "x"}, {"f", "y"}}});
  EXPECT_DOUBLE_EQ(*all.variables.back().value, 1.5456448841066441);
  EXPECT_DOUBLE_EQ(*all.derivatives[0].value, 2.0595697955721652);
  EXPECT_DOUBLE_EQ(*all.derivatives[1].value, 1.5922327514838093);
}

}  // namespace
}  // namespace bprop
