// SPDX-License-Identifier: Apache-2.0
//
// One derivative of an expression: its paths, the recursion that uses each intermediate derivative once, and the form
// in inputs only.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "bprop/expression.h"
#include "explain/expression_algebra.h"
#include "explain/expression_graph.h"
#include "explain/expression_paths.h"

namespace bprop::explaining {

class ExpressionDeriver {
 public:
  // values: of every variable; none: symbols alone.
  ExpressionDeriver(const ExpressionGraph& graph, std::optional<std::vector<double>> values);

  const std::vector<ExpressionPartial>& partials() const { return partials_; }
  // Without what the judges fill in.
  ExpressionDerivative operator()(std::size_t of, std::size_t by, std::size_t most_paths);
  // The activations whose derivatives stand in the partials.
  const std::vector<ExpressionFunction>& slopes() const { return slopes_; }

 private:
  using Id = Algebra::Id;
  struct Total {
    double value = 0;
    std::optional<Id> symbols;  // none: too long
  };

  void find_partials();
  void add_partial(std::size_t of, std::size_t by);
  void find_in_inputs();
  void note_slopes(Id id);
  std::optional<Formula> written(Id id);
  std::optional<Id> if_short(Id id) const;
  template <class T>
  std::optional<T> if_known(T value) const {
    return values_ ? std::optional<T>(std::move(value)) : std::nullopt;
  }
  Formula total_formula(std::size_t of, std::size_t by) const;
  void add_paths(ExpressionDerivative& derivative, const ExpressionWays& ways, std::size_t most);
  void add_steps(ExpressionDerivative& derivative, const ExpressionWays& ways);
  ExpressionStep step(std::size_t of, std::size_t by, const ExpressionWays& ways);
  void add_in_inputs(ExpressionDerivative& derivative);

  const ExpressionGraph& graph_;
  std::optional<std::vector<double>> values_;
  Algebra algebra_;              // for symbols
  Algebra precise_;              // for numbers
  ExpressionEdges edges_;        // without values all are 1
  std::vector<Id> definitions_;  // of each variable; of an input its name
  std::vector<Id> precise_definitions_;
  std::vector<std::optional<Id>> in_inputs_;  // the same, with every intermediate variable put in
  std::vector<Id> edge_symbols_;
  std::vector<std::string> edge_failures_;  // why there is no partial; "": there is
  std::vector<ExpressionPartial> partials_;
  std::vector<ExpressionFunction> slopes_;
  std::size_t leaves_ = 0;  // written so far
  std::size_t steps_ = 0;
  std::vector<Total> totals_;  // of the derivative that is worked on
};

}  // namespace bprop::explaining
