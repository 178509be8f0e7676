// SPDX-License-Identifier: Apache-2.0
//
// How a CSV file is written, told from its first lines: what divides fields, and what divides a number's fraction.
#pragma once

#include <string_view>

namespace bprop::data {

struct CsvDialect {
  char delimiter = ',';
  char decimal = '.';
};

// `sample`: the beginning of the file; a last line that is cut off is passed over. `delimiter`, `decimal`: given by the
// user, or 0. The delimiter is the first of tab ; | , that divides the first 100 lines into equally many fields, two or
// more; if none does, the most frequent one of the first line; a comma if there is none. The decimal is a comma if it
// does not delimit, stands in a number ("1,5") and no number has a point.
CsvDialect sniff_dialect(std::string_view sample, char delimiter, char decimal);

}  // namespace bprop::data
