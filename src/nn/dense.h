// SPDX-License-Identifier: Apache-2.0
//
// Dense layer: z = x Wᵀ + b, a = φ(z), one row of x per sample.
//   x (N × in)   W (out × in)   b (out)   z, a (N × out)
// Backward, with delta = dL/dz:  d_weights = deltaᵀ x   d_bias = column sums of delta   d_x = delta W
// All matrices are panels; work is cut over the pool by output elements, so threads never change a bit.
#pragma once

#include "nn/engine.h"
#include "nn/layout.h"
#include "nn/workspace.h"

namespace bprop::nn {

// Multiplications and additions of one product of the layer or, for very few rows, as many as take as long as its
// weights need from the second-level cache.
inline double work_of_product(const Dense& layer, std::size_t rows) {
  constexpr std::size_t kRowsOfAWeight = 4;
  const std::size_t counted = rows < kRowsOfAWeight ? kRowsOfAWeight : rows;
  return 2.0 * static_cast<double>(layer.inputs) * static_cast<double>(layer.outputs) * static_cast<double>(counted);
}

// Whether φ works on each element by itself; softmax needs whole rows.
inline bool by_element(const Dense& layer) { return layer.activation != Activation::kSoftmax; }

// z = x Wᵀ + b and, if `activate`, a = φ(z) for activations by element; values.a may share memory with values.z.
template <class T>
void dense_forward(const linalg::Kernels<T>& kernels, const Dense& layer, const T* x, const T* weights, const T* bias,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share);

// a = φ(z) over panels of `rows` rows; a may be z.
template <class T>
void activate(const Engine<T>& engine, Activation activation, const T* z, T* a, std::size_t rows, std::size_t outputs);

// delta = ∂L/∂a ⊙ φ'(z), or with softmax's Jacobian; the adjoint of a = φ(z).
template <class T>
void activation_backward(const Engine<T>& engine, const Dense& layer, std::size_t rows, const LayerValues<T>& values);

// Which parameters a piece of a gradient belongs to: offset … offset + count − 1 of the flat buffer, multiples of 16.
struct Piece {
  std::size_t layer = 0;
  bool bias = false;
  std::size_t offset = 0;
  std::size_t count = 0;
};

// Takes finished pieces of a gradient while they are in the cache, so that whole gradients need not go to memory.
template <class T>
class GradientSink {
 public:
  virtual ~GradientSink() = default;
  // g: ∂L/∂θ of the piece. Several threads call at once, for different pieces.
  virtual void take(const Piece& piece, const T* g) const = 0;
};

// ∂L/∂W and ∂L/∂b of a layer, piece by piece into a sink; the adjoint of z = x Wᵀ + b with respect to W and b. Unless
// null, `twin` is refreshed from `weights` after each piece, which the sink may have changed.
template <class T>
void dense_parameter_gradient(const linalg::Kernels<T>& kernels, const LayerLayout& at, std::size_t layer, const T* x,
                              const T* delta, std::size_t rows, const GradientSink<T>& sink, const T* weights, T* twin,
                              Share share);

// d_x = delta W, W given as its transposed twin; the adjoint of z = x Wᵀ + b with respect to x. If `below` is given,
// d_x is its ∂L/∂a and its delta is computed while the tile is in the cache (activations by element only).
template <class T>
void dense_input_gradient(const linalg::Kernels<T>& kernels, const Dense& layer, const T* delta, const T* twin,
                          std::size_t rows, T* d_x, const Dense* below, const LayerValues<T>* below_values,
                          Share share);

// The transposed twin of W, panels [⌈in/16⌉][out][16], for a range of inputs (cut at multiples of 16) of one block of
// 16 outputs.
template <class T>
void transpose_weights(const linalg::Kernels<T>& kernels, const LayerLayout& at, const T* weights, std::size_t block,
                       linalg::Range inputs, T* twin);

}  // namespace bprop::nn
