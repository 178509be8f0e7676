// SPDX-License-Identifier: Apache-2.0
//
// LayerSums: what the doctor counts while gradients are computed. LayerWatch fills them from panels, one batch at a
// time; sums of several batches add up. All memory is taken by the constructors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned_buffer.h"
#include "bprop/loss.h"
#include "nn/propagation.h"

namespace bprop::check {

// Of one layer.
struct LayerSums {
  double delta_squares = 0;  // of each row's own δ, without the 1/N of a mean
  double delta_largest = 0;
  double gradient_squares = 0;           // ‖∂L/∂W‖² of the rows' mean …
  double weight_squares = 0;             // … and ‖W‖², added over the batches
  std::vector<std::uint32_t> no_slope;   // a unit's rows with φ' = 0; empty where φ' says nothing
  std::vector<std::uint32_t> low_slope;  // … with |φ'| below a share of the activation's largest, 0 included
};

struct NetworkSums {
  std::size_t rows = 0;
  std::size_t batches = 0;
  double loss = 0;  // of the last batch
  std::vector<LayerSums> layers;
  std::vector<double> column_squares;  // of the inputs

  NetworkSums(const Architecture& architecture, Loss for_loss);
  void clear();
  void add(const NetworkSums& other);
};

// Largest |φ'| of an activation by element, from its rule.
double largest_slope(Activation activation);

template <class T>
class LayerWatch : public nn::BackwardObserver<T> {
 public:
  // Adds to `sums`, which outlives it; batches have at most `largest_batch` rows.
  LayerWatch(const nn::NetworkState<T>& network, const LossOptions& loss, double saturated_slope,
             std::size_t largest_batch, NetworkSums& sums);

  void begin_batch(std::size_t rows);
  void layer(std::size_t layer, std::size_t rows, const nn::Workspace<T>& workspace) override;
  // After the way back; the gradient before clipping, in the layout of the parameters.
  void end_batch(double loss, std::span<const T> gradient);

 private:
  void add_slopes(std::size_t layer, std::size_t rows, const nn::LayerValues<T>& values);

  const nn::NetworkState<T>& network_;
  const linalg::Kernels<T>& kernels_;
  Reduction reduction_;
  std::vector<T> low_;  // of each layer, in units of φ'
  AlignedBuffer<T> ones_;
  AlignedBuffer<T> slopes_;
  double scale_ = 1;           // from δ of the batch to a row's own
  double gradient_scale_ = 1;  // from the gradient of the batch to the rows' mean
  NetworkSums& sums_;
};

}  // namespace bprop::check
