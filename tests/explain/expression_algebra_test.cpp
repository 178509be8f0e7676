// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_algebra.h"

#include <gtest/gtest.h>

#include "explain/explained.h"
#include "explain/expression_formula.h"
#include "explain/expression_graph.h"

namespace bprop {
namespace {

// The normal form of an expression, as text.
std::string normal(const std::string& text) {
  const explaining::ExpressionGraph graph = explaining::parse_expression("f = " + text).value_or_throw();
  std::vector<std::string> names;
  for (const auto& variable : graph.variables) names.push_back(variable.name);
  explaining::Algebra algebra(names);
  return text_of(explaining::formula_of(algebra, algebra.from(graph.tree, graph.tree.statements[0].root)));
}

// ∂/∂x of it.
std::string slope(const std::string& text) {
  const explaining::ExpressionGraph graph = explaining::parse_expression("f = " + text).value_or_throw();
  std::vector<std::string> names;
  for (const auto& variable : graph.variables) names.push_back(variable.name);
  explaining::Algebra algebra(names);
  const auto f = algebra.from(graph.tree, graph.tree.statements[0].root);
  return text_of(explaining::formula_of(algebra, algebra.derivative(f, static_cast<std::uint32_t>(graph.find("x")))));
}

TEST(ExpressionAlgebra, CollectsEqualTermsAndFactors) {
  EXPECT_EQ(normal("s*r*r + r*s*r"), "2 · r² · s");
  EXPECT_EQ(normal("x + y - x"), "y");
  EXPECT_EQ(normal("x*y/x"), "y");
  EXPECT_EQ(normal("x - x"), "0");
  EXPECT_EQ(normal("x^2 * x^3"), "x⁵");
  EXPECT_EQ(normal("(x*y)^2 / y"), "x² · y");
  EXPECT_EQ(normal("0 * sin(x)"), "0");
}

TEST(ExpressionAlgebra, FoldsConstantsAndKeepsPi) {
  EXPECT_EQ(normal("2 * 3 + 4^0.5"), "8");
  EXPECT_EQ(normal("2*x*3"), "6 · x");
  EXPECT_EQ(normal("x/2"), "0.5 · x");
  EXPECT_EQ(normal("x/3"), "x / 3");
  EXPECT_EQ(normal("2*x/3"), "2 · x / 3");
  EXPECT_EQ(normal("2*pi*x"), "2 · π · x");
  EXPECT_EQ(normal("cos(0)*x"), "x");
}

TEST(ExpressionAlgebra, MultipliesOutPolynomialsWhileTheyAreShort) {
  EXPECT_EQ(normal("(x + y)*(x - y)"), "x² − y²");
  EXPECT_EQ(normal("2*(x + 1)"), "2 · x + 2");
  EXPECT_EQ(normal("x*(1 + sin(x))"), "x · (sin(x) + 1)");
  EXPECT_EQ(normal("(a+b)*(c+d)*(e+f1)*(g+h)"), "(a + b) · (c + d) · (e + f1) · (g + h)");
  EXPECT_EQ(normal("(x+y)*(x+y)"), "(x + y)²");
}

TEST(ExpressionAlgebra, KeepsWhatIsNotTheSameEverywhere) {
  EXPECT_EQ(normal("sqrt(x^2)"), "sqrt(x²)");
  EXPECT_EQ(normal("sqrt(4*x*y)"), "2 · sqrt(x · y)");
  EXPECT_EQ(normal("sqrt(x*y)*sqrt(x*y)"), "x · y");
  EXPECT_EQ(normal("exp(x)*exp(-x)"), "1");
  EXPECT_EQ(normal("exp(x)^2"), "exp(2 · x)");
  EXPECT_EQ(normal("2^x * 2^y"), "2^(x + y)");
}

TEST(ExpressionAlgebra, WritesQuotientsAndSignsAsPeopleDo) {
  EXPECT_EQ(normal("x*y^-2"), "x / y²");
  EXPECT_EQ(normal("1/sqrt(x)"), "1 / sqrt(x)");
  EXPECT_EQ(normal("x/(y*z)"), "x / (y · z)");
  EXPECT_EQ(normal("1 - x"), "1 − x");
  EXPECT_EQ(normal("-x - y"), "−x − y");
  EXPECT_EQ(normal("-2*x"), "−2 · x");
}

TEST(ExpressionAlgebra, DerivesEveryOperation) {
  EXPECT_EQ(slope("x^3 + 2*x + 7"), "3 · x² + 2");
  EXPECT_EQ(slope("x^y"), "x^(y − 1) · y");
  EXPECT_EQ(slope("y^x"), "y^x · log(y)");
  EXPECT_EQ(slope("x/y"), "1 / y");
  EXPECT_EQ(slope("y/x"), "−y / x²");
  EXPECT_EQ(slope("exp(2*x)"), "2 · exp(2 · x)");
  EXPECT_EQ(slope("log(x)"), "1 / x");
  EXPECT_EQ(slope("sqrt(x)"), "0.5 / sqrt(x)");
  EXPECT_EQ(slope("sin(x)*cos(x)"), "cos(x)² − sin(x)²");
  EXPECT_EQ(slope("tanh(2*x)"), "2 · tanh'(2 · x)");
  EXPECT_EQ(slope("max(x, y)"), "[x ≥ y]");
  EXPECT_EQ(slope("max(y, x)"), "[y < x]");
  EXPECT_EQ(slope("min(x, y)"), "[x ≤ y]");
  EXPECT_EQ(slope("min(y, x)"), "[y > x]");
  EXPECT_EQ(slope("[x > y]*x"), "[x > y]");
  EXPECT_EQ(slope("gelu(x*y)"), "y · gelu'(x · y)");
  EXPECT_EQ(slope("identity(x)"), "1");
  EXPECT_EQ(slope("1/(1 + exp(-x))"), "exp(−x) / (exp(−x) + 1)²");
}

}  // namespace
}  // namespace bprop
