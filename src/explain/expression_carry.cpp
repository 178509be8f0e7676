// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_carry.h"

namespace bprop::explaining {
namespace {

constexpr double kStep = 1e-50;  // of a complex step, which subtracts nothing

const CarriedNumber* find(const std::map<GivenInExpression::OfBy, CarriedNumber>& numbers, std::size_t of,
                          std::size_t by) {
  const auto found = numbers.find({of, by});
  return found == numbers.end() ? nullptr : &found->second;
}

}  // namespace

double Statements::value(std::size_t of, std::span<const double> arguments) {
  std::size_t next = 0;
  for (const std::size_t argument : graph_.variables[of].arguments) plain_.variables[argument] = arguments[next++];
  return statement_value(graph_, of, plain_);
}

double Statements::slope(std::size_t of, std::size_t by, std::span<const double> arguments) {
  std::size_t next = 0;
  for (const std::size_t argument : graph_.variables[of].arguments) {
    complex_.variables[argument] = {arguments[next++], argument == by ? kStep : 0};
  }
  return arithmetic::plain(statement_value(graph_, of, complex_).imag() / kStep);
}

CarriedExpression::CarriedExpression(Statements& statements, const ExpressionGraph& graph,
                                     const std::vector<double>& inputs, const GivenInExpression& given)
    : statements_(statements), graph_(graph), given_(given) {
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    if (const auto found = given.values.find(v); found != given.values.end()) {
      values_.push_back(found->second);
    } else if (graph.is_input(v)) {
      values_.emplace_back(inputs[v]);
    } else {
      values_.push_back(carried([&](std::span<const double> x) { return statements.value(v, x); }, arguments(v)));
    }
  }
}

std::vector<CarriedNumber> CarriedExpression::arguments(std::size_t variable) const {
  std::vector<CarriedNumber> numbers;
  for (const std::size_t argument : graph_.variables[variable].arguments) numbers.push_back(values_[argument]);
  return numbers;
}

CarriedNumber CarriedExpression::partial(std::size_t of, std::size_t by) const {
  if (const CarriedNumber* given = find(given_.partials, of, by)) return *given;
  return carried([&](std::span<const double> x) { return statements_.slope(of, by, x); }, arguments(of));
}

// ∂of/∂v = Σ ∂of/∂u · ∂u/∂v over the variables u that use v.
CarriedNumber CarriedExpression::derivative_from_above(std::size_t of, std::size_t by) const {
  if (of < by) return {};  // no variable uses a later one
  std::vector<CarriedNumber> totals(of + 1);
  totals[of] = 1.0;
  for (std::size_t u = of; u > by; --u) {
    if (const CarriedNumber* given = find(given_.derivatives, of, u)) totals[u] = *given;
    if (totals[u].is_zero()) continue;
    for (const std::size_t v : graph_.variables[u].arguments) {
      if (v >= by) totals[v] = totals[v] + totals[u] * partial(u, v);
    }
  }
  return totals[by];
}

// ∂u/∂by = Σ ∂u/∂v · ∂v/∂by over the variables v that u uses.
CarriedNumber CarriedExpression::derivative_from_below(std::size_t of, std::size_t by) const {
  if (of < by) return {};
  std::vector<CarriedNumber> totals(of + 1);
  totals[by] = 1.0;
  for (std::size_t u = by + 1; u <= of; ++u) {
    const CarriedNumber* given = u == of ? nullptr : find(given_.derivatives, u, by);
    if (given != nullptr) {
      totals[u] = *given;
      continue;
    }
    for (const std::size_t v : graph_.variables[u].arguments) {
      if (v >= by && !totals[v].is_zero()) totals[u] = totals[u] + totals[v] * partial(u, v);
    }
  }
  return totals[of];
}

}  // namespace bprop::explaining
