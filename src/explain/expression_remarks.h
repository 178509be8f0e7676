// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "explain/expression_graph.h"

namespace bprop::explaining {

// What deserves a word in the values of an expression: ties of max and min, kinks that are stood on, and where a value
// stops being finite, each with its column.
std::vector<std::string> remarks(const ExpressionGraph& graph, const ExpressionValues<double>& values);

}  // namespace bprop::explaining
