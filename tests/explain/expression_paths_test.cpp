// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "explain/explained.h"

namespace bprop {
namespace {

using explained::derivative;

// Two ways from each level to the next.
std::string ladder(int levels, const std::string& left, const std::string& right) {
  std::string text = "x0 = x";
  for (int i = 1; i <= levels; ++i) {
    const std::string n = std::to_string(i);
    const std::string below = "x" + std::to_string(i - 1);
    text += "; a" + n + " = " + left + "*" + below + "; b" + n + " = " + right + "*" + below;
    text += "; x" + n + " = a" + n + " + b" + n;
  }
  return text;
}

TEST(ExpressionPaths, CountsAreExactHoweverManyPathsThereAre) {
  const ExpressionDerivative by_x = derivative(ladder(100, "1", "1"), "x100,x", "x=1", 3);
  EXPECT_EQ(by_x.path_count, "1267650600228229401496703205376");  // 2^100
  EXPECT_EQ(by_x.paths.size(), 3U);
  EXPECT_FALSE(by_x.all_paths);
  EXPECT_EQ(by_x.value, std::ldexp(1.0, 100));
  // 201 edges along each path, 200 multiplications; once: 4 edges a level and one below, without the two of x100.
  EXPECT_EQ(by_x.products_path_by_path, "253530120045645880299340641075200");
  EXPECT_EQ(by_x.products_once, "399");
  EXPECT_TRUE(by_x.agrees);
}

TEST(ExpressionPaths, TheLargestAreFoundWithoutLookingAtAll) {
  const ExpressionDerivative by_x = derivative(ladder(60, "2", "(-1)"), "x60,x", "x=1", 4);
  ASSERT_EQ(by_x.paths.size(), 4U);
  EXPECT_EQ(by_x.paths[0].value, std::ldexp(1.0, 60));
  for (int i = 1; i < 4; ++i) EXPECT_EQ(by_x.paths[static_cast<std::size_t>(i)].value, -std::ldexp(1.0, 59));
  EXPECT_EQ(by_x.value, 1);
}

TEST(ExpressionPaths, AllOfThemSumToTheDerivative) {
  const ExpressionDerivative by_x = derivative(ladder(6, "2", "(-3)"), "x6,x", "x=1", 64);
  ASSERT_EQ(by_x.paths.size(), 64U);
  EXPECT_TRUE(by_x.all_paths);
  double sum = 0;
  for (const ExpressionPath& path : by_x.paths) sum += *path.value;
  EXPECT_EQ(sum, 1);
  EXPECT_EQ(by_x.value, 1);
}

TEST(ExpressionPaths, NoPathMeansZeroBecauseNothingLeadsThere) {
  const ExpressionDerivative by_y = derivative("f = x^2; g = y", "f,y", "x=1, y=2");
  EXPECT_EQ(by_y.path_count, "0");
  EXPECT_TRUE(by_y.paths.empty());
  EXPECT_TRUE(by_y.steps.empty());
  EXPECT_EQ(by_y.value, 0);
  EXPECT_EQ(by_y.tape, 0);
  EXPECT_TRUE(by_y.agrees);
  EXPECT_EQ(derivative("f = x^2; g = f", "f,g", "x=1").path_count, "0");
}

TEST(ExpressionPaths, AVariableThatIsUsedDirectlyAndThroughAnotherHasADirectAndATotalDerivative) {
  const ExpressionDerivative by_x = derivative("f = x*y; y = x^2", "f,x", "x=3");
  EXPECT_EQ(text_of(by_x.left), "df/dx");
  EXPECT_EQ(text_of(by_x.steps.back().symbols[0]), "∂f/∂y · ∂y/∂x + ∂f/∂x");
  EXPECT_EQ(text_of(*by_x.by_in_inputs), "3 · x²");
  EXPECT_EQ(by_x.value, 27);
}

TEST(ExpressionPaths, DerivativesByAnIntermediateVariableHoldWhatItIsMadeOf) {
  const ExpressionDerivative by_y = derivative("f = x*y*z; x = r; y = r*s; z = s", "f,y", "r=2, s=3");
  EXPECT_EQ(by_y.path_count, "1");
  EXPECT_EQ(by_y.value, 6);
  EXPECT_EQ(text_of(*by_y.by_in_inputs), "r · s");
  // x is r by another name: the tape must not mix the two up.
  const ExpressionDerivative by_x = derivative("f = x*y*z; x = r; y = r*s; z = s", "f,x", "r=2, s=3");
  EXPECT_EQ(by_x.value, 18);
  EXPECT_EQ(by_x.tape, 18);
  EXPECT_EQ(derivative("f = c*x; c = 3", "f,c", "x=5").tape, 5);
}

}  // namespace
}  // namespace bprop
