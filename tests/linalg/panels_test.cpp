// SPDX-License-Identifier: Apache-2.0
#include "linalg/panels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace bprop::linalg {
namespace {

TEST(Panels, RoundTripKeepsEveryElementAndZeroesThePadding) {
  for (const std::size_t rows : {1U, 2U, 3U, 7U}) {
    for (const std::size_t columns : {1U, 3U, 15U, 16U, 17U, 31U, 32U, 33U, 100U}) {
      std::vector<double> row_major(rows * columns);
      for (std::size_t i = 0; i < row_major.size(); ++i) row_major[i] = static_cast<double>(i) + 1;
      std::vector<float> in_panels(rows * padded(columns), std::numeric_limits<float>::quiet_NaN());
      to_panels(row_major.data(), rows, columns, in_panels.data());
      std::vector<double> back(rows * columns);
      from_panels(in_panels.data(), rows, columns, back.data());
      EXPECT_EQ(back, row_major);
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t c = columns; c < padded(columns); ++c) {
          EXPECT_EQ(in_panels[panel_offset(rows, row, c)], 0.0F);
        }
      }
    }
  }
}

TEST(Panels, OffsetsAreABijectionWith16ColumnsSideBySide) {
  constexpr std::size_t kRows = 5;
  constexpr std::size_t kColumns = 40;
  std::set<std::size_t> offsets;
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = 0; column < padded(kColumns); ++column) {
      offsets.insert(panel_offset(kRows, row, column));
      if (column % kPanel != 0) {
        EXPECT_EQ(panel_offset(kRows, row, column), panel_offset(kRows, row, column - 1) + 1);
      }
    }
  }
  EXPECT_EQ(offsets.size(), kRows * padded(kColumns));
  EXPECT_EQ(*offsets.rbegin(), kRows * padded(kColumns) - 1);
  EXPECT_EQ(panels(0), 0U);
  EXPECT_EQ(panels(16), 1U);
  EXPECT_EQ(panels(17), 2U);
}

}  // namespace
}  // namespace bprop::linalg
