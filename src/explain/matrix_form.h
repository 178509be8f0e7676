// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bprop/explain.h"
#include "explain/row_values.h"
#include "explain/symbols.h"

namespace bprop::explaining {

// Forward, δ and gradient of one layer as matrices, each with its shapes (N16); rows or columns as vectors.
std::vector<Equation> matrix_form(const NetworkParts& parts, const Selector& what, const ExplainOptions& options,
                                  const Symbols& symbols, std::size_t rows);

// The way from ∂L/∂a of the last layer to δ of this one as one expression, linear in the former (N21).
Equation backward_network(const NetworkParts& parts, const Selector& what, const ExplainOptions& options,
                          const Symbols& symbols);

}  // namespace bprop::explaining
