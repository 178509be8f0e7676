// SPDX-License-Identifier: Apache-2.0
//
// Layer norm: z = a = γ ⊙ u + b with u = (x − mean) r, r = 1 / √(variance + ε), over the numbers of each row.
//   x, u, z, a (N × size)   γ (size), in the place of weights   b (size)   mean, r (N): the layer's statistics
// Backward, with delta = dL/dz:  d_γ = column sums of delta ⊙ u   d_b = column sums of delta
//   d_u = delta ⊙ γ   d_x = r (d_u − mean of d_u − u · mean of d_u ⊙ u), the means over the numbers of the row
// Forward and d_x are cut over the pool by rows, which are whole, the
// gradients of γ and b by blocks of 16 numbers. The overloads of nn/layer_pass.h.
#pragma once

#include "nn/layer_pass.h"

namespace bprop::nn {

inline double work_of(const LayerNorm& layer, std::size_t rows) {
  return 10.0 * static_cast<double>(layer.size) * static_cast<double>(rows);
}

// Writes the statistics, which both passes back read.
template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const LayerNorm& layer, const T* x,
                   const Parameters<T>& parameters, std::size_t rows, bool activate, const LayerValues<T>& values,
                   Share share);

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const LayerNorm& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const LayerNorm& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

}  // namespace bprop::nn
