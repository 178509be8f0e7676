// SPDX-License-Identifier: Apache-2.0
//
// What the program may assume of the screen. The only place that reads the environment.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bprop::cli {

// A variable of the environment; "" if it is not there.
std::string_view environment(const char* name);

// stderr is a terminal on which a line can be redrawn.
bool progress_is_seen();
// Colours on stderr: a terminal, and NO_COLOR is not set.
bool colours_are_seen();
// Colours on stdout, the same way.
bool output_colours_are_seen();
// Columns of that terminal.
std::size_t terminal_width();

// Letters of a UTF-8 text (code points), so that columns line up.
std::size_t letters(std::string_view text);

// A text out of a file as it may be shown: control characters, which a terminal would obey, are written "\n", "\x1b".
std::string on_one_line(std::string_view text);

// One remark a line on stderr, behind "bprop VERB: "; names in 'quotes' that are very long are cut with an ellipsis.
void remark(std::string_view verb, std::string_view sentence);
void remark_all(std::string_view verb, const std::vector<std::string>& sentences);

}  // namespace bprop::cli
