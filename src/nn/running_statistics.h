// SPDX-License-Identifier: Apache-2.0
//
// RunningStatistics: what the leaves of a batch were normalised by, on its way into the means and variances that batch
// norms keep running for predictions:
//   running ← (1 − m) running + m · (mean over the batch's leaves), m = BatchNorm::kMomentum
// with the variance of a leaf divided by its rows less one. Leaves add in their order, in double, whoever computes
// what; leaves of one row, which have no variance, are left out. Row weights do not count here.
#pragma once

#include <vector>

#include "nn/network_state.h"
#include "nn/workspace.h"

namespace bprop::nn {

template <class T>
class RunningStatistics {
 public:
  explicit RunningStatistics(const Architecture& architecture);

  // Before the first leaf of a batch.
  void clear();
  // After a leaf's forward pass; of training only.
  void add(std::size_t rows, const Workspace<T>& workspace);
  // Once an update; nothing without leaves.
  void update(NetworkState<T>& network) const;

 private:
  struct Sums {
    std::size_t layer = 0;
    std::vector<double> sums;  // (2 × padded): means, variances
  };
  std::vector<Sums> norms_;
  std::size_t leaves_ = 0;
};

}  // namespace bprop::nn
