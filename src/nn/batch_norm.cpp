// SPDX-License-Identifier: Apache-2.0
#include "nn/batch_norm.h"

#include <algorithm>
#include <cmath>

#include "linalg/panels.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;
using linalg::Range;

// What is kept running, in the form that the kernels read.
template <class T>
void constant_statistics(const T* running, const BatchNorm& layer, linalg::Wide<T>* statistics, Range blocks) {
  using W = linalg::Wide<T>;
  const T* const variances = running + linalg::padded(layer.size);
  for (std::size_t i = blocks.begin * kPanel; i < blocks.end * kPanel; ++i) {
    W* const lane = statistics + 3 * (i - i % kPanel) + i % kPanel;
    lane[0] = W(running[i]);
    lane[kPanel] = W(variances[i]);
    lane[2 * kPanel] = W(1) / std::sqrt(W(variances[i]) + W(BatchNorm::kEpsilon));
  }
}

}  // namespace

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const BatchNorm& layer, const T* x,
                   const Parameters<T>& parameters, std::size_t rows, bool activate, const LayerValues<T>& values,
                   Share share) {
  const Range own = part_of(share, linalg::panels(layer.size));
  if (parameters.running == nullptr) {
    kernels.batch_statistics(x, rows, BatchNorm::kEpsilon, parameters.statistics, own);
  } else {
    constant_statistics(parameters.running, layer, parameters.statistics, own);
  }
  kernels.batch_norm(x, parameters.weights, parameters.bias, parameters.statistics, rows, values.z, own);
  if (!activate || values.a == values.z) return;
  std::copy_n(values.z + own.begin * rows * kPanel, own.size() * rows * kPanel, values.a + own.begin * rows * kPanel);
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const BatchNorm& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T*, Share share) {
  // z = γ ⊙ u + b
  alignas(64) T d[kPanel];
  const Range blocks = part_of(share, linalg::panels(layer.size));
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    const std::size_t panel = block * rows * kPanel;
    kernels.batch_norm_gradient(x + panel, delta + panel, parameters.statistics + 3 * block * kPanel, rows, d, {0, 1});
    sink.take({index, false, at.weights + block * kPanel, kPanel}, d);
    kernels.bias_gradient(delta + panel, rows, d, {0, 1});
    sink.take({index, true, at.bias + block * kPanel, kPanel}, d);
  }
}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const BatchNorm& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share) {
  // u = (x − mean) r, z = γ ⊙ u + b
  const Range own = part_of(share, linalg::panels(layer.size));
  kernels.batch_norm_backward(parameters.x, delta, parameters.weights, parameters.statistics, rows,
                              parameters.running == nullptr, d_x, own);
  delta_below(kernels, below, d_x, {own.begin * rows * kPanel, own.end * rows * kPanel});
}

BPROP_INSTANTIATE_LAYER(BatchNorm)

}  // namespace bprop::nn
