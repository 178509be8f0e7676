// SPDX-License-Identifier: Apache-2.0
//
// Paths from a number of the network to the loss: the chain rule before anything is used twice.
#pragma once

#include <vector>

#include "bprop/explain.h"
#include "explain/row_values.h"
#include "explain/symbols.h"

namespace bprop::explaining {

struct Paths {
  std::vector<Path> listed;  // those of the largest size, in the order of their units; all, if they are few
  bool all = false;
};

// Of one row, whose loss has that symbol; `limit` paths at most. Nothing is listed where there are more than can be
// looked at.
Paths paths(const NetworkParts& parts, const RowValues& row, const Selector& what, const ExplainOptions& options,
            const Symbols& symbols, const Formula& loss);

// The counts of Reuse, exact.
Reuse reuse(const NetworkParts& parts, const Selector& what, const LossOptions& loss);

}  // namespace bprop::explaining
