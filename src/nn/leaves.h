// SPDX-License-Identifier: Apache-2.0
//
// Leaves: a batch is cut into ⌈rows/256⌉ parts of nearly equal size, or more where that is asked for. A leaf is the
// unit of workspace and of distribution: each rank computes some that lie side by side. The gradients of the leaves add
// over one fixed binary tree: neighbours pair up, level by level, and what is left over at the end adds from right to
// left; so the bits do not depend on who computes which leaf.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/collectives.h"

namespace bprop::nn {

inline constexpr std::size_t kLeafRows = 256;

struct Leaf {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t rows() const { return end - begin; }
};

// At least `least` of them, where there are rows for so many.
inline std::size_t leaf_count(std::size_t rows, std::size_t least = 0) {
  return std::max((rows + kLeafRows - 1) / kLeafRows, std::min(rows, least));
}
inline Leaf leaf(std::size_t rows, std::size_t leaves, std::size_t index) {
  return {rows * index / leaves, rows * (index + 1) / leaves};
}
// Rows of the largest leaf of batches of at most `rows` rows.
inline std::size_t largest_leaf(std::size_t rows) {
  const std::size_t leaves = leaf_count(rows);
  return rows <= kLeafRows ? rows : (leaves > 1 ? kLeafRows : rows);
}

// The rank that computes a leaf; where there are more ranks than leaves, the last ones compute none.
inline std::size_t leaf_owner(std::size_t leaves, std::size_t ranks, std::size_t index) {
  return ((index + 1) * std::min(ranks, leaves) - 1) / leaves;
}

// Adds buffers over the fixed tree while they come in one by one; at most log2(leaves) + 1 buffers are alive, and they
// are kept for the next batch. Every rank goes through the whole tree: a sum of two parts is made by the rank that has
// the left one, to which the other one sends its part.
template <class T>
class TreeSum {
 public:
  // For sums of up to `most_leaves` buffers of `size` numbers; takes the memory of all that will be alive at once.
  // `ranks` outlives this; null: there is one.
  TreeSum(std::size_t size, std::size_t most_leaves, Communicator* ranks = nullptr)
      : size_(size), ranks_(ranks), me_(ranks == nullptr ? 0 : ranks->rank()) {
    if (most_leaves < 2) return;
    const auto alive = static_cast<std::size_t>(std::bit_width(most_leaves - 1)) + 1;
    free_.reserve(alive);
    stack_.reserve(alive);
    for (std::size_t i = 0; i < alive; ++i) free_.emplace_back(size);
  }

  std::size_t me() const { return me_; }

  // A buffer for the next leaf's gradient to be written into.
  std::span<T> next() {
    if (free_.empty()) free_.emplace_back(size_);
    return free_.back().span();
  }

  // Takes what was written into next() as the next leaf of the sum.
  void push() {
    stack_.push_back({std::move(free_.back()), 0, me_});
    free_.pop_back();
    merge_equals();
  }
  // The next leaf is another rank's.
  void push_of(std::size_t rank) {
    stack_.push_back({{}, 0, rank});
    merge_equals();
  }

  // The sum of all leaves pushed, copied into `out` on every one of the ranks that share them, the first leaf being
  // that of rank 0; null: all are this rank's. The tree is empty afterwards.
  void finish(std::span<T> out, Communicator* ranks = nullptr) {
    while (stack_.size() > 1) merge();
    const Node& sum = stack_.back();
    if (sum.owner == me_) std::copy_n(sum.buffer.data(), size_, out.data());
    broadcast(ranks, std::as_writable_bytes(out.first(size_)));
    clear();
  }

  // Forgets what was pushed.
  void clear() {
    for (Node& node : stack_) {
      if (node.owner == me_) free_.push_back(std::move(node.buffer));
    }
    stack_.clear();
  }

 private:
  struct Node {
    AlignedBuffer<T> buffer;  // of the owner; the others have none
    int level;
    std::size_t owner;
  };

  void merge_equals() {
    while (stack_.size() > 1 && stack_[stack_.size() - 1].level == stack_[stack_.size() - 2].level) merge();
  }

  void merge() {
    Node right = std::move(stack_.back());
    stack_.pop_back();
    Node& left = stack_.back();
    left.level = std::max(left.level, right.level) + 1;
    if (left.owner == me_ && right.owner != me_) {
      right.buffer = take();
      ranks_->receive(right.owner, std::as_writable_bytes(right.buffer.span()));
    }
    if (right.owner == me_ && left.owner != me_) {
      ranks_->send(left.owner, std::as_bytes(right.buffer.span()));
    }
    if (left.owner == me_) {
      for (std::size_t i = 0; i < size_; ++i) left.buffer[i] += right.buffer[i];
    }
    if (left.owner == me_ || right.owner == me_) free_.push_back(std::move(right.buffer));
  }

  AlignedBuffer<T> take() {
    if (free_.empty()) free_.emplace_back(size_);
    AlignedBuffer<T> buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  std::size_t size_;
  Communicator* ranks_;
  std::size_t me_;
  std::vector<AlignedBuffer<T>> free_;
  std::vector<Node> stack_;
};

}  // namespace bprop::nn
