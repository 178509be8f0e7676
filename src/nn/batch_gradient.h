// SPDX-License-Identifier: Apache-2.0
//
// BatchGradient: loss and gradient of a batch, leaf by leaf: rows are asked for, go forward, meet the loss, come back.
//   rows -> panels -> forward -> loss -> backward -> leaf gradient -> fixed tree -> gradient of the batch
// All memory is allocated in the constructor.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "bprop/batch_rows.h"
#include "bprop/loss.h"
#include "nn/leaves.h"
#include "nn/propagation.h"

namespace bprop::nn {

// (1 − ε) y + ε / classes on a row-major matrix of targets; nothing when ε = 0.
template <class T>
void smooth_labels(const LossOptions& options, std::size_t outputs, std::span<T> targets);

// The factor of the sum over rows: 1/N for a mean, else 1.
inline double loss_scale(const LossOptions& options, std::size_t rows) {
  return options.reduction == Reduction::kMean ? 1.0 / static_cast<double>(rows) : 1.0;
}

template <class T>
class BatchGradient {
 public:
  BatchGradient(const Architecture& architecture, const LossOptions& loss, std::size_t largest_batch);

  // Loss of the batch (scaled as the options say) and, into `gradient`, its derivative in the layout of parameters.
  // Nothing when `stop`, asked between leaves, says true.
  std::optional<double> operator()(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins,
                                   std::size_t rows, BatchRows<T>& source, std::span<T> gradient,
                                   const std::function<bool()>& stop);

 private:
  double leaf_gradient(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins, Leaf leaf,
                       T scale, BatchRows<T>& source, std::span<T> gradient);

  LossOptions loss_;
  Workspace<T> workspace_;
  std::vector<T> inputs_;  // a leaf's rows as the source gives them
  std::vector<T> targets_;
  TreeSum<T> tree_;
};

}  // namespace bprop::nn
