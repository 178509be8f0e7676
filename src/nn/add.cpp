// SPDX-License-Identifier: Apache-2.0
#include "nn/add.h"

#include <algorithm>
#include <complex>

#include "linalg/panels.h"

namespace bprop::nn {
namespace {

// The numbers of panels (rows × size) that a share has.
linalg::Range added_numbers(Share share, std::size_t size, std::size_t rows) {
  const std::size_t blocks = linalg::panels(size);
  const std::size_t block = rows * linalg::kPanel;
  return {blocks * share.part / share.parts * block, blocks * (share.part + 1) / share.parts * block};
}

template <class T>
void delta_below(const linalg::Kernels<T>& kernels, const Below<T>& below, const T* d_a, linalg::Range range) {
  if (below.values == nullptr || !by_element(below.activation)) return;
  kernels.activate_backward(below.activation, below.values->z + range.begin, below.values->a + range.begin,
                            d_a + range.begin, below.values->delta + range.begin, range.size());
}

}  // namespace

template <class T>
void layer_forward(const linalg::Kernels<T>&, const Add& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share) {
  const linalg::Range range = added_numbers(share, layer.size, rows);
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
  const linalg::Range range = added_numbers(share, layer.size, rows);
  std::copy(delta + range.begin, delta + range.end, d_x + range.begin);
  delta_below(kernels, below, d_x, range);
}

template <class T>
void add_deltas(const linalg::Kernels<T>& kernels, const Workspace<T>& workspace, std::size_t place, std::size_t size,
                std::size_t rows, T* d_a, const Below<T>& below, Share share) {
  // z = x + r, in each of these layers
  const linalg::Range range = added_numbers(share, size, rows);
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
