// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "bprop/figure.h"

namespace bprop::figures {

// A tikzpicture, at most as wide as the text of A4; its page needs kTikzPreamble.
std::string tikz_of(const Figure& figure);

constexpr const char* kTikzPreamble = "\\usepackage{tikz}\n";

}  // namespace bprop::figures
