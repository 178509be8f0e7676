// SPDX-License-Identifier: Apache-2.0
#include "nn/scale.h"

#include <algorithm>

#include "linalg/panels.h"

namespace bprop::nn {

using linalg::kPanel;
using linalg::Range;

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Scale& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share) {
  const Range blocks = part_of(share, linalg::panels(layer.size));
  kernels.scale(x, parameters.weights, rows, values.z, blocks);
  if (!activate || values.a == values.z) return;
  std::copy_n(values.z + blocks.begin * rows * kPanel, blocks.size() * rows * kPanel,
              values.a + blocks.begin * rows * kPanel);
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Scale& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>&, std::size_t rows,
                              const GradientSink<T>& sink, T*, Share share) {
  // z = x ⊙ s
  alignas(64) T d_s[kPanel];
  const Range blocks = part_of(share, linalg::panels(layer.size));
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    const std::size_t panel = block * rows * kPanel;
    kernels.scale_gradient(x + panel, delta + panel, rows, d_s, {0, 1});
    sink.take({index, false, at.weights + block * kPanel, kPanel}, d_s);
  }
}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Scale& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share) {
  // z = x ⊙ s
  const Range blocks = part_of(share, linalg::panels(layer.size));
  kernels.scale(delta, parameters.weights, rows, d_x, blocks);
  delta_below(kernels, below, d_x, {blocks.begin * rows * kPanel, blocks.end * rows * kPanel});
}

BPROP_INSTANTIATE_LAYER(Scale)

}  // namespace bprop::nn
