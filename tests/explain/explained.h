// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bprop/expression.h"

namespace bprop::explained {

// The lecture notes' example of eliminated intermediates (note 003, "Find ∂f/∂s").
inline constexpr std::string_view kXyz = "f = x*y*z; x = r; y = r*s; z = s";

// One derivative of an expression, "f,s" at "r=2, s=3".
inline ExpressionDerivative derivative(std::string_view expression, std::string_view pair, std::string_view at,
                                       std::size_t paths = 8) {
  return explain_expression(
             expression, {.at = parse_named_numbers(at), .derivatives = parse_named_derivatives(pair), .paths = paths})
      .derivatives.at(0);
}

// The same in the inputs alone, as text.
inline std::string in_inputs(std::string_view expression, std::string_view pair, std::string_view at) {
  const auto formula = derivative(expression, pair, at).by_in_inputs;
  return formula ? text_of(*formula) : "(too long)";
}

// What an expression is worth that needs no inputs.
inline double value(std::string_view expression) {
  return explain_expression("f = " + std::string(expression), {}).variables.back().value.value();
}

}  // namespace bprop::explained
