// SPDX-License-Identifier: Apache-2.0
//
// Scale layer: z = a = x ⊙ s, a factor for each number, one row of x per sample.
//   x, z, a (N × size)   s (size), in the place of weights
// Backward, with delta = dL/dz:  d_s = column sums of delta ⊙ x   d_x = delta ⊙ s
// Work is cut over the pool by blocks of 16 numbers. The overloads of nn/layer_pass.h.
#pragma once

#include "nn/layer_pass.h"

namespace bprop::nn {

inline double work_of(const Scale& layer, std::size_t rows) {
  return 2.0 * static_cast<double>(layer.size) * static_cast<double>(rows);
}

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Scale& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share);

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Scale& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Scale& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

}  // namespace bprop::nn
