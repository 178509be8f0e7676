// SPDX-License-Identifier: Apache-2.0
//
// Who judges the derivatives of an expression: its operations on the tape and over complex numbers. Neither sees a
// symbol.
#pragma once

#include <cstddef>
#include <vector>

#include "bprop/expression.h"
#include "explain/expression_graph.h"

namespace bprop::explaining {

class ExpressionJudges {
 public:
  // inputs[v]: the value of each input; others are not looked at.
  ExpressionJudges(const ExpressionGraph& graph, const std::vector<double>& inputs);

  // Fills tape, complex_step, their errors and `agrees`; the derivative has a value.
  void judge(ExpressionDerivative& derivative);

 private:
  double complex_step(std::size_t of, std::size_t by) const;
  double sum_of_sizes(std::size_t of, std::size_t by) const;

  const ExpressionGraph& graph_;
  const std::vector<double>& inputs_;
  Tape tape_;
  std::vector<Variable> variables_;
  std::vector<std::size_t> nodes_;  // of the tape, one a variable
};

}  // namespace bprop::explaining
