// SPDX-License-Identifier: Apache-2.0
//
// Where the columns of a table go that is wider than its page.
#pragma once

#include <cstddef>
#include <vector>

namespace bprop::explaining {

struct ColumnWidth {
  std::size_t natural = 0;  // every cell in one line
  std::size_t least = 0;    // cells broken wherever they can be
};

struct PlacedColumn {
  std::size_t column = 0;
  std::size_t width = 0;
};
using TablePart = std::vector<PlacedColumn>;

// One table if all columns fit into `room` with `gap` between them, cells broken if need be; else several, the first
// column in each. None if some column does not even fit beside the first. `room` 0: no limit.
std::vector<TablePart> table_layout(const std::vector<ColumnWidth>& columns, std::size_t room, std::size_t gap);

}  // namespace bprop::explaining
