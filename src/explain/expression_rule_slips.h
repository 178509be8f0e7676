// SPDX-License-Identifier: Apache-2.0
//
// Slips of somebody who derives one statement: of product, power and chain rule, at one of its operations.
#pragma once

#include <vector>

#include "explain/expression_graph.h"
#include "explain/judge.h"

namespace bprop::explaining {

// ∂of/∂by with each slip, worked out in full: what the slip makes of one operation goes through all that follow. Of
// statements of more than 50 operations, none: there are too many to guess.
std::vector<SlipValue> statement_slips(const ExpressionGraph& graph, std::size_t of, std::size_t by,
                                       const std::vector<double>& values);

}  // namespace bprop::explaining
