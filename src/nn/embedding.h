// SPDX-License-Identifier: Apache-2.0
//
// Embedding layer: of each group z = x Wᵀ + b, a = φ(z) with a W (out × in) of its own; other numbers are passed on.
//   x (N × inputs)   z, a (N × units of groups, then numbers passed on)
// Backward, with delta = dL/dz:  d_W, d_b, d_x of a group as of a dense layer; of a number passed on, d_x = delta.
// Sums are over inputs, units and rows ascending, each product and each sum rounded; products with an input of 0 are
// left out, so that a one-hot group costs one column of W. A mix of whole panels (GroupPlace::in_panels) goes through
// the products of dense layers instead, with their arithmetic. Work is cut over the pool by panels of units (forward),
// groups (parameters) and panels of inputs. The overloads of nn/layer_pass.h.
#pragma once

#include "nn/layer_pass.h"

namespace bprop::nn {

inline constexpr std::size_t kMostGroupUnits = 256;  // a row's delta of a group waits on the stack

inline double work_of(const Embedding& layer, std::size_t rows) {
  double work = static_cast<double>(layer.inputs + layer.units());
  for (const InputGroups& of : layer.groups) work += 2.0 * static_cast<double>(of.units() * of.size);
  return work * static_cast<double>(rows);
}

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Embedding& layer, const T* x,
                   const Parameters<T>& parameters, std::size_t rows, bool activate, const LayerValues<T>& values,
                   Share share);

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Embedding& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Embedding& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

// delta = ∂L/∂a ⊙ φ'(z) of the groups' units, ∂L/∂a of the numbers passed on.
template <class T>
void embedding_backward(const Engine<T>& engine, const Embedding& layer, std::size_t rows,
                        const LayerValues<T>& values);

}  // namespace bprop::nn
