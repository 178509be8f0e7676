// SPDX-License-Identifier: Apache-2.0
//
// A cell's text: is it a number, is it missing? And a number's text. Locale plays no part.
#pragma once

#include <string>
#include <string_view>

namespace bprop::data {

enum class CellText { kNumber, kAbsent, kInfinite, kOther };

// Missing: empty, NA, NaN, nan, ?, null (and -nan, which C prints). Infinite: inf, infinity, or beyond ±1.8e308.
// On output: `value` is the number, NaN when missing, else unspecified. `text` has no space at its ends.
CellText read_cell(std::string_view text, char decimal, double& value);

// Whether the digits come back from a double as they are written: false for an integer with leading zeros (007) or with
// more than 15 significant digits. On input: a number.
bool digits_survive(std::string_view number);

// Without the spaces and tabs at its ends.
std::string_view trim(std::string_view text);

// The shortest text that reads back as the same double; integers without point.
std::string number_text(double value);

}  // namespace bprop::data
