// SPDX-License-Identifier: Apache-2.0
#include "bprop/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "explain/expression_deriver.h"
#include "explain/expression_formula.h"
#include "explain/expression_inputs.h"
#include "explain/expression_judges.h"
#include "explain/expression_remarks.h"

namespace bprop {
namespace {

using explaining::ExpressionGraph;

constexpr std::size_t kMostPaths = 1000;
constexpr std::int32_t kMostOperationsShown = 400;
constexpr std::size_t kMostPairs = 100;  // of outputs and inputs that nobody named

struct Pair {
  std::size_t of;
  std::size_t by;
};

std::vector<Pair> every_output_by_every_input(const ExpressionGraph& graph) {
  std::vector<std::size_t> outputs;
  std::vector<std::size_t> inputs;
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    if (graph.is_input(v)) {
      inputs.push_back(v);
    } else if (!graph.variables[v].is_used) {
      outputs.push_back(v);
    }
  }
  BPROP_CHECK(outputs.size() * inputs.size() <= kMostPairs, UsageError,
              "derivative is missing: {} outputs by {} inputs are more than {} derivatives, expected those wanted",
              outputs.size(), inputs.size(), kMostPairs);
  std::vector<Pair> pairs;
  for (const std::size_t of : outputs) {
    for (const std::size_t by : inputs) pairs.push_back({of, by});
  }
  return pairs;
}

std::vector<Pair> pairs_of(const ExpressionGraph& graph, const std::vector<NamedDerivative>& derivatives) {
  if (derivatives.empty()) return every_output_by_every_input(graph);
  std::vector<Pair> pairs;
  for (const NamedDerivative& wanted : derivatives) {
    const auto find = [&](const std::string& name) {
      const std::size_t v = graph.find(name);
      BPROP_CHECK(v < graph.variables.size(), UsageError, "derivative {},{}: there is no variable '{}'{}", wanted.of,
                  wanted.by, name, explaining::hint_for_variable(graph, name));
      return v;
    };
    const Pair pair{find(wanted.of), find(wanted.by)};
    BPROP_CHECK(pair.of != pair.by, UsageError, "derivative {},{}: expected two different variables", wanted.of,
                wanted.by);
    pairs.push_back(pair);
  }
  return pairs;
}

std::vector<ExpressionVariable> variables_of(const ExpressionGraph& graph,
                                             const std::optional<std::vector<double>>& values) {
  std::vector<ExpressionVariable> result;
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    const std::string& name = graph.variables[v].name;
    ExpressionVariable& variable = result.emplace_back();
    variable.name = name;
    variable.symbol = explaining::name_formula(name);
    if (values) variable.value = (*values)[v];
    if (graph.is_input(v)) continue;
    const auto& statement = graph.statement_of(v);
    const bool is_short = statement.root - statement.first < kMostOperationsShown;
    variable.definition = is_short ? explaining::formula_of(graph, statement.root) : math::words("…", "\\ldots");
  }
  return result;
}

std::vector<Equation> rules_of(const std::vector<explaining::ExpressionFunction>& slopes) {
  std::vector<Equation> rules;
  for (const explaining::ExpressionFunction& slope : slopes) {
    const ActivationRule& found = rule(slope.activation);
    rules.push_back({.reason = fmt::format("with a = {0}(z) = {1}", found.name, found.formula),
                     .left = math::call(name_of(slope), {math::symbol("z")}),
                     .right = {math::words(found.derivative_text, found.derivative_latex)}});
  }
  return rules;
}

std::string pair_name(const ExpressionGraph& graph, const ExpressionDerivative& derivative) {
  return fmt::format("∂{}/∂{}", graph.variables[derivative.of].name, graph.variables[derivative.by].name);
}

}  // namespace

ExpressionExplanation explain_expression(std::string_view text, const ExpressionOptions& options) {
  BPROP_CHECK(options.paths >= 1 && options.paths <= kMostPaths, UsageError, "paths is {}, expected 1 to {}",
              options.paths, kMostPaths);
  const ExpressionGraph graph = explaining::parse_expression(text).value_or_throw();
  const std::vector<Pair> pairs = pairs_of(graph, options.derivatives);
  const bool has_inputs = std::ranges::any_of(
      graph.variables, [&](const auto& variable) { return graph.is_input(graph.find(variable.name)); });
  std::optional<std::vector<double>> inputs;  // none: symbols alone
  if (!options.at.empty() || !has_inputs) inputs = explaining::input_values(graph, options.at);

  ExpressionExplanation result;
  result.numbers = options.numbers;
  std::optional<std::vector<double>> values;
  std::optional<explaining::ExpressionJudges> judges;
  if (inputs) {
    auto found = explaining::evaluate<double>(graph, [&](std::size_t v, double value) {
      return explaining::arithmetic::plain(graph.is_input(v) ? (*inputs)[v] : value);
    });
    result.remarks = explaining::remarks(graph, found);
    values = std::move(found.variables);
    judges.emplace(graph, *inputs);
  } else {
    result.remarks.emplace_back("No input has a value: derivatives are symbols alone, and nobody judges them.");
  }
  result.variables = variables_of(graph, values);
  explaining::ExpressionDeriver derive(graph, std::move(values));
  for (const Pair& pair : pairs) {
    ExpressionDerivative& derivative = result.derivatives.emplace_back(derive(pair.of, pair.by, options.paths));
    if (judges) judges->judge(derivative);
    if (derivative.value && !std::isfinite(*derivative.value)) {
      result.remarks.push_back(fmt::format("{} is {} here.", pair_name(graph, derivative), *derivative.value));
    }
  }
  result.partials = derive.partials();
  result.rules = rules_of(derive.slopes());
  return result;
}

std::vector<NamedNumber> parse_named_numbers(std::string_view text) {
  const explaining::ExpressionTree tree =
      explaining::parse_statements(text, explaining::StatementEnd::kSemicolonOrComma).value_or_throw();
  explaining::ExpressionValues<double> values{std::vector<double>(tree.nodes.size()), {}};
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    const explaining::ExpressionTree::Node& node = tree.nodes[n];
    BPROP_CHECK(node.kind != explaining::ExpressionTree::Kind::kName, UsageError, "{}: found '{}', expected a number",
                text_of(node.place), tree.names[node.name]);
    values.nodes[n] = explaining::value_of(node, values);
  }
  std::vector<NamedNumber> result;
  for (const explaining::ExpressionTree::Statement& statement : tree.statements) {
    const auto root = static_cast<std::size_t>(statement.root);
    const double value = values.nodes[root];
    BPROP_CHECK(std::isfinite(value), UsageError, "{}: {} is {}, expected a finite number",
                text_of(tree.nodes[root].place), tree.names[statement.name], value);
    result.push_back({tree.names[statement.name], value});
  }
  return result;
}

std::vector<NamedDerivative> parse_named_derivatives(std::string_view text) {
  return explaining::parse_derivatives(text).value_or_throw();
}

}  // namespace bprop
