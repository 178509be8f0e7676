// SPDX-License-Identifier: Apache-2.0
//
// Batch norm: z = a = γ ⊙ u + b with u = (x − mean) r, r = 1 / √(variance + ε), number by number.
//   x, u, z, a (N × size)   γ (size), in the place of weights   b (size)   mean, variance, r (size): its statistics
// Mean and variance are those of the N rows or, where parameters.running is given, those kept running, which are
// constants. Backward, with delta = dL/dz:  d_γ = column sums of delta ⊙ u   d_b = column sums of delta
//   of the rows:  d_x = γ r (delta − mean of delta − u · mean of delta ⊙ u), the means over the rows
//   of constants: d_x = γ r delta
// Everything is cut over the pool by blocks of 16 numbers, which are whole. The overloads of nn/layer_pass.h.
#pragma once

#include "bprop/pass.h"
#include "nn/layer_pass.h"

namespace bprop::nn {

// Whether a pass over so many rows, a leaf, takes mean and variance from them.
inline bool normalised_by_themselves(std::size_t rows, Pass pass) { return pass == Pass::kTraining && rows > 1; }

inline double work_of(const BatchNorm& layer, std::size_t rows) {
  return 10.0 * static_cast<double>(layer.size) * static_cast<double>(rows);
}

// Writes the statistics, which both passes back read.
template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const BatchNorm& layer, const T* x,
                   const Parameters<T>& parameters, std::size_t rows, bool activate, const LayerValues<T>& values,
                   Share share);

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const BatchNorm& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const BatchNorm& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

}  // namespace bprop::nn
