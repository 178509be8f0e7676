// SPDX-License-Identifier: Apache-2.0
//
// Leaves: a batch is cut into ⌈rows/256⌉ parts of nearly equal size. A leaf is the unit of workspace and (one day) of
// distribution. The gradients of the leaves add over one fixed binary tree: neighbours pair up, level by level, and
// what is left over at the end adds from right to left; so the bits do not depend on who computes which leaf.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"

namespace bprop::nn {

inline constexpr std::size_t kLeafRows = 256;

struct Leaf {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t rows() const { return end - begin; }
};

inline std::size_t leaf_count(std::size_t rows) { return (rows + kLeafRows - 1) / kLeafRows; }
inline Leaf leaf(std::size_t rows, std::size_t leaves, std::size_t index) {
  return {rows * index / leaves, rows * (index + 1) / leaves};
}
// Rows of the largest leaf of batches of at most `rows` rows.
inline std::size_t largest_leaf(std::size_t rows) {
  const std::size_t leaves = leaf_count(rows);
  return rows <= kLeafRows ? rows : (leaves > 1 ? kLeafRows : rows);
}

// Adds buffers over the fixed tree while they come in one by one; at most log2(leaves) + 1 buffers are alive, and they
// are kept for the next batch.
template <class T>
class TreeSum {
 public:
  // For sums of up to `most_leaves` buffers of `size` numbers; takes the memory of all that will be alive at once.
  TreeSum(std::size_t size, std::size_t most_leaves) : size_(size) {
    if (most_leaves < 2) return;
    const auto alive = static_cast<std::size_t>(std::bit_width(most_leaves - 1)) + 1;
    free_.reserve(alive);
    stack_.reserve(alive);
    for (std::size_t i = 0; i < alive; ++i) free_.emplace_back(size);
  }

  // A buffer for the next leaf's gradient to be written into.
  std::span<T> next() {
    if (free_.empty()) free_.emplace_back(size_);
    return free_.back().span();
  }

  // Takes what was written into next() as the next leaf of the sum.
  void push() {
    stack_.push_back({std::move(free_.back()), 0});
    free_.pop_back();
    while (stack_.size() > 1 && stack_[stack_.size() - 1].level == stack_[stack_.size() - 2].level) merge();
  }

  // The sum of all leaves pushed, copied into `out`; the tree is empty afterwards.
  void finish(std::span<T> out) {
    while (stack_.size() > 1) merge();
    std::copy(stack_.back().buffer.data(), stack_.back().buffer.data() + size_, out.data());
    free_.push_back(std::move(stack_.back().buffer));
    stack_.pop_back();
  }

  // Forgets what was pushed.
  void clear() {
    for (Node& node : stack_) free_.push_back(std::move(node.buffer));
    stack_.clear();
  }

 private:
  struct Node {
    AlignedBuffer<T> buffer;
    int level;
  };

  void merge() {
    Node right = std::move(stack_.back());
    stack_.pop_back();
    Node& left = stack_.back();
    for (std::size_t i = 0; i < size_; ++i) left.buffer[i] += right.buffer[i];
    left.level = right.level + 1 > left.level + 1 ? right.level + 1 : left.level + 1;
    free_.push_back(std::move(right.buffer));
  }

  std::size_t size_;
  std::vector<AlignedBuffer<T>> free_;
  std::vector<Node> stack_;
};

}  // namespace bprop::nn
