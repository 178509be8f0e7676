// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bprop/expression.h"

namespace bprop {
namespace {

class Page {
 public:
  explicit Page(const ExpressionExplanation& explanation) : explanation_(explanation) {}

  Document operator()() {
    page_.title = "The chain rule on an expression";
    if (!explanation_.remarks.empty()) {
      add_section("", {explanation_.remarks.begin(), explanation_.remarks.end()});
    }
    variables();
    partials();
    for (const ExpressionDerivative& derivative : explanation_.derivatives) {
      name_ = text_of(derivative.left, explanation_.numbers);
      overview(derivative);
      paths(derivative);
      steps(derivative);
      judges(derivative);
    }
    return std::move(page_);
  }

 private:
  const ExpressionVariable& variable(std::size_t place) const { return explanation_.variables[place]; }

  void add_section(std::string heading, std::vector<Block> blocks) {
    page_.sections.push_back({std::move(heading), std::move(blocks)});
  }

  bool has_values() const { return !explanation_.variables.empty() && explanation_.variables[0].value; }

  static void add_row(FormulaTable& table, std::vector<Formula> cells, std::optional<double> value) {
    if (value) cells.push_back(math::number(*value));
    table.rows.push_back(std::move(cells));
  }

  // A line of its own, but for what is a number already.
  static void add_value(Equation& equation, std::optional<double> value) {
    const bool said = !equation.right.empty() && equation.right.back().kind == Formula::Kind::kNumber;
    if (value && !said) equation.right.push_back(math::number(*value));
  }
  static void add_numbers(Equation& equation, const std::optional<Formula>& numbers) {
    if (numbers && numbers->kind != Formula::Kind::kNumber) equation.right.push_back(*numbers);
  }

  void variables() {
    FormulaTable table{{"variable", "definition"}, {}};
    if (has_values()) table.head.emplace_back("value");
    for (const ExpressionVariable& one : explanation_.variables) {
      add_row(table, {one.symbol, one.definition.value_or(math::words("input"))}, one.value);
    }
    add_section("The expression", {std::move(table)});
  }

  void partials() {
    if (explanation_.partials.empty()) return;
    FormulaTable table{{"partial", "symbols"}, {}};
    if (has_values()) table.head.emplace_back("value");
    for (const ExpressionPartial& partial : explanation_.partials) {
      add_row(table, {partial.left, partial.symbols}, partial.value);
    }
    std::vector<Block> blocks = {Paragraph("Of each statement for itself, the other names in it held."),
                                 std::move(table)};
    for (const Equation& rule : explanation_.rules) blocks.emplace_back(rule);
    add_section("Partial derivatives", std::move(blocks));
  }

  // The sum over paths is what the last step says; then every intermediate variable eliminated.
  void overview(const ExpressionDerivative& derivative) {
    Equation result{.left = derivative.left};
    if (derivative.steps.empty()) {
      result.right = {math::number(0)};
      add_section(name_, {fmt::format("No path leads from {} to {}: a change of the one does not reach the other.",
                                      variable(derivative.by).name, variable(derivative.of).name),
                          std::move(result)});
      return;
    }
    const ExpressionStep& last = derivative.steps.back();
    result.right = last.symbols;
    if (derivative.by_in_inputs &&
        (result.right.empty() || text_of(result.right.back()) != text_of(*derivative.by_in_inputs))) {
      result.right.push_back(*derivative.by_in_inputs);
    }
    if (derivative.value) result.right.push_back(math::number(*derivative.value));
    std::vector<Block> blocks = {std::move(result)};
    const auto& of = variable(derivative.of);
    if (derivative.of_in_inputs && text_of(*derivative.of_in_inputs) != text_of(*of.definition)) {
      blocks.emplace_back(Equation{
          .reason = "with every intermediate variable put in", .left = of.symbol, .right = {*derivative.of_in_inputs}});
    }
    add_section(name_, std::move(blocks));
  }

  std::string way(const ExpressionPath& path) const {
    std::vector<std::string_view> names;
    for (const std::size_t place : path.variables) names.push_back(variable(place).name);
    return fmt::format("{}", fmt::join(names, " → "));
  }

