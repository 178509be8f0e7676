// SPDX-License-Identifier: Apache-2.0
//
// BatchRows: where the rows of a batch come from, for data that do not lie in memory as a matrix of floats.
#pragma once

#include <cstddef>
#include <span>

namespace bprop {

template <class T>
class BatchRows {
 public:
  virtual ~BatchRows() = default;

  // Overwrites inputs (count × in) and targets (count × out), row-major, with rows first … first + count − 1 of the
  // current batch. Each row of a batch is asked for once, a few at a time; with a thread pool, by several threads at
  // once, in any order.
  virtual void fill(std::size_t first, std::size_t count, T* inputs, T* targets) = 0;

  // Weights of the current batch's rows, as bprop/weights.h says; empty: every row counts as one. Asked for before
  // rows.
  virtual std::span<const double> weights() const { return {}; }
};

}  // namespace bprop
