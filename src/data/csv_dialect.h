// SPDX-License-Identifier: Apache-2.0
//
// How a CSV file is written, told from its first bytes: what divides fields, and what divides a number's fraction.
#pragma once

#include <string_view>

namespace bprop::data {

// How well the decimal sign is known.
enum class DecimalFrom {
  kUser,     // or it cannot be another, since the comma delimits: cells that contradict it are text
  kSample,   // a number of the sample has it: a cell that contradicts it is a mistake
  kNowhere,  // no number of the sample has a fraction: the first that has one decides
};

struct CsvDialect {
  char delimiter = ',';
  char decimal = '.';
  DecimalFrom decimal_from = DecimalFrom::kUser;
};

// `sample`: the beginning of the file; a last line that is cut off is passed over. `delimiter`, `decimal`: given by the
// user, or 0. The delimiter is the first of tab ; | , that divides the first 100 lines into equally many fields, two or
// more; if none does, the most frequent one of the first line; a comma if there is none. The decimal is a comma if it
// does not delimit, stands in a number of the sample ("1,5") and no number has a point.
CsvDialect sniff_dialect(std::string_view sample, char delimiter, char decimal);

}  // namespace bprop::data
