// SPDX-License-Identifier: Apache-2.0
#include "bprop/formula.h"

#include <gtest/gtest.h>

#include <limits>

namespace bprop {
namespace {

using math::number;
using math::symbol;

Formula some_weight() { return symbol(Symbol{"w", "2", "31"}); }

TEST(Formula, NumbersHaveTheDigitsAskedFor) {
  EXPECT_EQ(text_of(number(0.0438568123)), "0.0438568");
  EXPECT_EQ(text_of(number(0.0438568123), {.digits = 3}), "0.0439");
  EXPECT_EQ(text_of(number(4.38567734e-9)), "4.38568e-09");
  EXPECT_EQ(latex_of(number(-4.38567734e-9)), "-4.38568 \\times 10^{-9}");
  EXPECT_EQ(mathml_of(number(4.5e10)), "<mrow><mn>4.5</mn><mo>×</mo><msup><mn>10</mn><mn>10</mn></msup></mrow>");
}

TEST(Formula, InfinityAndNaNAreWritten) {
  EXPECT_EQ(latex_of(number(-std::numeric_limits<double>::infinity())), "-\\infty");
  EXPECT_EQ(latex_of(number(std::numeric_limits<double>::quiet_NaN())), "\\text{NaN}");
  EXPECT_EQ(text_of(number(std::numeric_limits<double>::infinity())), "inf");
}

TEST(Formula, SymbolsAreTypedRaisedAndLowered) {
  EXPECT_EQ(text_of(some_weight()), "w²₃₁");
  EXPECT_EQ(latex_of(some_weight()), "w^{2}_{31}");
  EXPECT_EQ(mathml_of(some_weight()), "<msubsup><mi>w</mi><mtext>31</mtext><mtext>2</mtext></msubsup>");
  EXPECT_EQ(text_of(symbol(Symbol{"w", "(2)", "3,1", "w[2:3,1]"})), "w[2:3,1]");
  EXPECT_EQ(text_of(symbol(Symbol{"s", "a", "2"})), "s^a₂");
}

TEST(Formula, WhatBindsLessGetsParentheses) {
  const Formula sum = math::sum({symbol("a"), symbol("b")});
  EXPECT_EQ(text_of(math::product({sum, symbol("c")})), "(a + b) · c");
  EXPECT_EQ(text_of(math::product({symbol("c"), number(-2)})), "c · (-2)");
  EXPECT_EQ(text_of(math::product({number(-2), symbol("c")})), "-2 · c");
  EXPECT_EQ(text_of(math::power(number(-2), number(3))), "(-2)³");
  EXPECT_EQ(text_of(math::quotient(symbol("a"), math::product({symbol("b"), symbol("c")}))), "a / (b · c)");
  EXPECT_EQ(latex_of(math::quotient(sum, symbol("c"))), "\\frac{a + b}{c}");
  EXPECT_EQ(text_of(math::negative(sum)), "−(a + b)");
}

TEST(Formula, NegativePartsOfASumAreSubtracted) {
  EXPECT_EQ(text_of(math::sum({symbol("a"), number(-0.5), math::negative(symbol("b"))})), "a − 0.5 − b");
  EXPECT_EQ(text_of(math::difference(symbol("a"), number(-1))), "a − (-1)");
}

TEST(Formula, PartialsSumsAndMatricesAreWritten) {
  EXPECT_EQ(text_of(math::partial(symbol("L"), some_weight())), "∂L/∂w²₃₁");
  EXPECT_EQ(latex_of(math::partial(symbol("ε"), symbol("δ"))), "\\frac{\\partial \\varepsilon}{\\partial \\delta}");
  EXPECT_EQ(text_of(math::sum_over("k", symbol("y"))), "Σ_k y");
  EXPECT_EQ(text_of(math::matrix(2, {number(1), number(2), number(3), number(4)})), "[1  2; 3  4]");
  EXPECT_EQ(latex_of(math::transposed(symbol("W"))), "{W}^{\\mathsf T}");
}

TEST(Formula, LettersOfARuleAreReplacedButNotThoseOfWords) {
  const Formula half = rule_formula("a (1 − a)", "a (1 - a)", {{"a", number(0.5)}});
  EXPECT_EQ(text_of(half), "0.5 (1 − 0.5)");
  const Formula negative = rule_formula("1 − a²", "1 - a^2", {{"a", number(-0.5)}});
  EXPECT_EQ(text_of(negative), "1 − (-0.5)²");
  const Formula relu = rule_formula("a > 0: 1; else 0", "\\begin{cases}1 & a > 0\\\\0 & \\text{else}\\end{cases}",
                                    {{"a", symbol("h")}, {"e", symbol("wrong")}});
  EXPECT_EQ(latex_of(relu), "\\begin{cases}1 & {h} > 0\\\\0 & \\text{else}\\end{cases}");
}

TEST(Formula, NamesOfPeopleCannotBreakLatexOrHtml) {
  EXPECT_EQ(latex_of(symbol("a_b%")), "\\text{a\\_b\\%}");
  EXPECT_EQ(mathml_of(symbol("a<b&c")), "<mi>a&lt;b&amp;c</mi>");
}

}  // namespace
}  // namespace bprop
