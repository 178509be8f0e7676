// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bprop/formula.h"

namespace bprop::explaining {

// As latex_of(), for running text in math mode: a line may end before every operator, also within long parentheses, and
// a quotient too long for a fraction bar is written with a stroke.
std::string breakable_latex_of(const Formula& formula, const NumberStyle& style);

// About how many digits wide it is; rather too many, since it adds up what stands above each other.
std::size_t latex_width(std::string_view latex);

}  // namespace bprop::explaining
