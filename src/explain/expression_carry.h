// SPDX-License-Identifier: Apache-2.0
//
// CarriedExpression: values, partial derivatives and derivatives of an expression, with answers of a sheet in the place
// of what would be computed.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "explain/carried_number.h"
#include "explain/expression_graph.h"

namespace bprop::explaining {

// Statements worked out for arguments of one's own, which stand in the order of Variable::arguments. Keeps room for the
// operations, so that it is for one thread.
class Statements {
 public:
  explicit Statements(const ExpressionGraph& graph)
      : graph_(graph), plain_(room_for<double>(graph)), complex_(room_for<arithmetic::Complex>(graph)) {}

  double value(std::size_t of, std::span<const double> arguments);
  // ∂of/∂by, the other arguments held: by a complex step, which subtracts nothing.
  double slope(std::size_t of, std::size_t by, std::span<const double> arguments);

 private:
  const ExpressionGraph& graph_;
  ExpressionValues<double> plain_;
  ExpressionValues<arithmetic::Complex> complex_;
};

struct GivenInExpression {
  using OfBy = std::pair<std::size_t, std::size_t>;
  std::map<std::size_t, CarriedNumber> values;
  std::map<OfBy, CarriedNumber> partials;
  std::map<OfBy, CarriedNumber> derivatives;
};

// Cost: the statements' operations, each as often as its statement has arguments that were rounded.
class CarriedExpression {
 public:
  CarriedExpression(Statements& statements, const ExpressionGraph& graph, const std::vector<double>& inputs,
                    const GivenInExpression& given);

  CarriedNumber value(std::size_t variable) const { return values_[variable]; }
  CarriedNumber partial(std::size_t of, std::size_t by) const;
  // The chain rule from above, by the derivatives of `of`, and from below, by the derivatives by `by`.
  CarriedNumber derivative_from_above(std::size_t of, std::size_t by) const;
  CarriedNumber derivative_from_below(std::size_t of, std::size_t by) const;

 private:
  std::vector<CarriedNumber> arguments(std::size_t variable) const;

  Statements& statements_;
  const ExpressionGraph& graph_;
  const GivenInExpression& given_;
  std::vector<CarriedNumber> values_;
};

}  // namespace bprop::explaining
