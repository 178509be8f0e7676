// SPDX-License-Identifier: Apache-2.0
//
// Slips of somebody who derives an expression by the chain rule: each worked out in full.
#pragma once

#include <vector>

#include "explain/expression_graph.h"
#include "explain/expression_paths.h"
#include "explain/judge.h"

namespace bprop::explaining {

class ExpressionSlips {
 public:
  // `edges` have the statements' partial derivatives at these values.
  ExpressionSlips(const ExpressionGraph& graph, const std::vector<double>& values, const ExpressionEdges& edges)
      : graph_(graph), values_(values), edges_(edges) {}

  // Of a variable's value; of ∂of/∂by of one statement; of the whole derivative, over all paths. Those that make no
  // difference here are left out.
  static std::vector<SlipValue> of_value(double right);
  std::vector<SlipValue> of_partial(std::size_t of, std::size_t by, double right, double whole) const;
  std::vector<SlipValue> of_derivative(std::size_t of, std::size_t by, double right) const;

 private:
  double derivative(std::size_t of, std::size_t by, const std::vector<double>& partials) const;
  void add_paths(std::vector<SlipValue>& slips, const ExpressionWays& ways, double right) const;
  void add_factors(std::vector<SlipValue>& slips, std::size_t of, std::size_t by, const ExpressionWays& ways) const;
  std::string partial_name(std::size_t of, std::size_t by) const;

  const ExpressionGraph& graph_;
  const std::vector<double>& values_;
  const ExpressionEdges& edges_;
};

}  // namespace bprop::explaining
