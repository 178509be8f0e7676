// SPDX-License-Identifier: Apache-2.0
#include "bprop/expression.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

// An expression, the values it is taken at, and what is asked of it, as the program reads them.
struct Example {
  std::string_view text;
  std::string_view at;
  std::string_view derivatives;

  ExpressionExplanation explained() const {
    return explain_expression(text,
                              {.at = parse_named_numbers(at), .derivatives = parse_named_derivatives(derivatives)});
  }
};
constexpr Example kSine{"z = sin(y); y = x^2", "x=1.5", "z,x"};
constexpr Example kTwoWays{"z = x*y; x = s^2; y = 3*s", "s=2", "z,s"};
constexpr Example kThree{"f = x*y*z; x = r; y = r*s; z = s", "r=2,s=3", "f,s; f,r"};
constexpr Example kSixPaths{"f = x*y + z; x = r + s; y = r*s; z = r - 2*s; r = 2*u; s = u^2", "u=1.5", "f,u"};

void show(Page& page, const Example& example) {
  page.add(Listing{fmt::format("{}   at {}\n", example.text, example.at)});
}

// Every path with its product, then their sum.
void paths(Page& page, const ExpressionDerivative& derivative) {
  std::vector<Formula> values;
  for (const ExpressionPath& path : derivative.paths) {
    page.equation("", path.partials, {path.symbols, *path.numbers, math::number(*path.value)});
    values.push_back(math::number(*path.value));
  }
  std::vector<Formula> right = {math::number(*derivative.value)};
  if (values.size() > 1) right.insert(right.begin(), math::sum(std::move(values)));
  if (derivative.by_in_inputs) right.insert(right.begin(), *derivative.by_in_inputs);
  page.equation("", derivative.left, std::move(right));
}

void one_after_the_other(Page& page) {
  page.section("One after the other (N15)");
  page.say(
      "In sin(x²) the outer function reads what the inner one says. A change of x passes through both, and the "
      "derivative is the product of the two slopes: 2 x cos(x²).");
  show(page, kSine);
  paths(page, kSine.explained().derivatives.front());
  page.section("Two ways at once (N15)");
  page.say("If s reaches z through x and through y, the changes add: note 002's second case.");
  show(page, kTwoWays);
  paths(page, kTwoWays.explained().derivatives.front());
}

void three_variables(Page& page, const ExpressionExplanation& three) {
  page.section("f = xyz with x = r, y = rs, z = s (N15)");
  show(page, kThree);
  Diagram tree = dependence_diagram(three);
  tree.caption = "The dependence tree; on each arrow the partial derivative.";
  page.add(Figure(std::move(tree)));
  for (const ExpressionDerivative& derivative : three.derivatives) paths(page, derivative);
  page.say(
      "Whoever knows the derivative by an intermediate variable may forget what lies between: from ∂f/∂y and ∂f/∂z "
      "alone follows ∂f/∂s, whatever f is made of. That is how back-propagation works its way down:");
  const ExpressionStep& step = three.derivatives.front().steps.back();
  std::vector<Formula> right = step.symbols;
  right.push_back(*step.numbers);
  right.push_back(math::number(*step.value));
  page.equation("", step.left, std::move(right));
}

void six_paths(Page& page) {
  page.section("Six paths (N15)");
  page.say(
      "f depends on x, y, z, each of these on r and s, and these on u: six paths, whose number is the product of "
      "the widths. With each layer more, paths multiply, while derivatives by variables only add up.");
  const ExpressionExplanation six = kSixPaths.explained();
  show(page, kSixPaths);
  paths(page, six.derivatives.front());
  page.say("Path by path that takes {} multiplications, with every derivative computed once {}.",
           six.derivatives.front().products_path_by_path, six.derivatives.front().products_once);
}

void small_change(Page& page, const Lab& lab) {
  page.section("A small change followed through (N20)");
  page.say(
      "∂f/∂s is what Δf/Δs tends to. Here the first weight of a network of two tanh units is moved a little, and the "
      "change "
      "followed through every number on the way to the loss.");
  page.network(lab);
  const Nudge moved = nudge(lab.network, lab.rows(), weight(0, 0, 0), lab.options());
  FormulaTable changes{{"number", "before", "after", "change", "as the derivative foretells"}, {}};
  for (const Change& change : moved.changes) {
    changes.rows.push_back({change.symbol, math::number(change.before), math::number(change.after),
                            math::number(change.after - change.before), math::number(change.foretold)});
  }
  page.add(std::move(changes));
  page.say(
      "With a step ten times smaller, the one-sided quotient's error is ten times smaller, the central one's a "
      "hundred times, until rounding takes over. The derivative is {}.",
      text(moved.derivative));
  Chart chart{.caption = "Error of Δf/Δs by the size of the step.",
              .x_label = "step",
              .y_label = "error",
              .series = {{.name = "one-sided"}, {.name = "central"}},
              .log_x = true,
              .log_y = true};
  for (const DifferenceQuotient& quotient : moved.quotients) {
    for (Series& series : chart.series) series.x.push_back(quotient.step);
    chart.series[0].y.push_back(std::abs(quotient.one_sided - moved.derivative));
    chart.series[1].y.push_back(std::abs(quotient.central - moved.derivative));
  }
  page.add(Figure(std::move(chart)));
}

}  // namespace

Document chain_rule() {
  const Lab lab(
      "layers = \"1 -> 1 tanh -> 1 tanh\"\n"
      "weights = [[[0.8]], [[1.2]]]\n"
      "biases = [[0.1], [-0.3]]\n"
      "input = [1.5]\n"
      "target = [0.2]\n"
      "loss = \"squared_error\"\n");
  const ExpressionExplanation three = kThree.explained();
  Page page("chain-rule");
  page.say("What back-propagation is made of, on plain expressions: along a path multiply, over paths add.");
  one_after_the_other(page);
  three_variables(page, three);
  six_paths(page);
  small_change(page, lab);

  const auto partial =
      explain_expression("f = x*y*z", {.at = {{"x", 2}, {"y", 6}, {"z", 3}}, .derivatives = {{"f", "x"}}});
  page.erratum(
      "003, lines 142 and 146",
      fmt::format("∂(xyz)/∂x is printed as y²; it is yz, here {} and not {}. The result below it is right only "
                  "because ∂x/∂s is 0.",
                  text(*partial.derivatives.front().value), text(6.0 * 6.0)));
  page.erratum("003, line 185",
               fmt::format("∂f/∂u is printed as a product of two sums; it is a sum of six products, one for each path, "
                           "which above add up to {}.",
                           text(*kSixPaths.explained().derivatives.front().value)));
  const ExpressionDerivative two = kTwoWays.explained().derivatives.front();
  page.erratum("002, line 129",
               fmt::format("dz/dx · dx/ds stands on the left where dz/ds is meant; in the example above that would say "
                           "{} = {}.",
                           text(*two.paths.front().value), text(*two.value)));
  page.try_next(
      {fmt::format("bprop explain --expression '{}' \\\n    --derivative f,s --at {}", kThree.text, kThree.at),
       "bprop explain --expression 'z = sin(y); y = x^2' \\\n    --derivative z,x --at x=1.5 --format dot",
       "bprop explain net.toml --weight w1 --nudge", "bprop exercise chain-rule --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
