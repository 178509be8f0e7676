// SPDX-License-Identifier: Apache-2.0
#include "bprop/network_diagram.h"
#include "lessons/all_lessons.h"
#include "lessons/note_003_network.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

Formula column(const std::vector<double>& numbers) {
  std::vector<Formula> parts;
  for (const double x : numbers) parts.push_back(math::number(x));
  return math::matrix(1, std::move(parts));
}

Formula table_of(std::size_t columns, const std::vector<double>& numbers) {
  std::vector<Formula> parts;
  for (const double x : numbers) parts.push_back(math::number(x));
  return math::matrix(columns, std::move(parts));
}

std::vector<double> slopes(const std::vector<double>& a) {
  std::vector<double> result;
  for (const double x : a) result.push_back(x * (1 - x));
  return result;
}

Formula letter(std::string_view base, std::string_view above) {
  return math::symbol(Symbol{std::string(base), std::string(above), {}, {}});
}

// Note 003's symbols: the input is layer 1, columns.
void with_numbers(Page& page, const Lab& lab, const DoubleGradients& values) {
  const auto& hidden = values.layers[0];
  const auto& last = values.layers[1];
  page.section("The backward pass, a layer a line, with its numbers (N16)");
  std::vector<double> miss;
  for (std::size_t j = 0; j < last.a.size(); ++j) miss.push_back(last.a[j] - lab.target[j]);
  page.equation(
      "the last layer: δ is (2 × 1), like z", letter("δ", "3"),
      {math::hadamard(math::partial(math::symbol("C"), letter("a", "3")), math::call("g'", {letter("z", "3")})),
       math::hadamard(column(miss), column(slopes(last.a))), column(last.delta)});
  page.equation(
      "a hidden layer: the weights of the forward pass, transposed, carry δ down", letter("δ", "2"),
      {math::hadamard(math::product({math::transposed(letter("W", "2")), letter("δ", "3")}),
                      math::call("g'", {letter("z", "2")})),
       math::hadamard(math::product({math::transposed(table_of(3, lab.network.weights(1))), column(last.delta)}),
                      column(slopes(hidden.a))),
       column(hidden.delta)});
  page.equation("the gradient of W² is (2 × 3), like W²: a column times a row, of rank one for a sample",
                math::partial(math::symbol("C"), letter("W", "2")),
                {math::product({letter("δ", "3"), math::transposed(letter("a", "2"))}),
                 math::product({column(last.delta), math::transposed(column(hidden.a))}), table_of(3, last.d_weights)});
  page.equation("that of the bias is δ itself", math::partial(math::symbol("C"), letter("b", "2")),
                {letter("δ", "3"), column(last.d_bias)});
}

void conventions(Page& page, const Lab& lab) {
  page.section("Columns or rows (N16)");
  page.say(
      "Vectors as columns or as rows: the same numbers, every product turned round. Note 003 writes columns, note 004 "
      "and most programs rows, because a batch is then a table with a row for each sample.");
  FormulaTable table{{"columns (003)", "rows (004)"}, {}};
  const auto matrices = [&](Notation notation) {
    return explain(lab.network, lab.rows(), weight(0, 0, 0),
                   {.loss = {.loss = Loss::kSquaredError}, .notation = notation})
        .matrix_form;
  };
  const std::vector<Equation> columns = matrices(Notation::k003), rows = matrices(Notation::k004);
  const auto line = [](const Equation& equation) {
    return math::words(fmt::format("{} = {}", text_of(equation.left), text_of(equation.right.front())),
                       fmt::format("{} = {}", latex_of(equation.left), latex_of(equation.right.front())));
  };
  for (std::size_t i = 0; i < std::min(columns.size(), rows.size()); ++i)
    table.rows.push_back({line(columns[i]), line(rows[i])});
  page.add(std::move(table));
}

}  // namespace

Document matrix_form() {
  const Lab lab(kNote003Network);
  const DoubleGradients values = lab.gradients();
  Page page("matrix-form");
  page.say(
      "A whole layer at once, in the symbols of note 003: the input is layer 1, the W of a layer leads to the next, C "
      "is the "
      "cost, g the activation, vectors are columns.");
  page.network(lab);

  page.section("The drawings (N25)");
  Diagram full = network_diagram(lab.architecture(), {.notation = Notation::k003});
  full.caption = "In full: every unit as its sum z and its activation a.";
  page.add(Figure(std::move(full)));
  Diagram simple = network_diagram(lab.architecture(), {.notation = Notation::k003, .simplified = true});
  simple.caption = "Simplified: one circle a unit.";
  page.add(Figure(std::move(simple)));
  page.say("The third drawing of the notes, the tree of what depends on what, is in the lesson chain-rule.");

  with_numbers(page, lab, values);
  conventions(page, lab);

  const auto& last = values.layers[1];
  page.erratum(
      "003, line 376",
      fmt::format("∂C/∂z₂² · ∂z₂²/∂w₂₁² should have z₂³: w₂₁² leads from layer 2 to unit 2 of layer 3. With it the "
                  "gradient is {} · {} = {}.",
                  text(last.delta[1]), text(values.layers[0].a[0]), text(last.d_weights[3])));
  page.erratum(
      "003, end",
      fmt::format("the note stops before the hidden layers' formula, which is the second line above; its first number "
                  "is {}.",
                  text(values.layers[0].delta[0])));
  page.erratum("003, lines 388 and after", "what is derived is C, not L, and the a are activations, not activities.");
  page.try_next(
      {"bprop explain net.toml --weight 1:2,1 --notation 003", "bprop explain net.toml --weight 1:2,1 --convention row",
       "bprop draw net.toml --notation 003 --format svg --output net.svg", "bprop exercise matrix-form --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
