// SPDX-License-Identifier: Apache-2.0
#include "row_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bprop/error.h"
#include "values.h"

namespace bprop::cli {
namespace {

std::size_t read_row(std::string_view text, std::string_view list) {
  std::size_t row = 0;
  try {
    read(text, row);
  } catch (const UsageError&) {
    row = 0;
  }
  if (row == 0) throw UsageError(fmt::format("--rows {}: expected rows counted from 1, such as 1:32 or 1,5,7:9", list));
  return row;
}

}  // namespace

std::vector<std::uint32_t> read_rows(std::string_view list, std::size_t rows, bool asked_for) {
  std::vector<std::uint32_t> positions;
  if (list == "all") {
    positions.resize(rows);
    std::iota(positions.begin(), positions.end(), 0U);
    return positions;
  }
  std::string_view rest = list;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view range = rest.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);

    const std::size_t colon = range.find(':');
    const std::size_t first = read_row(range.substr(0, colon), list);
    std::size_t last = colon == std::string_view::npos ? first : read_row(range.substr(colon + 1), list);
    if (last < first) throw UsageError(fmt::format("--rows {}: {} stands before {}", list, first, last));
    if (last > rows && asked_for) {
      throw UsageError(fmt::format("--rows {}: there is no row {}, the data have {}", list, last, rows));
    }
    last = std::min(last, rows);
    for (std::size_t row = first; row <= last; ++row) positions.push_back(static_cast<std::uint32_t>(row - 1));
  }
  return positions;
}

}  // namespace bprop::cli
