// SPDX-License-Identifier: Apache-2.0
#include "bprop/expression.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/check.h"
#include "bprop/suggestion.h"
#include "explain/expression_deriver.h"
#include "explain/expression_formula.h"
#include "explain/expression_judges.h"
#include "explain/expression_remarks.h"

namespace bprop {
namespace {

using explaining::ExpressionGraph;

constexpr std::size_t kMostPaths = 1000;
constexpr std::int32_t kMostOperationsShown = 400;
constexpr std::size_t kMostPairs = 100;  // of outputs and inputs that nobody named

// "; did you mean x?", or all the names where there are few.
std::string hint(const std::string& typed, const std::vector<std::string>& known) {
  constexpr std::size_t kMostNamed = 12;
  std::string near = suggestion(typed, known);
  if (!near.empty() || known.empty() || known.size() > kMostNamed) return near;
  return fmt::format("; known: {}", fmt::join(known, ", "));
}

std::vector<std::string> names(const ExpressionGraph& graph, bool inputs_only) {
  std::vector<std::string> result;
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    if (!inputs_only || graph.is_input(v)) result.push_back(graph.variables[v].name);
  }
  return result;
}

// A value for every input, 0 for what is not one; none where no input was given one.
std::optional<std::vector<double>> input_values(const ExpressionGraph& graph, const std::vector<NamedNumber>& at) {
  if (at.empty() && !names(graph, true).empty()) return std::nullopt;
  std::vector<double> values(graph.variables.size(), 0);
  std::vector<bool> given(graph.variables.size(), false);
  for (const NamedNumber& one : at) {
    const std::string where = fmt::format("at {}={}", one.name, one.value);
    const std::size_t v = graph.find(one.name);
    BPROP_CHECK(v < graph.variables.size(), UsageError, "{}: the expression has no input '{}'{}", where, one.name,
                hint(one.name, names(graph, true)));
    BPROP_CHECK(graph.is_input(v), UsageError, "{}: '{}' is defined at {} and cannot be given a value", where, one.name,
                text_of(graph.variables[v].place));
    BPROP_CHECK(!given[v], UsageError, "{}: '{}' is given a value twice, expected once", where, one.name);
    values[v] = one.value;
    given[v] = true;
  }
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    BPROP_CHECK(!graph.is_input(v) || given[v], UsageError,
                "at lacks a value of '{0}', which is used at {1} and nowhere defined; expected {0}=NUMBER",
                graph.variables[v].name, text_of(graph.variables[v].place));
  }
  return values;
}

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
                  wanted.by, name, hint(name, names(graph, false)));
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
  const std::optional<std::vector<double>> inputs = input_values(graph, options.at);

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
    result.push_back({tree.names[statement.name], values.nodes[static_cast<std::size_t>(statement.root)]});
  }
  return result;
}

std::vector<NamedDerivative> parse_named_derivatives(std::string_view text) {
  return explaining::parse_derivatives(text).value_or_throw();
}

}  // namespace bprop
