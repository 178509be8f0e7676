// SPDX-License-Identifier: Apache-2.0
//
// SomeRows: evenly spaced rows of a source, so that a score of training rows costs as little as one wishes.
#pragma once

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "train/row_source.h"

namespace bprop::training {

template <class T>
class SomeRows : public RowSource<T> {
 public:
  // `count` of them, or all if there are fewer; `source` outlives this.
  SomeRows(const RowSource<T>& source, std::size_t count) : source_(source) {
    const std::size_t rows = std::min(count, source.rows());
    chosen_.reserve(rows);
    for (std::size_t n = 0; n < rows; ++n) chosen_.push_back(static_cast<std::uint32_t>(n * source.rows() / rows));
  }
  std::size_t rows() const override { return chosen_.size(); }
  std::size_t source_row(std::uint32_t position) const override { return source_.source_row(chosen_[position]); }
  std::string where(std::uint32_t position) const override { return source_.where(chosen_[position]); }
  // On input: positions one after the other, as a PredictionPass asks for them; so nothing is allocated.
  void fill(std::span<const std::uint32_t> positions, T* inputs, T* targets) const override {
    if (positions.empty()) return;
    BPROP_DCHECK(positions.back() - positions.front() + 1 == positions.size());
    source_.fill(std::span(chosen_).subspan(positions.front(), positions.size()), inputs, targets);
  }

 private:
  const RowSource<T>& source_;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace bprop::training
