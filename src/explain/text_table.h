// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "bprop/document.h"

namespace bprop::explaining {

// A table in columns, `indent` spaces before it; in several below each other, or row by row, where the page is narrow.
std::string text_table(const FormulaTable& table, std::size_t indent, const TextStyle& style);

}  // namespace bprop::explaining
