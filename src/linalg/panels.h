// SPDX-License-Identifier: Apache-2.0
//
// The layout of everything that the engine computes with: panels of 16 columns.
//   features of a batch   [⌈features/16⌉][rows][16]
//   weights               [⌈out/16⌉][in][16], W transposed inside a panel: 16 outputs side by side
// so that 16 outputs of one row, or of one input, are one cache line. Columns past the last are padding: zero in
// weights and gradients, of any finite value in activations, where nothing reads them.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace bprop::linalg {

inline constexpr std::size_t kPanel = 16;

// Some of the rows, inputs or panels of a matrix.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

constexpr std::size_t panels(std::size_t columns) { return (columns + kPanel - 1) / kPanel; }
constexpr std::size_t padded(std::size_t columns) { return panels(columns) * kPanel; }

// Where element (row, column) of a panel matrix with `rows` rows lies.
constexpr std::size_t panel_offset(std::size_t rows, std::size_t row, std::size_t column) {
  return (column / kPanel * rows + row) * kPanel + column % kPanel;
}

// Some rows of a matrix with `rows` rows from row-major (of.size() × columns) into its panels, padding zero.
template <class From, class To>
void to_panels(const From* row_major, std::size_t rows, std::size_t columns, To* out, Range of) {
  for (std::size_t first = 0; first < columns; first += kPanel) {
    const std::size_t width = columns - first < kPanel ? columns - first : kPanel;
    for (std::size_t n = 0; n < of.size(); ++n) {
      const From* const from = row_major + n * columns + first;
      To* const to = out + panel_offset(rows, of.begin + n, first);
      if (std::is_same_v<From, To> && width == kPanel) {
        std::memcpy(to, from, kPanel * sizeof(To));  // a fixed count: a few vector moves
        continue;
      }
      for (std::size_t lane = 0; lane < width; ++lane) to[lane] = static_cast<To>(from[lane]);
      for (std::size_t lane = width; lane < kPanel; ++lane) to[lane] = To(0);
    }
  }
}

// All of them, a few rows at a time: they are read from end to end and written in whole runs.
template <class From, class To>
void to_panels(const From* row_major, std::size_t rows, std::size_t columns, To* out) {
  constexpr std::size_t kRowsAtOnce = 8;
  for (std::size_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const std::size_t end = rows - begin < kRowsAtOnce ? rows : begin + kRowsAtOnce;
    to_panels(row_major + begin * columns, rows, columns, out, {begin, end});
  }
}

// And back.
template <class From, class To>
void from_panels(const From* in, std::size_t rows, std::size_t columns, To* row_major) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      row_major[row * columns + column] = static_cast<To>(in[panel_offset(rows, row, column)]);
    }
  }
}

}  // namespace bprop::linalg
