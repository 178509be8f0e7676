// SPDX-License-Identifier: Apache-2.0
//
// Dropout layer: z = a = x ⊙ r, one row of x per sample; r = 1 in predictions, in training r = m / (1 − p), m being 0
// with probability p, else 1.
//   x, z, a, r (N × size)
// Backward, with delta = dL/dz:  d_x = delta ⊙ r
// m is Philox's number of (seed; update, row of the batch, unit among those of all dropout layers): neither threads nor
// leaves change a bit. The overloads of nn/layer_pass.h, and the mask, which is drawn before the forward pass.
#pragma once

#include "bprop/pass.h"
#include "nn/layer_pass.h"

namespace bprop::nn {

inline double work_of(const Dropout& layer, std::size_t rows) {
  constexpr double kWorkOfANumber = 20;  // random numbers take longer than products
  return kWorkOfANumber * static_cast<double>(layer.size) * static_cast<double>(rows);
}

// The place of a layer's first unit among those of all dropout layers, each padded to 16.
std::size_t first_masked_unit(const Architecture& architecture, std::size_t layer);

// r of one number, row and unit from 0; for who has no panels.
double mask_number(const Dropout& layer, const PassKey& key, std::size_t first_unit, std::size_t row, std::size_t unit);

// r of rows key.first_row … + rows − 1 into panels (rows × size), padding included.
template <class T>
void draw_mask(const Dropout& layer, const PassKey& key, std::size_t first_unit, std::size_t rows, T* mask,
               Share share);

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Dropout& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share);

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Dropout& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>& parameters,
                              std::size_t rows, const GradientSink<T>& sink, T* twin, Share share);

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Dropout& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share);

}  // namespace bprop::nn