  void paths(const ExpressionDerivative& derivative) {
    if (derivative.paths.empty()) return;
    std::vector<Block> blocks;
    std::vector<Formula> values;
    double sum = 0;
    for (const ExpressionPath& path : derivative.paths) {
      Equation equation{.reason = way(path), .left = path.partials, .right = {path.symbols}};
      add_numbers(equation, path.numbers);
      add_value(equation, path.value);
      blocks.emplace_back(std::move(equation));
      values.push_back(path.value ? math::number(*path.value) : path.symbols);
      sum += path.value.value_or(0);
    }
    const bool one = derivative.paths.size() == 1;
    if (derivative.all_paths && !one) {
      Equation total{
          .reason = "their sum is the derivative", .left = derivative.left, .right = {math::sum(std::move(values))}};
      if (has_values()) total.right.push_back(math::number(sum));
      blocks.emplace_back(std::move(total));
    }
    const std::string shown =
        fmt::format(fmt::runtime(has_values() ? "the {} largest" : "{}"), derivative.paths.size());
    const std::string heading = !derivative.all_paths
                                    ? fmt::format("{}: {} of {} paths", name_, shown, derivative.path_count)
                                : one ? fmt::format("{}: the one path", name_)
                                      : fmt::format("{}: all {} paths", name_, derivative.paths.size());
    add_section(heading, std::move(blocks));
  }

  void steps(const ExpressionDerivative& derivative) {
    if (derivative.steps.empty()) return;
    std::vector<Block> blocks;
    std::size_t number = 0;
    for (const ExpressionStep& step : derivative.steps) {
      Equation equation{.number = ++number,
                        .reason = fmt::format("{} is used by {}", variable(step.by).name, users(step, derivative)),
                        .left = step.left,
                        .right = step.symbols};
      add_numbers(equation, step.numbers);
      add_value(equation, step.value);
      blocks.emplace_back(std::move(equation));
    }
    blocks.emplace_back(fmt::format("Path by path takes {}; with each of these derivatives worked out once, {}.",
                                    products(derivative.products_path_by_path), products(derivative.products_once)));
    add_section(fmt::format("{}: what lies between, eliminated", name_), std::move(blocks));
  }

  static std::string products(const std::string& count) {
    return fmt::format("{} multiplication{}", count, count == "1" ? "" : "s");
  }

  // Those through which the variable leads to what is derived.
  std::string users(const ExpressionStep& step, const ExpressionDerivative& derivative) const {
    std::vector<std::string_view> names;
    for (const ExpressionPartial& partial : explanation_.partials) {
      if (partial.by != step.by) continue;
      const bool leads = partial.of == derivative.of || is_step(partial.of, derivative);
      if (leads) names.push_back(variable(partial.of).name);
    }
    if (names.size() < 2) return std::string(names.empty() ? "" : names[0]);
    const std::string_view last = names.back();
    names.pop_back();
    return fmt::format("{} and {}", fmt::join(names, ", "), last);
  }

  static bool is_step(std::size_t place, const ExpressionDerivative& derivative) {
    for (const ExpressionStep& step : derivative.steps) {
      if (step.by == place) return true;
    }
    return false;
  }

  void judges(const ExpressionDerivative& derivative) {
    if (!derivative.value || !derivative.tape || !derivative.complex_step) return;
    FormulaTable table{{"by", "value", "difference"}, {}};
    const auto row = [&](std::string_view who, double value, const std::string& difference) {
      NumberStyle all = explanation_.numbers;
      all.digits = std::max(all.digits, 12);
      table.rows.push_back({math::words(who), math::words(text_of(math::number(value), all)), math::words(difference)});
    };
    row("the chain rule above", *derivative.value, "");
    row("the tape", *derivative.tape, fmt::format("{:.1e}", derivative.tape_error));
    row("complex step", *derivative.complex_step, fmt::format("{:.1e}", derivative.complex_error));
    add_section(fmt::format("{}: others {}", name_, derivative.agrees ? "agree" : "do NOT agree"), {std::move(table)});
  }

  const ExpressionExplanation& explanation_;
  std::string name_;  // of the derivative that is written
  Document page_;
};

}  // namespace

Document document(const ExpressionExplanation& explanation) { return Page(explanation)(); }

}  // namespace bprop
