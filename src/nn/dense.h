// SPDX-License-Identifier: Apache-2.0
//
// Dense layer: z = x Wᵀ + b, a = φ(z), one row of x per sample.
//   x (N × in)   W (out × in)   b (out)   z, a (N × out)
// Backward, with delta = dL/dz:  d_weights = deltaᵀ x   d_bias = column sums of delta   d_x = delta W
// All matrices are panels; work is cut over the pool by output elements, so threads never change a bit.
#pragma once

#include "bprop/thread_pool.h"
#include "linalg/kernels.h"
#include "nn/layout.h"
#include "nn/workspace.h"

namespace bprop::nn {

// What carries out the arithmetic: the kernels and, unless null, the threads.
template <class T>
struct Engine {
  const linalg::Kernels<T>* kernels = nullptr;
  ThreadPool* pool = nullptr;
};

// z = x Wᵀ + b and, if `activate`, a = φ(z); values.a may share memory with values.z.
template <class T>
void dense_forward(const Engine<T>& engine, const Dense& layer, const T* x, const T* weights, const T* bias,
                   std::size_t rows, bool activate, const LayerValues<T>& values);

// a = φ(z) over panels of `rows` rows; a may be z.
template <class T>
void activate(const Engine<T>& engine, Activation activation, const T* z, T* a, std::size_t rows, std::size_t outputs);

// delta = ∂L/∂a ⊙ φ'(z), or with softmax's Jacobian; the adjoint of a = φ(z).
template <class T>
void activation_backward(const Engine<T>& engine, const Dense& layer, std::size_t rows, const LayerValues<T>& values);

// d_weights (layout of weights) and, unless null, d_bias; the adjoint of z = x Wᵀ + b with respect to W and b.
template <class T>
void dense_parameter_gradient(const Engine<T>& engine, const Dense& layer, const T* x, const T* delta, std::size_t rows,
                              T* d_weights, T* d_bias);

// d_x = delta W, W given as its transposed twin; the adjoint of z = x Wᵀ + b with respect to x. If `below` is given,
// d_x is its ∂L/∂a and its delta is computed while the tile is in the cache.
template <class T>
void dense_input_gradient(const Engine<T>& engine, const Dense& layer, const T* delta, const T* twin, std::size_t rows,
                          T* d_x, const Dense* below, const LayerValues<T>* below_values);

// The transposed twin of W: panels [⌈in/16⌉][out][16].
template <class T>
void transpose_weights(const LayerLayout& at, const T* weights, T* twin);

}  // namespace bprop::nn
