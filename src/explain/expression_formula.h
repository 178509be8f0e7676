// SPDX-License-Identifier: Apache-2.0
//
// Expressions as mathematics to be written.
#pragma once

#include <cstdint>
#include <string_view>

#include "bprop/formula.h"
#include "explain/expression_algebra.h"
#include "explain/expression_graph.h"

namespace bprop::explaining {

// "w1" and "w_1" are w with 1 below; typed as they are.
Formula name_formula(std::string_view name);

// The operation `root` of the graph's tree, as it was written.
Formula formula_of(const ExpressionGraph& graph, std::int32_t root);

// The normal form: quotients for powers below 0, roots, signs in front.
Formula formula_of(const Algebra& algebra, Algebra::Id id);

}  // namespace bprop::explaining
