// SPDX-License-Identifier: Apache-2.0
//
// What the passes of all kinds of layers share. A kind has, in a file of its own (dense.h, scale.h, …), the overloads
//   work_of                    floating-point operations of one of its passes
//   layer_forward              x -> z, a
//   layer_parameter_gradient   delta, x -> gradients of its parameters, into a sink
//   layer_input_gradient       delta -> ∂L/∂x, and from it the delta of the layer below
// each for one share of the work; nn/propagation.cpp calls them through the variant.
#pragma once

#include <complex>

#include "linalg/panels.h"
#include "nn/engine.h"
#include "nn/layout.h"
#include "nn/workspace.h"

namespace bprop::nn {

// Of one layer; what it does not have is null.
template <class T>
struct Parameters {
  const T* weights = nullptr;
  const T* bias = nullptr;
  const T* twin = nullptr;  // W transposed, for input gradients
  // Of a norm, which is not linear: the x that it read and what the forward pass found out about the rows.
  const T* x = nullptr;
  linalg::Wide<T>* statistics = nullptr;
  const T* mask = nullptr;     // in training, what a dropout layer multiplies by (rows × size)
  const T* added = nullptr;    // forward, what an add layer adds (rows × size)
  const T* running = nullptr;  // what a batch norm normalises by (2 × padded); null: by the rows themselves
};

// Whether φ works on each element by itself; softmax needs whole rows.
inline bool by_element(Activation activation) { return activation != Activation::kSoftmax; }

// The layer whose a is this layer's input: its delta follows from ∂L/∂x by φ'. No values: there is none.
template <class T>
struct Below {
  Activation activation = Activation::kIdentity;
  const LayerValues<T>* values = nullptr;
};

// Of `count` things, those that a share has.
inline linalg::Range part_of(Share share, std::size_t count) {
  return {count * share.part / share.parts, count * (share.part + 1) / share.parts};
}

// The numbers of panels (rows × size) that a share of their blocks has.
inline linalg::Range numbers_of(Share share, std::size_t size, std::size_t rows) {
  const linalg::Range blocks = part_of(share, linalg::panels(size));
  return {blocks.begin * rows * linalg::kPanel, blocks.end * rows * linalg::kPanel};
}

// delta of the layer below from ∂L/∂x, for numbers of the panels that lie together; nothing of softmax, which needs
// whole rows.
template <class T>
void delta_below(const linalg::Kernels<T>& kernels, const Below<T>& below, const T* d_x, linalg::Range numbers) {
  if (below.values == nullptr || !by_element(below.activation)) return;
  const LayerValues<T>& values = *below.values;
  kernels.activate_backward(below.activation, values.z + numbers.begin, values.a + numbers.begin, d_x + numbers.begin,
                            values.delta + numbers.begin, numbers.size());
}

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

// a = φ(z) over panels of `rows` rows; a may be z.
template <class T>
void activate(const Engine<T>& engine, Activation activation, const T* z, T* a, std::size_t rows, std::size_t outputs);

// delta = ∂L/∂a ⊙ φ'(z), or with softmax's Jacobian; the adjoint of a = φ(z).
template <class T>
void activation_backward(const Engine<T>& engine, Activation activation, std::size_t rows, std::size_t outputs,
                         const LayerValues<T>& values);

// In a kind's source, behind its overloads: they for each type of number that passes take.
#define BPROP_INSTANTIATE_LAYER_FORWARD(Kind, T)                                                                   \
  template void layer_forward(const linalg::Kernels<T>&, const Kind&, const T*, const Parameters<T>&, std::size_t, \
                              bool, const LayerValues<T>&, Share);
#define BPROP_INSTANTIATE_LAYER_BACKWARD(Kind, T)                                                                 \
  template void layer_parameter_gradient(const linalg::Kernels<T>&, const Kind&, const LayerLayout&, std::size_t, \
                                         const T*, const T*, const Parameters<T>&, std::size_t,                   \
                                         const GradientSink<T>&, T*, Share);                                      \
  template void layer_input_gradient(const linalg::Kernels<T>&, const Kind&, const T*, const Parameters<T>&,      \
                                     std::size_t, T*, const Below<T>&, Share);
#define BPROP_INSTANTIATE_LAYER(Kind)                         \
  BPROP_INSTANTIATE_LAYER_FORWARD(Kind, float)                \
  BPROP_INSTANTIATE_LAYER_FORWARD(Kind, double)               \
  BPROP_INSTANTIATE_LAYER_FORWARD(Kind, std::complex<double>) \
  BPROP_INSTANTIATE_LAYER_BACKWARD(Kind, float)               \
  BPROP_INSTANTIATE_LAYER_BACKWARD(Kind, double)

}  // namespace bprop::nn
