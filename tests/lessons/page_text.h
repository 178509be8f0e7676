// SPDX-License-Identifier: Apache-2.0
//
// A lesson as a page of text, and what stands in its tables and equations.
#pragma once

#include <string>
#include <string_view>

#include "bprop/lesson.h"

namespace bprop {

// Without line breaks, so that a sentence can be looked for.
inline std::string page_text(std::string_view name) { return render_text(lesson(name), {.width = 0}); }

// As pages print numbers: six significant digits.
inline std::string number_text(double number) { return text_of(math::number(number)); }

}  // namespace bprop
