// SPDX-License-Identifier: Apache-2.0
#include "nn/add.h"

#include <algorithm>
#include <complex>

namespace bprop::nn {

template <class T>
void layer_forward(const linalg::Kernels<T>&, const Add& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share) {
  const linalg::Range range = numbers_of(share, layer.size, rows);
  for (std::size_t i = range.begin; i < range.end; ++i) values.z[i] = x[i] + parameters.added[i];
  if (activate && values.a != values.z) std::copy(values.z + range.begin, values.z + range.end, values.a + range.begin);
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>&, const Add&, const LayerLayout&, std::size_t, const T*,
                              const T*, const Parameters<T>&, std::size_t, const GradientSink<T>&, T*, Share) {}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Add& layer, const T* delta, const Parameters<T>&,
                          std::size_t rows, T* d_x, const Below<T>& below, Share share) {
  // z = x + r
  const linalg::Range range = numbers_of(share, layer.size, rows);
  std::copy(delta + range.begin, delta + range.end, d_x + range.begin);
  delta_below(kernels, below, d_x, range);
}

template <class T>
void add_deltas(const linalg::Kernels<T>& kernels, const Workspace<T>& workspace, std::size_t place, std::size_t size,
                std::size_t rows, T* d_a, const Below<T>& below, Share share) {
  // z = x + r, in each of these layers
  const linalg::Range range = numbers_of(share, size, rows);
  for (const std::size_t layer : workspace.adders(place)) {
    const T* const delta = workspace[layer].delta;
    for (std::size_t i = range.begin; i < range.end; ++i) d_a[i] += delta[i];
  }
  delta_below(kernels, below, d_a, range);
}

BPROP_INSTANTIATE_LAYER(Add)
template void add_deltas(const linalg::Kernels<float>&, const Workspace<float>&, std::size_t, std::size_t, std::size_t,
                         float*, const Below<float>&, Share);
template void add_deltas(const linalg::Kernels<double>&, const Workspace<double>&, std::size_t, std::size_t,
                         std::size_t, double*, const Below<double>&, Share);

}  // namespace bprop::nn
