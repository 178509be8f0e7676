// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_judges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bprop::explaining {
namespace {

constexpr double kTolerance = 1e-12;
constexpr double kStep = 1e-50;
constexpr double kSmallest = 1e-250;  // below, kStep times it is no number of all digits any more

double error(double judge, double value, double scale) {
  if (judge == value || (std::isnan(judge) && std::isnan(value))) return 0;
  const double share = std::fabs(judge - value) / std::max({std::fabs(judge), scale, kSmallest});
  return std::isnan(share) ? std::numeric_limits<double>::infinity() : share;
}

}  // namespace

ExpressionJudges::ExpressionJudges(const ExpressionGraph& graph, const std::vector<double>& inputs)
    : graph_(graph), inputs_(inputs) {
  const auto settle = [&](std::size_t v, const Variable& value) {
    // A node for each variable, also for a constant and where max or x = r hands on another variable's: or their
    // adjoints would be one.
    const bool is_new = graph.is_input(v) || tape_.nodes().empty();
    const std::size_t before = tape_.nodes().size();
    Variable own = is_new ? tape_.variable(graph.is_input(v) ? inputs[v] : value.value()) : value + 0.0;
    if (tape_.nodes().size() == before) own = tape_.variable(value.value());
    nodes_.push_back(tape_.nodes().size() - 1);
    return own;
  };
  variables_ = evaluate<Variable>(graph, settle).variables;
}

void ExpressionJudges::judge(ExpressionDerivative& derivative) {
  tape_.backward(variables_[derivative.of]);
  derivative.tape = arithmetic::plain(variables_[derivative.by].adjoint());
  derivative.complex_step = arithmetic::plain(complex_step(derivative.of, derivative.by));
  const double scale = sum_of_sizes(derivative.of, derivative.by);
  derivative.tape_error = error(*derivative.tape, *derivative.value, scale);
  derivative.complex_error = error(*derivative.complex_step, *derivative.value, scale);
  derivative.agrees = derivative.tape_error <= kTolerance && derivative.complex_error <= kTolerance;
}

// Im f(by + ih) / h, exact to rounding because nothing is subtracted (Squire & Trapp 1998).
double ExpressionJudges::complex_step(std::size_t of, std::size_t by) const {
  using arithmetic::Complex;
  const auto values = evaluate<Complex>(graph_, [&](std::size_t v, Complex value) {
    if (graph_.is_input(v)) value = inputs_[v];
    return v == by ? Complex(value.real(), kStep) : value;
  });
  return values.variables[of].imag() / kStep;
}

// Σ |product| over every path of operations: what rounding errors are measured against where terms cancel.
double ExpressionJudges::sum_of_sizes(std::size_t of, std::size_t by) const {
  const std::vector<Tape::Node>& nodes = tape_.nodes();
  std::vector<double> sizes(nodes.size(), 0.0);
  sizes[nodes_[of]] = 1;
  for (std::size_t i = nodes_[of] + 1; i-- > nodes_[by];) {
    if (sizes[i] == 0) continue;
    const auto add = [&](std::int32_t operand, double slope) {
      if (operand >= 0) sizes[static_cast<std::size_t>(operand)] += sizes[i] * std::fabs(slope);
    };
    add(nodes[i].left, nodes[i].d_left);
    add(nodes[i].right, nodes[i].d_right);
  }
  const double size = sizes[nodes_[by]];
  return std::isfinite(size) ? size : 0;
}

}  // namespace bprop::explaining
