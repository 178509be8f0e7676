// SPDX-License-Identifier: Apache-2.0
//
// Quantities as people read them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bprop::cli {

std::string with_commas(std::size_t count);                     // "1,797"
std::string counted(std::size_t count, std::string_view noun);  // "1 row", "1,797 rows"
std::string short_count(double count);                          // "950", "61k", "1.3M"
std::string duration_text(double seconds);                      // "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"
std::string percent(double share);                              // "98.1"
// The shortest text that gives the number again, in a network's own precision so that no digit is invented.
std::string number_text(double value, bool in_float);

// Rows of cells in aligned columns, two spaces between; the first row is the heading. UTF-8. Columns of nothing
// but numbers are aligned to the right.
std::string aligned_table(std::vector<std::vector<std::string>> rows);

// "digits.csv    1,797 rows": a title of the summaries and what it says. Both as on_one_line() (terminal.h) has them,
// and so are the cells above.
std::string titled(std::string_view title, std::string_view text);

}  // namespace bprop::cli
