// SPDX-License-Identifier: Apache-2.0
//
// Dense layer: z = x Wᵀ + b, a = φ(z), one row of x per sample.
//   x (N × in)   W (out × in)   b (out)   z, a (N × out)
// Backward, with delta = dL/dz:  d_weights = deltaᵀ x   d_bias = column sums of delta   d_x = delta W
// All matrices are panels; work is cut over the pool by output elements, so threads never change a bit.
#pragma once

#include "nn/layer_pass.h"

namespace bprop::nn {

// Multiplications and additions of one product of the layer or, for very few rows, as many as take as long as its
// weights need from the second-level cache.
inline double work_of(const Dense& layer, std::size_t rows) {
  constexpr std::size_t kRowsOfAWeight = 4;
  const std::size_t counted = rows < kRowsOfAWeight ? kRowsOfAWeight : rows;
  return 2.0 * static_cast<double>(layer.inputs) * static_cast<double>(layer.outputs) * static_cast<double>(counted);
}

// z = x Wᵀ + b and, if `activate`, a = φ(z) for activations by element; values.a may share memory with values.z.
template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Dense& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share);

// ∂L/∂W and ∂L/∂b, piece by piece into a sink; the adjoint of z = x Wᵀ + b with respect to W and b. Unless null, `twin`
// is refreshed from the weights after each piece, which the sink may have changed.
template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Dense& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

// d_x = delta W, W read from its transposed twin; the adjoint of z = x Wᵀ + b with respect to x. `below` gets its delta
// while the tile is in the cache.
template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Dense& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

// The transposed twin of W, panels [⌈in/16⌉][out][16], for a range of inputs (cut at multiples of 16) of one block of
// 16 outputs.
template <class T>
void transpose_weights(const linalg::Kernels<T>& kernels, const LayerLayout& at, const T* weights, std::size_t block,
                       linalg::Range inputs, T* twin);

}  // namespace bprop::nn
