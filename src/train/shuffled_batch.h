// SPDX-License-Identifier: Apache-2.0
//
// ShuffledBatch: the rows of a batch: positions of an epoch's order (shuffled by a bijection, no list is kept). While a
// step runs, the rows of the next one are on their way from memory.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "bprop/batch_rows.h"
#include "nn/leaves.h"
#include "train/row_source.h"

namespace bprop::training {

template <class T>
class ShuffledBatch : public BatchRows<T> {
 public:
  ShuffledBatch(const RowSource<T>& source, std::uint64_t seed, bool shuffle)
      : source_(source), shuffle_(shuffle), order_({seed, Purpose::kShuffle, 0, 0}, source.rows()) {}

  void begin_epoch(std::size_t epoch) {
    ahead_ = 0;
    if (shuffle_) order_.tabulate(static_cast<std::uint32_t>(epoch));
  }
  void begin_batch(std::size_t first_position) { first_position_ = first_position; }

  // Which row of the source is row n of the batch.
  std::uint32_t row(std::size_t n) const {
    const std::size_t position = first_position_ + n;
    return static_cast<std::uint32_t>(shuffle_ ? order_(position) : position);
  }

  // The first rows of the batch.
  std::vector<std::uint32_t> rows(std::size_t count) const {
    std::vector<std::uint32_t> all(count);
    for (std::size_t n = 0; n < count; ++n) all[n] = row(n);
    return all;
  }

  void fill(std::size_t first, std::size_t count, T* inputs, T* targets) override {
    BPROP_DCHECK(count <= nn::kLeafRows);
    if (ahead_ != count || ahead_from_ != first_position_ + first) look_ahead(first_position_ + first, count);
    source_.fill(std::span(rows_).first(count), inputs, targets);
    const std::size_t next = first_position_ + first + count;
    look_ahead(next, std::min(count, source_.rows() - std::min(next, source_.rows())));
  }

 private:
  // Works out which rows are next and has them come.
  void look_ahead(std::size_t from, std::size_t count) {
    ahead_from_ = from;
    ahead_ = count;
    for (std::size_t n = 0; n < count; ++n) {
      rows_[n] = static_cast<std::uint32_t>(shuffle_ ? order_(from + n) : from + n);
      source_.prefetch(rows_[n]);
    }
  }

  const RowSource<T>& source_;
  bool shuffle_;
  Permutation order_;
  std::size_t first_position_ = 0;
  std::array<std::uint32_t, nn::kLeafRows> rows_{};  // of the positions from ahead_from_ on
  std::size_t ahead_from_ = 0;
  std::size_t ahead_ = 0;
};

}  // namespace bprop::training
