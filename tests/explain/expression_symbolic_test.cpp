// SPDX-License-Identifier: Apache-2.0
//
// Without values of the inputs: the same symbols, and no number.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "explain/explained.h"

namespace bprop {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> symbols_of(const ExpressionDerivative& derivative) {
  std::vector<std::string> result = {text_of(derivative.left), derivative.path_count, derivative.products_path_by_path,
                                     derivative.products_once};
  for (const auto& formula : {derivative.of_in_inputs, derivative.by_in_inputs}) {
    result.push_back(formula ? text_of(*formula) : "(too long)");
  }
  for (const ExpressionPath& path : derivative.paths) {
    result.push_back(text_of(path.partials));
    result.push_back(text_of(path.symbols));
  }
  for (const ExpressionStep& step : derivative.steps) {
    result.push_back(text_of(step.left));
    for (const Formula& line : step.symbols) result.push_back(text_of(line));
  }
  return result;
}

TEST(ExpressionSymbolic, SymbolsAreThoseThatStandBesideNumbers) {
  for (const std::string_view text : {"f = sin(x^2)", "f = x*y*z; x = r; y = r*s; z = s", "y = exp(x); z = y^3",
                                      "f = max(x, y) + sigmoid(x*y)", "f = x/y - sqrt(x); g = f*f; h = [x > y]*g"}) {
    ExpressionOptions options;
    const ExpressionExplanation symbolic = explain_expression(text, options);
    for (const ExpressionVariable& variable : symbolic.variables) {
      EXPECT_FALSE(variable.value.has_value());
      if (!variable.definition) options.at.push_back({variable.name, 0.7 + static_cast<double>(options.at.size())});
    }
    const ExpressionExplanation numeric = explain_expression(text, options);
    ASSERT_EQ(symbolic.derivatives.size(), numeric.derivatives.size());
    for (std::size_t d = 0; d < numeric.derivatives.size(); ++d) {
      EXPECT_EQ(symbols_of(symbolic.derivatives[d]), symbols_of(numeric.derivatives[d])) << text;
      EXPECT_FALSE(symbolic.derivatives[d].value || symbolic.derivatives[d].tape) << text;
      EXPECT_TRUE(symbolic.derivatives[d].agrees) << text;
    }
  }
}

TEST(ExpressionSymbolic, ThePageHasNoLineOfNumbersAndNoJudges) {
  const ExpressionExplanation why = explain_expression(explained::kXyz, {.derivatives = {{"f", "s"}}});
  EXPECT_EQ(render_text(document(why)),
            "The chain rule on an expression\n"
            "No input has a value: derivatives are symbols alone, and nobody judges them.\n"
            "\n"
            "The expression\n"
            "    variable  definition\n"
            "    r         input\n"
            "    s         input\n"
            "    x         r\n"
            "    y         r · s\n"
            "    z         s\n"
            "    f         x · y · z\n"
            "\n"
            "Partial derivatives\n"
            "Of each statement for itself, the other names in it held.\n"
            "    partial  symbols\n"
            "    ∂x/∂r    1\n"
            "    ∂y/∂r    s\n"
            "    ∂y/∂s    r\n"
            "    ∂z/∂s    1\n"
            "    ∂f/∂x    y · z\n"
            "    ∂f/∂y    x · z\n"
            "    ∂f/∂z    x · y\n"
            "\n"
            "∂f/∂s\n"
            "    ∂f/∂s = ∂f/∂y · ∂y/∂s + ∂f/∂z · ∂z/∂s\n"
            "          = r · x · z + x · y\n"
            "          = 2 · r² · s\n"
            "    with every intermediate variable put in\n"
            "    f = r² · s²\n"
            "\n"
            "∂f/∂s: all 2 paths\n"
            "    s → y → f\n"
            "    ∂f/∂y · ∂y/∂s = x · z · r\n"
            "    s → z → f\n"
            "    ∂f/∂z · ∂z/∂s = x · y · 1\n"
            "    their sum is the derivative\n"
            "    ∂f/∂s = x · z · r + x · y · 1\n"
            "\n"
            "∂f/∂s: what lies between, eliminated\n"
            " 1. z is used by f\n"
            "    ∂f/∂z = x · y\n"
            " 2. y is used by f\n"
            "    ∂f/∂y = x · z\n"
            " 3. s is used by y and z\n"
            "    ∂f/∂s = ∂f/∂y · ∂y/∂s + ∂f/∂z · ∂z/∂s\n"
            "          = r · x · z + x · y\n"
            "Path by path takes 2 multiplications; with each of these derivatives worked out\n"
            "once, 2 multiplications.\n");
}

TEST(ExpressionSymbolic, JsonHasNullInPlaceOfNumbersAndTheDrawingNothing) {
  const ExpressionExplanation why = explain_expression("f = sin(x^2)", {});
  const auto page = nlohmann::json::parse(render_json(why));
  EXPECT_TRUE(page["variables"][0]["value"].is_null());
  EXPECT_TRUE(page["partials"][0]["value"].is_null());
  const auto& derivative = page["derivatives"][0];
  for (const char* key : {"value", "tape", "complex_step"}) EXPECT_TRUE(derivative[key].is_null()) << key;
  EXPECT_TRUE(derivative["paths"][0]["numbers"].is_null());
  EXPECT_TRUE(derivative["steps"][0]["value"].is_null());
  EXPECT_EQ(derivative["in_inputs"]["text"], "2 · x · cos(x²)");
  EXPECT_THAT(render_dot(why), HasSubstr("v1 [label=\"x\", shape=ellipse]"));
  EXPECT_THAT(render_dot(why), HasSubstr("[label=\"∂f/∂x = 2 · x · cos(x²)\"]"));
}

TEST(ExpressionSymbolic, OfManyPathsSomeAreShownAndNoneIsCalledTheLargest) {
  const ExpressionExplanation why = explain_expression("f = a*b*c; a = x; b = x; c = x", {.paths = 2});
  EXPECT_EQ(why.derivatives[0].path_count, "3");
  EXPECT_THAT(render_text(document(why)), HasSubstr("∂f/∂x: 2 of 3 paths\n"));
  EXPECT_THAT(render_text(document(why)), Not(HasSubstr("largest")));
}

TEST(ExpressionSymbolic, WhatNoPathReachesHasTheDerivativeZero) {
  const ExpressionExplanation why = explain_expression("f = x; g = y", {.derivatives = {{"f", "y"}}});
  EXPECT_EQ(why.derivatives[0].value, 0);
  EXPECT_THAT(render_text(document(why)), HasSubstr("∂f/∂y = 0"));
}

TEST(ExpressionSymbolic, AnExpressionWithoutInputsHasNumbers) {
  const ExpressionExplanation why = explain_expression("f = 3*c; c = 2", {.derivatives = {{"f", "c"}}});
  EXPECT_EQ(why.variables.back().value, 6);
  EXPECT_EQ(why.derivatives[0].value, 3);
  EXPECT_EQ(why.derivatives[0].tape, 3);
}

}  // namespace
}  // namespace bprop
