// SPDX-License-Identifier: Apache-2.0
//
// Add layer, a residual connection: z = a = x + r, r being an earlier a or the input, one row a sample.
//   x, z, a, r (N × size)
// Backward, with delta = dL/dz:  d_x = delta, and dL/dr, besides what comes through the next layer, gets delta, too:
// add_deltas, before φ' of the layer whose a is r. The overloads of nn/layer_pass.h; work is cut as that of scale.h.
#pragma once

#include "nn/layer_pass.h"

namespace bprop::nn {

inline double work_of(const Add& layer, std::size_t rows) {
  return static_cast<double>(layer.size) * static_cast<double>(rows);
}

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Add& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share);

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Add& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Add& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

// d_a += the delta of each layer that adds what is at a place (workspace.h), the first one first; and from d_a, which
// is (rows × size), the delta of the layer there.
template <class T>
void add_deltas(const linalg::Kernels<T>& kernels, const Workspace<T>& workspace, std::size_t place, std::size_t size,
                std::size_t rows, T* d_a, const Below<T>& below, Share share);

}  // namespace bprop::nn
