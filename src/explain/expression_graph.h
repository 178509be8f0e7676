// SPDX-License-Identifier: Apache-2.0
//
// The variables of an expression as a graph without cycles, and its values over any kind of number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "explain/expression_arithmetic.h"
#include "explain/expression_tree.h"

namespace bprop::explaining {

struct ExpressionGraph {
  // Variables are numbered in the order in which they can be worked out: inputs first.
  struct Variable {
    std::string name;
    TextPlace place;                     // where it is defined, of an input where it is used first
    std::int32_t statement = -1;         // -1: an input
    std::vector<std::size_t> arguments;  // variables in its statement, in the order of the text, each once
    bool is_used = false;
  };

  ExpressionTree tree;  // its names are places in `variables`
  std::vector<Variable> variables;

  bool is_input(std::size_t variable) const { return variables[variable].statement < 0; }
  const ExpressionTree::Statement& statement_of(std::size_t variable) const {
    return tree.statements[static_cast<std::size_t>(variables[variable].statement)];
  }
  // Its place, or variables.size().
  std::size_t find(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::find(variables, name, &Variable::name) - variables.begin());
  }
};

// Fails for what parse_statements refuses and for a variable defined by way of itself.
Result<ExpressionGraph> parse_expression(std::string_view text);

template <class T>
struct ExpressionValues {
  std::vector<T> nodes;
  std::vector<T> variables;
};

// One operation; what it uses has its value already.
template <class T>
T value_of(const ExpressionTree::Node& node, const ExpressionValues<T>& values) {
  using Kind = ExpressionTree::Kind;
  const auto operand = [&](std::int32_t place) {
    return place < 0 ? T(0.0) : values.nodes[static_cast<std::size_t>(place)];
  };
  const T left = operand(node.left);
  const T right = operand(node.right);
  using arithmetic::pow;  // of the tape's variables, what stands beside them
  switch (node.kind) {
    case Kind::kNumber: return node.number;
    case Kind::kPi: return std::numbers::pi;
    case Kind::kName: return values.variables[node.name];
    case Kind::kNegate: return -left;
    case Kind::kAdd: return left + right;
    case Kind::kSubtract: return left - right;
    case Kind::kMultiply: return left * right;
    case Kind::kDivide: return left / right;
    case Kind::kPower: return pow(left, right);
    case Kind::kCall: return arithmetic::apply(node.function, left, right);
  }
  return left;
}

// What the statement of a variable that is no input gives; what it uses has its value already.
template <class T>
T statement_value(const ExpressionGraph& graph, std::size_t variable, ExpressionValues<T>& values) {
  const ExpressionTree::Statement& statement = graph.statement_of(variable);
  for (auto n = static_cast<std::size_t>(statement.first); n <= static_cast<std::size_t>(statement.root); ++n) {
    values.nodes[n] = value_of(graph.tree.nodes[n], values);
  }
  return values.nodes[static_cast<std::size_t>(statement.root)];
}

template <class T>
ExpressionValues<T> room_for(const ExpressionGraph& graph) {
  return {std::vector<T>(graph.tree.nodes.size()), std::vector<T>(graph.variables.size())};
}

// settle(variable, value) is what the variable becomes; the value is what its statement gives, 0 for an input.
template <class T, class Settle>
ExpressionValues<T> evaluate(const ExpressionGraph& graph, Settle settle) {
  ExpressionValues<T> values = room_for<T>(graph);
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    values.variables[v] = settle(v, graph.is_input(v) ? T(0.0) : statement_value(graph, v, values));
  }
  return values;
}

}  // namespace bprop::explaining
