// SPDX-License-Identifier: Apache-2.0
//
// Updater: changes parameters piece by piece, each as soon as its gradient is there.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "nn/batch_gradient.h"
#include "optim/update.h"
#include "train/layer_rates.h"

namespace bprop::training {

// Two of each layer: weights, bias; empty without a bias to train.
inline std::vector<optim::Segment> segments_of(const Architecture& architecture, const nn::Layout& layout,
                                               const Rates& rates, bool freeze_biases) {
  std::vector<optim::Segment> segments;
  for (std::size_t k = 0; k < layout.layers(); ++k) {
    const nn::LayerLayout& at = layout[k];
    const LayerRates of = layer_rates(architecture.layers[k], rates);
    segments.push_back({.begin = at.weights,
                        .size = at.weights_size,
                        .rate_factor = of.weights,
                        .decay_factor = of.decays ? 1.0 : 0.0,
                        .scale = of.scale});
    segments.push_back({at.bias, freeze_biases ? 0 : at.bias_size, of.biases, 0, 1});
  }
  return segments;
}

template <class T>
class Updater : public nn::GradientSink<T> {
 public:
  Updater(const optim::UpdateKernels<T>& kernels, std::vector<optim::Segment> segments)
      : kernels_(kernels), segments_(std::move(segments)), numbers_(segments_.size()) {}

  // Works out the numbers of the next update of `parameters`.
  void begin(const Optimizer& optimizer, double rate, double weight_decay, std::span<T> parameters,
             optim::OptimizerState<T>& state) {
    ++state.updates;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      numbers_[i] = optim::coefficients(optimizer, rate, weight_decay, state.updates, segments_[i]);
    }
    rule_ = optimizer.index();
    parameters_ = parameters.data();
    first_ = state.first.empty() ? nullptr : state.first.data();
    second_ = state.second.empty() ? nullptr : state.second.data();
  }

  void take(const nn::Piece& piece, const T* g) const override {
    const std::size_t segment = 2 * piece.layer + (piece.bias ? 1 : 0);
    if (segments_[segment].size == 0) return;
    kernels_.update(rule_, numbers_[segment], parameters_ + piece.offset, g,
                    first_ == nullptr ? nullptr : first_ + piece.offset,
                    second_ == nullptr ? nullptr : second_ + piece.offset, piece.count);
  }

 private:
  const optim::UpdateKernels<T>& kernels_;
  std::vector<optim::Segment> segments_;
  std::vector<optim::Coefficients> numbers_;
  std::size_t rule_ = 0;
  T* parameters_ = nullptr;
  T* first_ = nullptr;
  T* second_ = nullptr;
};

}  // namespace bprop::training
