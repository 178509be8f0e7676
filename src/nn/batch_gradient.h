// SPDX-License-Identifier: Apache-2.0
//
// BatchGradient: loss and gradient of a batch, leaf by leaf: rows are asked for, go forward, meet the loss, come back.
//   rows -> panels -> forward -> loss -> backward -> leaf gradient -> fixed tree -> gradient of the batch
// A batch of one leaf may be updated on the way back instead, piece by piece: same bits, no gradient in memory.
// All memory is allocated in the constructor.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "bprop/batch_rows.h"
#include "bprop/loss.h"
#include "nn/leaves.h"
#include "nn/propagation.h"
#include "nn/row_loader.h"
#include "nn/running_statistics.h"

namespace bprop::nn {

// (1 − ε) y + ε / classes on a row-major matrix of targets; nothing when ε = 0.
template <class T>
void smooth_labels(const LossOptions& options, std::size_t outputs, std::span<T> targets);

// The factor of the sum over rows: 1/N for a mean, else 1.
inline double loss_scale(const LossOptions& options, std::size_t rows) {
  return options.reduction == Reduction::kMean ? 1.0 / static_cast<double>(rows) : 1.0;
}

// The rows of a batch: two row-major matrices in memory, or, where `source` is given, what it fills in.
template <class T>
struct Batch {
  std::size_t rows = 0;
  const T* inputs = nullptr;
  const T* targets = nullptr;
  BatchRows<T>* source = nullptr;
  const double* weights = nullptr;  // (rows), of positive sum; null: all 1
  PassKey pass{};                   // of the first row of all
};

// The same factor with weights: 1/Σw for a mean.
template <class T>
double loss_scale(const LossOptions& options, const Batch<T>& batch) {
  if (batch.weights == nullptr || options.reduction != Reduction::kMean) return loss_scale(options, batch.rows);
  double sum = 0;
  for (std::size_t n = 0; n < batch.rows; ++n) sum += batch.weights[n];
  return 1 / sum;
}

template <class T>
class BatchGradient {
 public:
  // Batches have at least so many leaves, where they have rows for them; `ranks`, unless null, share these.
  BatchGradient(const Architecture& architecture, const LossOptions& loss, std::size_t largest_batch,
                std::size_t least_leaves = 0, Communicator* ranks = nullptr);

  // Loss of the batch (scaled as the options say) and, into `gradient`, its derivative in the layout of parameters.
  // Nothing when `stop`, asked between leaves, says true. The observer, unless null, sees the layers of every leaf:
  // then each rank computes all of them.
  std::optional<double> operator()(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins,
                                   const Batch<T>& batch, std::span<T> gradient, const std::function<bool()>& stop,
                                   BackwardObserver<T>* observer = nullptr);

  // In two halves, for a batch of one leaf: its loss, then the way back with an update (nn/propagation.h).
  double forward_and_loss(const Engine<T>& engine, const NetworkState<T>& network, const Batch<T>& batch);
  void backward_and_update(const Engine<T>& engine, const NetworkState<T>& network, Twins<T>& twins,
                           const Batch<T>& batch, const GradientSink<T>& sink);

  // After the update by a training pass: what batch norms keep running takes in the batch.
  void keep_running(NetworkState<T>& network) { running_.update(network); }

 private:
  // Sum of the leaf's losses; δ of the last layer, scaled, is in the workspace.
  double leaf_loss(const Engine<T>& engine, const NetworkState<T>& network, Leaf leaf, std::size_t index, T scale,
                   const Batch<T>& batch);

  LossOptions loss_;
  std::size_t least_leaves_;
  Communicator* ranks_;
  Workspace<T> workspace_;
  RowLoader<T> load_;
  TreeSum<T> tree_;
  std::vector<double> losses_{};  // of the leaves
  std::vector<double> theirs_{};
  RunningStatistics<T> running_;
};

}  // namespace bprop::nn
