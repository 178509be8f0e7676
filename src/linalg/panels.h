// SPDX-License-Identifier: Apache-2.0
//
// The layout of everything that the engine computes with: panels of 16 columns.
//   features of a batch   [⌈features/16⌉][rows][16]
//   weights               [⌈out/16⌉][in][16], W transposed inside a panel: 16 outputs side by side
// so that 16 outputs of one row, or of one input, are one cache line. Columns past the last are padding: zero in
// weights and gradients, of any finite value in activations, where nothing reads them.
#pragma once

#include <cstddef>

namespace bprop::linalg {

inline constexpr std::size_t kPanel = 16;

constexpr std::size_t panels(std::size_t columns) { return (columns + kPanel - 1) / kPanel; }
constexpr std::size_t padded(std::size_t columns) { return panels(columns) * kPanel; }

// Where element (row, column) of a panel matrix with `rows` rows lies.
constexpr std::size_t panel_offset(std::size_t rows, std::size_t row, std::size_t column) {
  return (column / kPanel * rows + row) * kPanel + column % kPanel;
}

// From row-major (rows × columns) into panels, padding zero; and back.
template <class From, class To>
void to_panels(const From* row_major, std::size_t rows, std::size_t columns, To* out) {
  for (std::size_t block = 0; block < panels(columns); ++block) {
    const std::size_t first = block * kPanel;
    const std::size_t width = columns - first < kPanel ? columns - first : kPanel;
    To* panel = out + block * rows * kPanel;
    if (width == kPanel) {  // a fixed count: a few vector moves a line
      for (std::size_t row = 0; row < rows; ++row) {
        const From* from = row_major + row * columns + first;
        for (std::size_t lane = 0; lane < kPanel; ++lane) panel[row * kPanel + lane] = static_cast<To>(from[lane]);
      }
      continue;
    }
    for (std::size_t row = 0; row < rows; ++row) {
      const From* from = row_major + row * columns + first;
      for (std::size_t lane = 0; lane < width; ++lane) panel[row * kPanel + lane] = static_cast<To>(from[lane]);
      for (std::size_t lane = width; lane < kPanel; ++lane) panel[row * kPanel + lane] = To(0);
    }
  }
}

template <class From, class To>
void from_panels(const From* in, std::size_t rows, std::size_t columns, To* row_major) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      row_major[row * columns + column] = static_cast<To>(in[panel_offset(rows, row, column)]);
    }
  }
}

}  // namespace bprop::linalg
