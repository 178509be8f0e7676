// SPDX-License-Identifier: Apache-2.0
//
// The functions that an expression may use: elementary ones, the activations of the rule table and their derivatives,
// and the comparisons, which are 1 or 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bprop/activation.h"

namespace bprop::explaining {

struct ExpressionFunction {
  enum class Kind : std::uint8_t {
    kExp,
    kLog,
    kSqrt,
    kSin,
    kCos,
    kTanh,
    kMax,
    kMin,
    kAtLeast,  // [a ≥ b]
    kGreater,
    kAtMost,
    kLess,
    kActivation,
    kActivationSlope,  // sigmoid'(x)
  };
  Kind kind = Kind::kExp;
  Activation activation = Activation::kIdentity;
  bool operator==(const ExpressionFunction&) const = default;

  bool is_comparison() const { return kind >= Kind::kAtLeast && kind <= Kind::kLess; }
  bool is_extremum() const { return kind == Kind::kMax || kind == Kind::kMin; }
};

// "max", "gelu", "gelu'"; of a comparison its sign.
std::string name_of(const ExpressionFunction& function);
// Those that are called by a name.
std::optional<ExpressionFunction> function_named(std::string_view name);
// To end "there is no function 'sine'" with: "; did you mean sin?", or all that there are.
std::string hint_for_function(std::string_view name);

}  // namespace bprop::explaining
