// SPDX-License-Identifier: Apache-2.0
//
// On random expressions: the derivative in symbols, worked out, is the tape's adjoint; so is the form in inputs alone,
// typed in again; and a definition as it is printed, read again, has the same value.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "explain/explained.h"

namespace bprop {
namespace {

constexpr NumberStyle kAllDigits{.digits = 17};

int random_number(int below) { return *rc::gen::inRange(0, below); }

// Smooth, and of moderate size wherever its parts are.
std::string random_expression(const std::vector<std::string>& names, int depth) {
  if (depth == 0 || random_number(5) == 0) {
    if (random_number(4) == 0) return std::to_string(random_number(40) / 8.0);
    return names[static_cast<std::size_t>(random_number(static_cast<int>(names.size())))];
  }
  const std::string a = random_expression(names, depth - 1);
  const std::string b = random_expression(names, depth - 1);
  switch (random_number(16)) {
    case 0:
    case 1: return "(" + a + ") + (" + b + ")";
    case 2: return "(" + a + ") - (" + b + ")";
    case 3:
    case 4: return "0.3*(" + a + ")*(" + b + ")";
    case 5: return "(" + a + ")/(1.5 + (" + b + ")^2)";
    case 6: return "-(" + a + ")";
    case 7: return "sin(" + a + ")*cos(" + b + ")";
    case 8: return "tanh(" + a + ")";
    case 9: return "exp(-(" + a + ")²)";
    case 10: return "log(2 + (" + a + ")^2)";
    case 11: return "sqrt(1 + (" + a + ")^2)";
    case 12: return "(1 + (" + a + ")^2)^(0.2*sin(" + b + "))";
    case 13: return "sigmoid(" + a + ") − softplus(" + b + ")";
    case 14: return "gelu(" + a + ") + silu(" + b + ")*mish(" + a + ")";
    default: return "0.1*(" + a + ")^3";
  }
}

std::string random_statements() {
  std::vector<std::string> names = {"p", "q"};
  std::string text;
  const int statements = 1 + random_number(4);
  for (int i = 0; i < statements; ++i) {
    std::string name = "v" + std::to_string(i);
    text += name + " = " + random_expression(names, 3) + "; ";
    names.push_back(name);
  }
  return text + "f = " + random_expression(names, 2) + " + 0*p + 0*q";
}

ExpressionExplanation explained_at(const std::string& text, double p, double q) {
  return explain_expression(
      text, {.at = {{"p", p}, {"q", q}}, .derivatives = {{"f", "p"}, {"f", "q"}}, .numbers = kAllDigits});
}

bool near(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::max(1.0, std::max(std::fabs(a), std::fabs(b))); }

RC_GTEST_PROP(ExpressionProperty, SymbolsWorkedOutAreTheAdjointsOfTheTape, ()) {
  const std::string text = random_statements();
  RC_LOG() << text;
  const double p = random_number(4000) / 1000.0 - 2;
  const double q = random_number(4000) / 1000.0 - 2;
  for (const ExpressionDerivative& derivative : explained_at(text, p, q).derivatives) {
    RC_ASSERT(derivative.agrees);
    RC_ASSERT(near(*derivative.value, *derivative.tape));
    RC_ASSERT(near(*derivative.value, *derivative.complex_step));
    double sum = 0;
    for (const ExpressionPath& path : derivative.paths) sum += *path.value;
    RC_ASSERT(!derivative.all_paths || near(*derivative.value, sum));
    if (!derivative.by_in_inputs) continue;
    const std::string typed = "g = " + text_of(*derivative.by_in_inputs, kAllDigits) + " + 0*p + 0*q";
    RC_ASSERT(near(
        *derivative.value,
        *explain_expression(typed, {.at = {{"p", p}, {"q", q}}, .derivatives = {{"p", "q"}}}).variables.back().value));
  }
}

RC_GTEST_PROP(ExpressionProperty, WhatIsPrintedCanBeTypedAgain, ()) {
  const std::string text = random_statements();
  RC_LOG() << text;
  const double p = random_number(4000) / 1000.0 - 2;
  const ExpressionExplanation first = explained_at(text, p, 0.7);
  std::string printed;
  for (const ExpressionVariable& variable : first.variables) {
    if (variable.definition)
      printed += text_of(variable.symbol) + " = " + text_of(*variable.definition, kAllDigits) + "\n";
  }
  const ExpressionExplanation again = explained_at(printed, p, 0.7);
  RC_ASSERT(again.variables.size() == first.variables.size());
  for (std::size_t v = 0; v < first.variables.size(); ++v) {
    RC_ASSERT(near(*again.variables[v].value, *first.variables[v].value));
  }
  for (std::size_t d = 0; d < first.derivatives.size(); ++d) {
    RC_ASSERT(near(*again.derivatives[d].value, *first.derivatives[d].value));
  }
}

// Where nothing is smooth the slopes are still those of the branches that were taken.
TEST(ExpressionProperty, KinkedExpressionsFollowTheBranchesOfTheTape) {
  for (int i = 0; i < 200; ++i) {
    const double p = (i * 37 % 200 - 100) / 41.0;
    const double q = (i * 91 % 200 - 100) / 37.0;
    const ExpressionExplanation all = explained_at(
        "a = max(p, q, p*q); b = min(relu(p), a - q) + leaky_relu(q - p); f = a*b + selu(p - q)*[p > q] + elu(a)", p,
        q);
    for (const ExpressionDerivative& derivative : all.derivatives) EXPECT_TRUE(derivative.agrees) << p << ' ' << q;
  }
}

}  // namespace
}  // namespace bprop
