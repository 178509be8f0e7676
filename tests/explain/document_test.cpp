// SPDX-License-Identifier: Apache-2.0
#include "bprop/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/utf8.h"

namespace bprop {
namespace {

using math::number;
using math::symbol;
using testing::HasSubstr;
using testing::Not;

std::vector<Formula> many(std::size_t count) {
  std::vector<Formula> parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.push_back(math::product({number(0.123456 + static_cast<double>(i)), symbol("w")}));
  }
  return parts;
}

Document page() {
  Section first{"",
                {Paragraph("A long paragraph of <many> words & signs, 100 % of it in one line, that does not fit.")}};
  Section second{"Steps", {Equation{3, "the rule", symbol("δ"), {math::sum(many(12)), number(0.5)}}}};
  Section third{"Table",
                {FormulaTable{{"name", "value"}, {{math::words("a|b"), number(1)}, {symbol("δ"), number(22)}}}}};
  return {"∂L/∂w of 'a_b'", {first, second, third}};
}

std::size_t widest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t width = 0;
  for (std::string line; std::getline(lines, line);) width = std::max(width, character_count(line));
  return width;
}

TEST(Document, TextKeepsToItsWidth) {
  for (const std::size_t width : {40U, 80U, 100U}) EXPECT_LE(widest(render_text(page(), {.width = width})), width);
  EXPECT_GT(widest(render_text(page(), {.width = 0})), 150U);
}

TEST(Document, LinesOfFormulasEndBeforeOperators) {
  EXPECT_THAT(render_text(page()), HasSubstr(" 3. the rule\n    δ = 0.123456 · w + 1.12346 · w"));
  EXPECT_THAT(render_text(page()), HasSubstr("\n        + 5.12346 · w"));
}

TEST(Document, ColoursAreThereOnlyWhenAskedFor) {
  EXPECT_THAT(render_text(page()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_text(page(), {.colors = true}), HasSubstr("\x1b[1mSteps\x1b[0m"));
}

TEST(Document, NumbersOfATableEndAtTheSameColumn) {
  EXPECT_THAT(render_text(page()), HasSubstr("    name  value\n    a|b       1\n    δ        22\n"));
}

TEST(Document, MarkdownEscapesWhatItWouldReadAsMarkup) {
  const std::string text = render_markdown(page());
  EXPECT_THAT(text, HasSubstr("# ∂L/∂w of 'a\\_b'"));
  EXPECT_THAT(text, HasSubstr("| a\\|b | $1$ |"));
  EXPECT_THAT(text, HasSubstr("**(3)** the rule"));
}

TEST(Document, LatexIsAsciiButForLettersWithAccents) {
  const std::string text = render_latex(page());
  EXPECT_THAT(text, HasSubstr("\\begin{document}"));
  EXPECT_THAT(text, HasSubstr("$\\partial$L/$\\partial$w of 'a\\_b'"));
  EXPECT_THAT(text, HasSubstr("\\textless{}many\\textgreater{} words \\& signs, 100 \\%"));
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80U);
}

TEST(Document, LatexMayEndALineBeforeEveryOperator) {
  const std::string text = render_latex(page());
  EXPECT_THAT(text,
              HasSubstr("\\leftside{\\delta}\n\\rightside{0.123456 \\penalty200 \\cdot w \\allowbreak + 1.12346 "));
  EXPECT_THAT(text, HasSubstr("\\rightside{0.5}"));
}

TEST(Document, LatexKeepsShortParenthesesTogetherAndLongOnesNot) {
  const auto written = [](Formula formula) {
    return render_latex({"", {{"", {Equation{0, "", symbol("L"), {std::move(formula)}}}}}});
  };
  const std::string short_sum = written(math::product({number(2), math::sum({symbol("a"), symbol("b")})}));
  EXPECT_THAT(short_sum, HasSubstr("\\left(a \\allowbreak + b\\right)"));
  const std::string long_sum = written(math::product({number(2), math::sum(many(12))}));
  EXPECT_THAT(long_sum, HasSubstr("\\bigl(0.123456"));
  EXPECT_THAT(long_sum, Not(HasSubstr("\\left(")));
  const std::string long_quotient = written(math::quotient(math::sum(many(12)), symbol("n")));
  EXPECT_THAT(long_quotient, HasSubstr("\\bigr) \\allowbreak / \\left(n\\right)"));
  EXPECT_THAT(written(math::call("sqrt", {math::sum(many(12))})), HasSubstr("\\bigr)^{1/2}"));
}

TEST(Document, LatexTablesThatAreTooWideAreBroken) {
  FormulaTable numbers{{"number", "a", "b", "c", "d", "e"}, {{symbol("w")}}};
  for (int i = 1; i <= 5; ++i) numbers.rows[0].push_back(number(i / 3.0));
  const std::string wide = render_latex({"", {{"", {numbers}}}}, {.digits = 17});
  EXPECT_THAT(wide, HasSubstr("{lllll}\nnumber & a & b & c & d \\tabularnewline\\hline\\endhead\n$w$ & $0.3333"));
  EXPECT_THAT(wide, HasSubstr("{ll}\nnumber & e "));
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word ";
  const FormulaTable text{{"number", "where"}, {{symbol("w"), math::words(words)}}};
  EXPECT_THAT(render_latex({"", {{"", {text}}}}), HasSubstr("{l>{\\raggedright\\arraybackslash}p{40.2em}}"));
}

TEST(Document, LatexKnowsEveryRaisedDigit) { EXPECT_THAT(render_latex({"y⁰¹²³⁴⁵⁶⁷⁸⁹", {}}), Not(HasSubstr("U+"))); }

TEST(Document, HtmlIsOneFileWithoutScript) {
  const std::string text = render_html(page());
  EXPECT_THAT(text, HasSubstr("&lt;many&gt; words &amp; signs"));
  EXPECT_THAT(text, HasSubstr("<math>"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, Not(HasSubstr("http")));
}

}  // namespace
}  // namespace bprop
