// SPDX-License-Identifier: Apache-2.0
//
// No line of a text page is wider than the page, but for a single word that is wider by itself.
#include <gtest/gtest.h>

#include <sstream>

#include "base/utf8.h"
#include "bprop/explain.h"
#include "bprop/expression.h"
#include "bprop/grade.h"
#include "bprop/what_if.h"
#include "check/small_draw.h"
#include "explain/random_derivation.h"

namespace bprop {
namespace {

using check::Draw;
using check::SmallCase;
using explained::Dice;

constexpr std::size_t kWidths[] = {40, 60, 80, 120};
constexpr std::string_view kLongName = "Blütenblattlänge_am_größten_Tag_(in_µm)…";

// The first line that passes the page; "": none.
std::string too_wide(const std::string& page, std::size_t width) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const std::string words = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    const bool is_word = words.find(' ') == std::string::npos && character_count(words) > width;
    if (character_count(line) > width && !is_word) return line;
  }
  return {};
}

void expect_to_fit(const Document& page, const NumberStyle& numbers, std::string_view what) {
  for (const std::size_t width : kWidths) {
    EXPECT_EQ(too_wide(render_text(page, {.width = width, .numbers = numbers}), width), "")
        << what << ", width " << width << ", " << numbers.digits << " digits";
  }
}

// The first weight of a network: of its first layer that has some.
Selector first_weight(const Architecture& architecture) {
  std::size_t layer = 0;
  while (weight_count(architecture.layers[layer]) == 0) ++layer;
  const WeightEnds ends = weight_ends(architecture.layers[layer], 0);
  return weight(layer, ends.out, ends.in);
}

// Everything that can be asked of one network, in one notation and with so many digits.
void expect_all_pages_to_fit(std::uint32_t seed) {
  Dice dice(seed);
  SmallCase shape = explained::draw_shape(seed, dice);
  const bool one_row = dice.below(3) > 0;
  shape.rows = one_row ? 1 : 4;
  const Draw draw = check::draw_case(shape, seed);
  const Architecture& architecture = draw.network.architecture();
  Selector what = explained::draw_number(architecture, dice);
  if (!one_row) what = first_weight(architecture);
  ExplainOptions options{.loss = {.loss = shape.loss},
                         .notation = static_cast<Notation>(seed % notation_names().size()),
                         .top = 2 + dice.below(4),
                         .learning_rate = 0.1,
                         .numbers = {.digits = static_cast<int>(3 + dice.below(15))}};
  options.names.inputs.assign(architecture.inputs(), std::string(kLongName));
  options.names.outputs.assign(architecture.outputs(), std::string(kLongName));
  const ExplainRows rows{draw.input, draw.target};
  const std::string title = explain(draw.network, rows, what, options).title;
  expect_to_fit(document(explain(draw.network, rows, what, options)), options.numbers, title);
  expect_to_fit(document(what_if(draw.network, rows, what, SetNumber{first_weight(architecture), 1.0 / 3}, options)),
                options.numbers, title);
  if (what.kind == Selector::Kind::kWeight || what.kind == Selector::Kind::kInput) {
    expect_to_fit(document(nudge(draw.network, rows, what, options)), options.numbers, title);
  }
  const Answer answer{
      .name = std::string(kLongName), .what = first_weight(architecture), .value = 1.0 / 3, .half_unit = 1e-17};
  expect_to_fit(document(grade(draw.network, rows,
                               {answer, {.name = "loss", .when = Answer::When::kForward, .value = 0.25}}, options),
                         options.numbers),
                options.numbers, title);
}

TEST(PageWidth, HoldsForAllPagesOfRandomNetworksInAllNotations) {
  for (std::uint32_t seed = 0; seed < 120; ++seed) expect_all_pages_to_fit(seed);
}

TEST(PageWidth, HoldsForExpressionsWithLongNames) {
  const std::string name = "eine_sehr_lange_Größe_θ_mit_vierzig_Zeic";
  for (int digits = 3; digits <= 17; ++digits) {
    for (const std::string& text : {"f = " + name + " * y * sin(y); " + name + " = exp(y)^2 + y/3",
                                    std::string("g = ((y + 1)*(y - 2))^3 / tanh(y)")}) {
      const ExpressionExplanation why = explain_expression(text, {.at = {{"y", 1.0 / 3}}, .numbers = {digits}});
      expect_to_fit(document(why), why.numbers, text);
    }
  }
}

Document table_of(std::vector<std::string> head, std::vector<std::vector<Formula>> rows) {
  return {"Table", {{"", {FormulaTable{std::move(head), std::move(rows)}}}}};
}

TEST(PageWidth, WordsOfATableGoOnWithinTheirColumn) {
  const Document page = table_of({"number", "where it comes from"},
                                 {{math::symbol("x"), math::words("a row of the table that is explained here")},
                                  {math::symbol("y"), math::words("target")}});
  EXPECT_EQ(render_text(page, {.width = 40}),
            "Table\n"
            "    number  where it comes from\n"
            "    x       a row of the table that is\n"
            "            explained here\n"
            "    y       target\n");
}

TEST(PageWidth, ColumnsOfNumbersThatDoNotFitStandBelowWithTheFirstRepeated) {
  const Document page =
      table_of({"number", "before", "after", "change"},
               {{math::symbol("w"), math::number(0.123456), math::number(0.234567), math::number(0.111111)}});
  EXPECT_EQ(render_text(page, {.width = 30}),
            "Table\n"
            "    number    before     after\n"
            "    w       0.123456  0.234567\n"
            "\n"
            "    number    change\n"
            "    w       0.111111\n");
}

TEST(PageWidth, ATableThatIsWiderThanThePageInEveryWayIsWrittenRowByRow) {
  const Document page = table_of({"number", "value"}, {{math::symbol("∂L/∂w[1:1,1]"), math::number(-1.23456e-10)}});
  EXPECT_EQ(render_text(page, {.width = 24}),
            "Table\n"
            "    ∂L/∂w[1:1,1]\n"
            "      value:\n"
            "      -1.23456e-10\n");
}

}  // namespace
}  // namespace bprop
