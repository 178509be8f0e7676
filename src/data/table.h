// SPDX-License-Identifier: Apache-2.0
//
// Table: what a Dataset shares. Row-major in blocks of about 1 MB, so that reading a file never copies what it has read
// (a growing vector would need three times the memory). The first columns may be bytes, the others are doubles.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bprop/dataset.h"

namespace bprop::data {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::size_t kMaxRows = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::size_t kMaxColumns = std::size_t{1} << 22;

// Rows of `width` cells. append() never moves a row.
template <class T>
class ChunkedRows {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

  explicit ChunkedRows(std::size_t width = 0)
      : width_(width),
        shift_(std::countr_zero(
            std::bit_floor(std::max<std::size_t>(1, kBlockBytes / sizeof(T) / std::max<std::size_t>(1, width))))) {}

  std::size_t rows() const { return rows_; }
  std::size_t width() const { return width_; }

  // A new last row; its cells are not initialised. Null when the width is 0.
  T* append() {
    if (width_ == 0) return nullptr;
    if ((rows_ & mask()) == 0) blocks_.push_back(std::make_unique_for_overwrite<T[]>(width_ << shift_));
    return row(rows_++);
  }
  T* row(std::size_t r) { return blocks_[r >> shift_].get() + (r & mask()) * width_; }
  const T* row(std::size_t r) const { return blocks_[r >> shift_].get() + (r & mask()) * width_; }
  void prefetch(std::size_t r) const {
    if (width_ == 0) return;
    const T* const begin = row(r);
    constexpr std::size_t kCacheLine = 64 / sizeof(T);
    for (std::size_t i = 0; i < width_; i += kCacheLine) __builtin_prefetch(begin + i);
    __builtin_prefetch(begin + width_ - 1);
  }

 private:
  std::size_t mask() const { return (std::size_t{1} << shift_) - 1; }

  std::size_t width_;
  int shift_;
  std::size_t rows_ = 0;
  std::vector<std::unique_ptr<T[]>> blocks_;
};

// The line on which each row begins, kept only where a row is not on the line after the one before it.
class LineMap {
 public:
  void add(std::size_t row, std::size_t line) {
    if (jumps_.empty() || line - row != jumps_.back().second) jumps_.emplace_back(row, line - row);
  }
  std::size_t line(std::size_t row) const {
    const auto after = std::upper_bound(jumps_.begin(), jumps_.end(), row,
                                        [](std::size_t r, const auto& jump) { return r < jump.first; });
    return row + std::prev(after)->second;
  }
  bool empty() const { return jumps_.empty(); }

 private:
  std::vector<std::pair<std::size_t, std::size_t>> jumps_;  // (first row, its line − row)
};

// Invariant: columns.size() == bytes.width() + numbers.width(); a store that is not empty has `rows` rows.
struct Table {
  std::string source;
  std::vector<Column> columns;
  std::vector<std::size_t> targets;  // columns, in the order they were asked for
  std::size_t rows = 0;
  ChunkedRows<std::uint8_t> bytes;        // columns 0 … bytes.width() − 1
  ChunkedRows<double> numbers;            // the columns after them
  LineMap lines;                          // empty when the source has no lines
  std::vector<std::string> remarks = {};  // what reading it found odd: one sentence each

  double cell(std::size_t row, std::size_t column) const {
    return column < bytes.width() ? bytes.row(row)[column] : numbers.row(row)[column - bytes.width()];
  }
  // "line 7"
  std::string place(std::size_t row) const {
    return lines.empty() ? fmt::format("row {}", row + 1) : fmt::format("line {}", lines.line(row));
  }
  void prefetch(std::size_t row) const {
    bytes.prefetch(row);
    numbers.prefetch(row);
  }
};

}  // namespace bprop::data
