// SPDX-License-Identifier: Apache-2.0
//
// derive(): explain() of a network in double, with what a question "what if" may change.
#pragma once

#include <string>
#include <vector>

#include "bprop/explain.h"
#include "explain/row_values.h"

namespace bprop::explaining {

// Rows as a network of type T reads them, in double.
struct OwnedRows {
  std::vector<double> input;
  std::vector<double> target;
  operator ExplainRows() const { return {input, target}; }
};
template <class T>
OwnedRows rounded(const ExplainRows& rows) {
  const std::vector<T> input(rows.input.begin(), rows.input.end());
  const std::vector<T> target(rows.target.begin(), rows.target.end());
  return {{input.begin(), input.end()}, {target.begin(), target.end()}};
}

// How many rows there are. Throws ShapeError, and UsageError for several where only one is meant.
std::size_t checked_rows(const Architecture& architecture, const ExplainRows& rows, const Selector& what);

// The options with the loss as the notation writes it: 000, 001 and 003 have the ½ of the squared error, 002 and 004
// have not. A remark says so where the model has it otherwise.
ExplainOptions as_noted(const ExplainOptions& options, const Architecture& architecture,
                        std::vector<std::string>& remarks);

// All rows' numbers; `backward` are the weights through which δ goes back, usually those of the network.
struct BatchValues {
  std::vector<RowValues> rows;
  std::vector<std::size_t> numbers;  // of people
  double scale = 1;                  // 1/N for a mean
};
BatchValues batch_values(const DoubleNetwork& network, const NetworkParts& backward, const ExplainRows& rows,
                         const ExplainOptions& options);

Derivation derive(const DoubleNetwork& network, const NetworkParts& backward, const ExplainRows& rows,
                  const Selector& what, const ExplainOptions& options);

}  // namespace bprop::explaining
