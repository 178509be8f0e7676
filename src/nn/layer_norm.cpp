// SPDX-License-Identifier: Apache-2.0
#include "nn/layer_norm.h"

#include <algorithm>

#include "linalg/panels.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;
using linalg::Range;

// Calls each(offset, count) for the pieces of a panel matrix that belong to some of its rows.
template <class Each>
void for_each_panel(const LayerNorm& layer, std::size_t rows, Range of, const Each& each) {
  for (std::size_t block = 0; block < linalg::panels(layer.size); ++block) {
    each((block * rows + of.begin) * kPanel, of.size() * kPanel);
  }
}

}  // namespace

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const LayerNorm& layer, const T* x,
                   const Parameters<T>& parameters, std::size_t rows, bool activate, const LayerValues<T>& values,
                   Share share) {
  const Range own = part_of(share, rows);
  kernels.layer_norm(x, parameters.weights, parameters.bias, rows, layer.size, LayerNorm::kEpsilon, values.z,
                     parameters.statistics, own);
  if (!activate || values.a == values.z) return;
  for_each_panel(layer, rows, own, [&](std::size_t offset, std::size_t count) {
    std::copy_n(values.z + offset, count, values.a + offset);
  });
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const LayerNorm& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T*, Share share) {
  // z = γ ⊙ u + b
  alignas(64) T d[kPanel];
  const Range blocks = part_of(share, linalg::panels(layer.size));
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    const std::size_t panel = block * rows * kPanel;
    kernels.layer_norm_gradient(x + panel, delta + panel, parameters.statistics, rows, d, {0, 1});
    sink.take({index, false, at.weights + block * kPanel, kPanel}, d);
    kernels.bias_gradient(delta + panel, rows, d, {0, 1});
    sink.take({index, true, at.bias + block * kPanel, kPanel}, d);
  }
}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const LayerNorm& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share) {
  // u = (x − mean) r, z = γ ⊙ u + b
  const Range own = part_of(share, rows);
  kernels.layer_norm_backward(parameters.x, delta, parameters.weights, parameters.statistics, rows, layer.size, d_x,
                              own);
  for_each_panel(layer, rows, own, [&](std::size_t offset, std::size_t count) {
    delta_below(kernels, below, d_x, {offset, offset + count});
  });
}

BPROP_INSTANTIATE_LAYER(LayerNorm)

}  // namespace bprop::nn
