// SPDX-License-Identifier: Apache-2.0
//
// Every mistake is one sentence with its column; nothing that somebody may type ends the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "bprop/error.h"
#include "explain/explained.h"

namespace bprop {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

// What explain_expression says of a text, without values.
std::string complaint(std::string_view text, const ExpressionOptions& options = {}) {
  try {
    explain_expression(text, options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "(nothing)";
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(ExpressionErrors, AMissingOperandIsNamedWithItsColumn) {
  EXPECT_EQ(complaint("f = x*(y+)"), "column 10: found ')', expected a number, a name or '('");
  EXPECT_EQ(complaint("f = "), "column 5: found the end, expected a number, a name or '('");
  EXPECT_EQ(complaint("f = x +; g = 2"), "column 8: found ';', expected a number, a name or '('");
  EXPECT_EQ(complaint("f = 2 ** x"), "column 8: found '*', expected a number, a name or '('");
}

TEST(ExpressionErrors, ColumnsCountCharactersAndLinesAreNamedWhereThereAreSeveral) {
  EXPECT_EQ(complaint("δ = δ₁·)"), "column 8: found ')', expected a number, a name or '('");
  EXPECT_EQ(complaint("f = x\ng = y*)"), "line 2, column 7: found ')', expected a number, a name or '('");
  EXPECT_EQ(complaint("f = x\ng = y*"), "line 2, column 7: found the end, expected a number, a name or '('");
}

TEST(ExpressionErrors, ImplicitMultiplicationIsRefused) {
  constexpr std::string_view kExpected = "expected an operator; a product is written with *, as in 2*x";
  EXPECT_EQ(complaint("f = 2x"), "column 6: found 'x', " + std::string(kExpected));
  EXPECT_EQ(complaint("f = (x)(y)"), "column 8: found '(', " + std::string(kExpected));
  EXPECT_EQ(complaint("f = x y"), "column 7: found 'y', " + std::string(kExpected));
  EXPECT_EQ(complaint("x = r; f = x(3)"), "column 12: there is no function 'x'; a product is written x * (...)");
}

TEST(ExpressionErrors, StatementsNeedANameAnEqualSignAndAnEnd) {
  EXPECT_EQ(complaint(""), "column 1: found the end, expected NAME = ...");
  EXPECT_EQ(complaint(" ;\n; "), "line 2, column 3: found the end, expected NAME = ...");
  EXPECT_EQ(complaint("(x+y)*z"), "column 1: found '(', expected a statement NAME = ...");
  EXPECT_EQ(complaint("f + x"), "column 3: found '+', expected '=' after 'f'");
  EXPECT_EQ(complaint("f = x = y"), "column 7: found '=', expected an operator, ';' or the end");
  EXPECT_EQ(complaint("f = (x"), "column 7: found the end, expected an operator or ')'");
  EXPECT_EQ(complaint("f = x)"), "column 6: found ')', expected an operator, ';' or the end");
  EXPECT_EQ(complaint("f = [x]"), "column 7: found ']', expected an operator or one of ≥ > ≤ <");
}

TEST(ExpressionErrors, CharactersThatMeanNothingAreShown) {
  EXPECT_EQ(complaint("f = x ? y"), "column 7: found '?', expected an operator, ';' or the end");
  EXPECT_EQ(complaint("f = x & y"), "column 7: found '&', expected an operator, ';' or the end");
  EXPECT_EQ(complaint("f = \x01"), "column 5: found byte 0x01, expected a number, a name or '('");
  EXPECT_EQ(complaint("f = \xff"), "column 5: found byte 0xff, expected a number, a name or '('");
  EXPECT_EQ(complaint("f = ."), "column 5: found '.', expected a number, a name or '('");
  EXPECT_EQ(complaint("f = 1e999"), "column 5: found '1e999', expected a number, a name or '('");
}

TEST(ExpressionErrors, ANameHasOneDefinition) {
  EXPECT_EQ(complaint("f = x; g = 2; f = y"),
            "column 15: 'f' is defined a second time, expected another name; its first definition is at column 1");
}

TEST(ExpressionErrors, ACircleOfDefinitionsIsShown) {
  EXPECT_EQ(complaint("f = f + 1"),
            "column 1: 'f' is defined by way of itself (f → f), expected a definition without a circle");
  EXPECT_EQ(complaint("f = x; x = y + 1; y = sin(z); z = x"),
            "column 8: 'x' is defined by way of itself (x → y → z → x), expected a definition without a circle");
}

TEST(ExpressionErrors, UnknownFunctionsGetASuggestion) {
  EXPECT_EQ(complaint("f = sine(x)"), "column 5: there is no function 'sine'; did you mean sin?");
  EXPECT_EQ(complaint("f = sigmiod(x)"), "column 5: there is no function 'sigmiod'; did you mean sigmoid?");
  EXPECT_THAT(complaint("f = besselj(x)"), StartsWith("column 5: there is no function 'besselj'; known: exp, log, "));
  EXPECT_EQ(complaint("f = softmax(x)"),
            "column 5: there is no function 'softmax': it looks at a whole row of numbers");
  EXPECT_THAT(complaint("f = x'(3)"), StartsWith("column 5: there is no function 'x''"));
}

TEST(ExpressionErrors, FunctionsWantTheirNumberOfArguments) {
  EXPECT_EQ(complaint("f = sin(x, y)"), "column 5: sin has 2 arguments, expected one");
  EXPECT_EQ(complaint("f = max(x)"), "column 5: max has 1 argument, expected two or more");
  EXPECT_EQ(complaint("f = exp()"), "column 9: found ')', expected a number, a name or '('");
  EXPECT_EQ(complaint("f = sin + 1"),
            "column 5: found 'sin', a function, without '(', expected sin(...) or another name");
  EXPECT_EQ(complaint("tanh = x"),
            "column 1: found 'tanh', a function, without '(', expected tanh(...) or another name");
  EXPECT_EQ(complaint("pi = 3"), "column 1: found 'pi', the number, expected the name of a variable");
  EXPECT_EQ(complaint("f = x' + 1"), "column 5: found 'x'', expected a name without '");
}

TEST(ExpressionErrors, AnAmbiguousTowerOfPowersIsRefused) {
  EXPECT_EQ(complaint("f = x²^3"), "column 7: found '^', expected parentheses around the power before it");
}

TEST(ExpressionErrors, AVariableWithoutAValueIsNamedWithItsColumn) {
  EXPECT_EQ(complaint("f = x*r", {.at = {{"x", 1}}}),
            "at lacks a value of 'r', which is used at column 7 and nowhere defined; expected r=NUMBER");
}

TEST(ExpressionErrors, ValuesGoToInputsOnly) {
  const NamedNumber x{"x", 1};
  EXPECT_EQ(complaint("f = x", {.at = {x, {"y", 2}}}), "at y=2: the expression has no input 'y'; known: x");
  EXPECT_EQ(complaint("f = x", {.at = {x, {"f", 2}}}),
            "at f=2: 'f' is defined at column 1 and cannot be given a value");
  EXPECT_EQ(complaint("f = a+b+c+d+e+g+h+i+j+k+l+m+n", {.at = {{"zzz", 2}}}),
            "at zzz=2: the expression has no input 'zzz'");
  EXPECT_EQ(complaint("f = x", {.at = {x, x}}), "at x=1: 'x' is given a value twice, expected once");
}

TEST(ExpressionErrors, DerivativesAreOfVariablesThatExist) {
  const ExpressionOptions q{.at = {{"rate", 1}}, .derivatives = {{"f", "rat"}}};
  EXPECT_EQ(complaint("f = rate", q), "derivative f,rat: there is no variable 'rat'; did you mean rate?");
  const ExpressionOptions same{.at = {{"x", 1}}, .derivatives = {{"f", "f"}}};
  EXPECT_EQ(complaint("f = x", same), "derivative f,f: expected two different variables");
  EXPECT_EQ(complaint("f = 1", {.paths = 0}), "paths is 0, expected 1 to 1000");
}

TEST(ExpressionErrors, ListsOfValuesAndPairsSayWhatTheyExpect) {
  EXPECT_THAT([] { parse_named_numbers("r=2, s"); },
              ThrowsMessage<UsageError>("column 7: found the end, expected '=' after 's'"));
  EXPECT_THAT([] { parse_named_numbers("r=2)"); },
              ThrowsMessage<UsageError>("column 4: found ')', expected ',' or the end"));
  EXPECT_THAT([] { parse_named_numbers("r=s"); }, ThrowsMessage<UsageError>("column 3: found 's', expected a number"));
  EXPECT_THAT([] { parse_named_numbers("r=1, r=2"); }, ThrowsMessage<UsageError>(HasSubstr("a second time")));
  EXPECT_THAT([] { parse_named_derivatives("f/s"); },
              ThrowsMessage<UsageError>("column 2: found '/', expected ',' and the variable to derive by"));
  EXPECT_THAT([] { parse_named_derivatives("f,s,r"); },
              ThrowsMessage<UsageError>("column 4: found ',', expected ';' or the end"));
  EXPECT_THAT([] { parse_named_derivatives("f,2"); },
              ThrowsMessage<UsageError>("column 3: found '2', expected the name of a variable"));
}

TEST(ExpressionErrors, ASecondDerivativeThatNoRuleStatesIsRefused) {
  EXPECT_EQ(complaint("f = gelu'(x)", {.at = {{"x", 1}}}),
            "gelu' can be worked out but not derived: no rule states the derivative of gelu'");
  EXPECT_EQ(complaint("f = gelu'(x) + y", {.at = {{"x", 1}, {"y", 2}}, .derivatives = {{"f", "y"}}}), "(nothing)");
}

TEST(ExpressionErrors, DepthSizeAndLengthHaveLimits) {
  constexpr std::string_view kDeep = "more than 200 parentheses, signs and powers stand within each other";
  EXPECT_THAT(complaint("f = " + repeated("(", 100'000)), HasSubstr(kDeep));
  EXPECT_THAT(complaint("f = " + repeated("-", 100'000) + "1"), HasSubstr(kDeep));
  EXPECT_THAT(complaint("f = " + repeated("2^", 100'000) + "1"), HasSubstr(kDeep));
  EXPECT_THAT(complaint("f = " + repeated("sin(", 100'000)), HasSubstr(kDeep));
  EXPECT_THAT(complaint("f = 1" + repeated("+1", 20'000)), HasSubstr("more operations than 10000"));
  EXPECT_EQ(complaint("f = max(1" + repeated(",1", 7000) + ")"),
            "column 5: the text has more operations than 10000, the most that is read");
  EXPECT_EQ(complaint(repeated("f", 1'000'001)),
            "column 1000001: the text has 1000001 bytes, expected at most 1000000");
}

TEST(ExpressionErrors, LongSumsProductsAndChainsAreWorkedOut) {
  EXPECT_EQ(explained::derivative("f = x" + repeated(" + x", 4000), "f,x", "x=1").value, 4001);
  EXPECT_EQ(explained::derivative("f = x" + repeated("*x", 4000), "f,x", "x=1").value, 4001);
  EXPECT_EQ(explained::derivative("f = max(x" + repeated(", x/2", 2000) + ")", "f,x", "x=1").value, 1);
  std::string chain = "x0 = x";
  for (int i = 1; i <= 3000; ++i) chain += "; x" + std::to_string(i) + " = sin(x" + std::to_string(i - 1) + ")";
  EXPECT_TRUE(explained::derivative(chain, "x3000,x", "x=1").agrees);
}

// Bytes that nobody chose, and texts put together of what expressions are made of.
TEST(ExpressionErrors, NoTextEndsTheProgram) {
  constexpr std::string_view kPieces[] = {"f",    "x",      "=",   ";",  "+",  "-", "*",    "/", "^",
                                          "(",    ")",      "[",   "]",  "≥",  "2", ",",    "²", "max(",
                                          "sin(", "relu'(", "1e5", "\n", "pi", "#", "\xc3", "σ", "'"};
  std::mt19937 random(7);
  std::ptrdiff_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "f = ";
    for (std::size_t n = random() % 12; n > 0; --n) {
      if (random() % 20 == 0) {
        text += static_cast<char>(random() % 256);
      } else {
        text += kPieces[random() % std::size(kPieces)];
      }
    }
    refused += complaint(text, {.at = {{"x", 0.5}}}) == "(nothing)" ? 0 : 1;
  }
  EXPECT_GT(refused, 10'000);
  EXPECT_LT(refused, 20'000);
}

}  // namespace
}  // namespace bprop
