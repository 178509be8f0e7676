// SPDX-License-Identifier: Apache-2.0
#include "data/number_statistics.h"

#include <algorithm>

#include "base/check.h"

namespace bprop::data {

// Two passes over the rows, all columns at once: mean, then squares about it; rows ascending.
std::vector<NumberStatistics> number_statistics(const Dataset& data, const std::vector<std::size_t>& columns) {
  std::vector<NumberStatistics> all(columns.size());
  const auto for_each_cell = [&](auto&& visit) {
    for (std::size_t row = 0; row < data.rows(); ++row) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (const double cell = data.cell(row, columns[i]); !std::isnan(cell)) visit(all[i], cell);
      }
    }
  };
  for_each_cell([](NumberStatistics& s, double cell) {
    ++s.count;
    s.mean += cell;
    s.smallest = std::min(s.smallest, cell);
    s.largest = std::max(s.largest, cell);
  });
  for (NumberStatistics& s : all) s.mean /= static_cast<double>(std::max<std::size_t>(s.count, 1));
  for_each_cell([](NumberStatistics& s, double cell) { s.squares += (cell - s.mean) * (cell - s.mean); });
  for (std::size_t i = 0; i < columns.size(); ++i) {
    BPROP_CHECK(std::isfinite(all[i].mean) && std::isfinite(all[i].squares), FormatError,
                "{}, column '{}': its numbers reach from {} to {}, too far for a standard deviation", data.source(),
                data.columns()[columns[i]].name, all[i].smallest, all[i].largest);
  }
  return all;
}

}  // namespace bprop::data
