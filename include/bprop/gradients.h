// SPDX-License-Identifier: Apache-2.0
//
// Every number of forward and backward propagation, for inspection: slower and larger than a training step (which keeps
// none of this), with the same bits.
//
//   auto g = bprop::gradients(net, input, target, {.loss = bprop::Loss::kSquaredError});
//   g.layers[0].delta      // (N × out): ∂L/∂z of the first layer
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/pass.h"
#include "bprop/thread_pool.h"

namespace bprop {

// Of one layer; matrices row-major.
template <class T>
struct LayerGradients {
  std::vector<T> z;          // (N × out)  pre-activations
  std::vector<T> a;          // (N × out)  activations
  std::vector<T> d_output;   // (N × out)  ∂L/∂a
  std::vector<T> delta;      // (N × out)  ∂L/∂z
  std::vector<T> d_weights;  // (out × in) ∂L/∂W
  std::vector<T> d_bias;     // (out)      ∂L/∂b; empty without bias
};

// L is the mean over the rows, or their sum if the options say so: δ and ∂L/∂a contain the 1/N.
template <class T>
struct BasicGradients {
  std::size_t rows = 0;
  double loss = 0;
  std::vector<T> target;      // (N × outputs) as the loss saw it: labels smoothed
  std::vector<T> prediction;  // (N × outputs) link of the scores
  std::vector<T> d_input;     // (N × inputs)  ∂L/∂x
  std::vector<LayerGradients<T>> layers;
};
using Gradients = BasicGradients<float>;
using DoubleGradients = BasicGradients<double>;

// input (N × inputs), target (N × outputs), N ≥ 1. Where softmax and cross-entropy (or sigmoid and binary
// cross-entropy) are computed as a pair, ∂L/∂a is −y/a (or (a − y) / (a (1 − a))) and may be infinite while δ is not.
// Of a prediction's function unless `pass` says that it is a training's, with the masks of its key.
// Throws ShapeError for sizes that do not fit. The bits do not depend on the pool. Cost: about three forward passes;
// memory 5 numbers per unit and row.
template <class T>
BasicGradients<T> gradients(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                            const LossOptions& loss = {}, ThreadPool* pool = nullptr, const PassKey& pass = {});

// Loss alone, as above.
template <class T>
double loss(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
            const LossOptions& options = {}, const PassKey& pass = {});

extern template BasicGradients<float> gradients(const BasicNetwork<float>&, std::span<const float>,
                                                std::span<const float>, const LossOptions&, ThreadPool*,
                                                const PassKey&);
extern template BasicGradients<double> gradients(const BasicNetwork<double>&, std::span<const double>,
                                                 std::span<const double>, const LossOptions&, ThreadPool*,
                                                 const PassKey&);
extern template double loss(const BasicNetwork<float>&, std::span<const float>, std::span<const float>,
                            const LossOptions&, const PassKey&);
extern template double loss(const BasicNetwork<double>&, std::span<const double>, std::span<const double>,
                            const LossOptions&, const PassKey&);

}  // namespace bprop
