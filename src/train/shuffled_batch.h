// SPDX-License-Identifier: Apache-2.0
//
// ShuffledBatch: the rows of a batch: positions of an epoch's order (shuffled by a bijection; only this batch's rows
// and the next one's are listed). While rows are read, those a batch later, or a leaf later, are on their way from
// memory.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
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
  // `weights` of the source's rows, or none; they outlive this.
  ShuffledBatch(const RowSource<T>& source, std::size_t batch, std::uint64_t seed, bool shuffle,
                std::span<const double> weights = {})
      : source_(source),
        shuffle_(shuffle),
        order_({seed, Purpose::kShuffle, 0, 0}, source.rows()),
        all_weights_(weights) {
    rows_.reserve(batch);
    weights_.reserve(weights.empty() ? 0 : batch);
    next_.reserve(batch);
  }

  // The first batch will begin at this position.
  void begin_epoch(std::size_t epoch, std::size_t position = 0) {
    next_.clear();
    position_ = position;
    if (shuffle_) order_.tabulate(static_cast<std::uint32_t>(epoch));
  }

  // The next `count` rows of the epoch.
  void begin_batch(std::size_t count) {
    if (next_.size() != count) look_up(count);
    std::swap(rows_, next_);
    position_ += count;
    look_up(std::min(count, source_.rows() - position_));
    if (all_weights_.empty()) return;
    weights_.clear();
    for (const std::uint32_t row : rows_) weights_.push_back(all_weights_[row]);
  }

  std::span<const double> all_weights() const { return all_weights_; }  // of the source's rows; none: all 1

  // Which rows of the source the batch has.
  std::span<const std::uint32_t> rows() const { return rows_; }

  std::span<const double> weights() const override { return weights_; }
  // What the batch counts in an average: Σw, or its rows.
  double weight() const {
    if (all_weights_.empty()) return static_cast<double>(rows_.size());
    return std::accumulate(weights_.begin(), weights_.end(), 0.0);
  }

  void fill(std::size_t first, std::size_t count, T* inputs, T* targets) override {
    BPROP_DCHECK(first + count <= rows_.size());
    source_.fill(std::span(rows_).subspan(first, count), inputs, targets);
    const std::size_t ahead = std::min(nn::kLeafRows, rows_.size());
    for (std::size_t n = first + ahead; n < first + ahead + count; ++n) {
      if (n < rows_.size()) {
        source_.prefetch(rows_[n]);
      } else if (n - rows_.size() < next_.size()) {
        source_.prefetch(next_[n - rows_.size()]);
      }
    }
  }

 private:
  // The `count` rows after this batch.
  void look_up(std::size_t count) {
    next_.clear();
    for (std::size_t position = position_; position < position_ + count; ++position) {
      next_.push_back(static_cast<std::uint32_t>(shuffle_ ? order_(position) : position));
    }
  }

  const RowSource<T>& source_;
  bool shuffle_;
  Permutation order_;
  std::size_t position_ = 0;  // where the next batch begins
  std::vector<std::uint32_t> rows_;
  std::span<const double> all_weights_;  // of the source
  std::vector<double> weights_;          // of this batch
  std::vector<std::uint32_t> next_;      // of the batch after it, which may be smaller or empty
};

}  // namespace bprop::training
