// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "explain/expression_graph.h"

namespace bprop::explaining {

// A value for every input; 0 for what is not one. Throws UsageError that begins with "at".
std::vector<double> input_values(const ExpressionGraph& graph, const std::vector<NamedNumber>& at);

// To end a sentence about a variable that there is not: "; did you mean x?", or all names where there are few.
std::string hint_for_variable(const ExpressionGraph& graph, const std::string& typed);

}  // namespace bprop::explaining
