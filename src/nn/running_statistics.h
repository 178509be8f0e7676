// SPDX-License-Identifier: Apache-2.0
//
// RunningStatistics: what the leaves of a batch were normalised by, on its way into the means and variances that batch
// norms keep running for predictions:
//   running ← (1 − m) running + m · (mean over the batch's leaves), m = BatchNorm::kMomentum
// with the variance of a leaf divided by its rows less one. Leaves add in their order, in double, whoever computes
// what; leaves of one row, which have no variance, are left out. Row weights do not count here.
#pragma once

#include <cstddef>
#include <vector>

#include "bprop/communicator.h"
#include "nn/network_state.h"
#include "nn/workspace.h"

namespace bprop::nn {

template <class T>
class RunningStatistics {
 public:
  RunningStatistics(const Architecture& architecture, std::size_t most_leaves);

  // Before a batch of so many leaves.
  void begin(std::size_t leaves);
  // After the forward pass of a leaf of so many rows; of training only.
  void add(std::size_t leaf, std::size_t rows, const Workspace<T>& workspace);
  // What other ranks added.
  void share(Communicator* ranks);
  // Once an update; nothing without leaves.
  void update(NetworkState<T>& network) const;

 private:
  struct Norm {
    std::size_t layer = 0;
    std::size_t begin = 0;  // among the numbers of a leaf
    std::size_t padded = 0;
  };
  // The sum over all leaves of one of their numbers.
  double sum(std::size_t number) const;

  std::vector<Norm> norms_;
  std::size_t width_ = 0;         // numbers of a leaf: of each norm (2 × padded) means, variances; whether they count
  std::vector<double> leaves_{};  // (leaves × width)
  std::vector<double> theirs_{};
};

}  // namespace bprop::nn
