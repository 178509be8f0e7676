// SPDX-License-Identifier: Apache-2.0
#include "nn/dense.h"

#include <algorithm>

#include "base/check.h"
#include "linalg/panels.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;
using linalg::Range;

constexpr std::size_t kRowTile = 6;  // the kernels' tile: cuts between rows fall on its multiples
// Inputs whose gradients wait in the cache for the sink: 8 KB, a quarter of the smallest first-level cache.
constexpr std::size_t kPieceInputs = 128;
// A product's inner index is taken in turns whose input stays in the second-level cache: half a megabyte for each panel
// that a call does together, since processors with registers for several have 1 MB and more.
constexpr std::size_t kTurnBytes = std::size_t{512} << 10;

// Calls task(Range blocks, Range lines) for a share of (16-column blocks × lines), cut at whole blocks and, within the
// first and the last one, at multiples of `grain` lines: shares are equal to within a grain, and a thread that keeps
// its share keeps its weights in its cache.
template <class Task>
void for_share(Share share, std::size_t blocks, std::size_t lines, std::size_t grain, const Task& task) {
  const std::size_t grains = (lines + grain - 1) / grain;
  std::size_t at = blocks * grains * share.part / share.parts;
  const std::size_t end = blocks * grains * (share.part + 1) / share.parts;
  while (at < end) {
    const std::size_t block = at / grains;
    const std::size_t first = at % grains;
    const std::size_t whole = first == 0 ? (end - at) / grains : 0;
    const std::size_t last = whole > 0 ? grains : std::min(grains, first + (end - at));
    task(Range{block, block + std::max<std::size_t>(whole, 1)}, Range{first * grain, std::min(lines, last * grain)});
    at += whole > 0 ? whole * grains : last - first;
  }
}

// out = a wᵀ + bias for some blocks and rows, the inner index in turns: all blocks of outputs meet a turn's part of the
// input before the next one comes. Calls follow(block, rows) for each block when it is done, in the first-level cache.
// As many blocks as the kernels want together are one call, but where the weights of a turn do not lie together.
// Very few rows take all blocks and inputs together (linalg/products_simd-inl.h).
template <class T, class Follow>
void product_in_turns(const linalg::Kernels<T>& kernels, const T* a, std::size_t rows, std::size_t inner, const T* w,
                      const T* bias, T* out, Range blocks, Range lines, const Follow& follow) {
  if (lines.size() <= 2) {
    kernels.product(a, rows, inner, w, bias, out, blocks, lines, false);
    for (std::size_t block = blocks.begin; block < blocks.end; ++block) follow(block, lines);
    return;
  }
  const std::size_t turn_bytes = kTurnBytes * kernels.together;
  const std::size_t turns = (lines.size() * inner * sizeof(T) + turn_bytes - 1) / turn_bytes;
  const std::size_t turn = linalg::padded((inner + turns - 1) / turns);
  for (std::size_t begin = 0; begin < inner; begin += turn) {
    const std::size_t count = std::min(turn, inner - begin);
    const bool last = begin + count == inner;
    std::size_t together = 1;
    for (std::size_t block = blocks.begin; block < blocks.end; block += together) {
      together = turns == 1 ? std::min(kernels.together, blocks.end - block) : 1;
      // These inputs, and these blocks of outputs, are panel matrices of their own.
      kernels.product(a + begin * rows, rows, count, w + (block * inner + begin) * kPanel,
                      bias == nullptr || !last ? nullptr : bias + block * kPanel, out + block * rows * kPanel,
                      {0, together}, lines, begin > 0);
      for (std::size_t done = block; last && done < block + together; ++done) follow(done, lines);
    }
  }
}

}  // namespace

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Dense& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share) {
  const bool follow =
      activate && by_element(layer.activation) && !(layer.activation == Activation::kIdentity && values.a == values.z);
  for_share(share, linalg::panels(layer.outputs), rows, kRowTile, [&](Range blocks, Range lines) {
    product_in_turns(kernels, x, rows, layer.inputs, parameters.weights, parameters.bias, values.z, blocks, lines,
                     [&](std::size_t block, Range done) {
                       if (!follow) return;
                       const std::size_t at = (block * rows + done.begin) * kPanel;
                       kernels.activate(layer.activation, values.z + at, values.a + at, done.size() * kPanel);
                     });
  });
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Dense&, const LayerLayout& at, std::size_t index,
                              const T* x, const T* delta, const Parameters<T>& parameters, std::size_t rows,
                              const GradientSink<T>& sink, T* twin, Share share) {
  // z = x Wᵀ + b
  alignas(64) T g[kPieceInputs * kPanel];
  const auto piece = [&](Range blocks, Range inputs) {
    // These inputs, and the outputs of these blocks, are panel matrices of their own.
    kernels.weight_gradient(x + linalg::panel_offset(rows, 0, inputs.begin), delta + blocks.begin * rows * kPanel, rows,
                            inputs.size(), g, {0, blocks.size()}, {0, inputs.size()});
    for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
      sink.take({index, false, at.weight(block * kPanel, inputs.begin), inputs.size() * kPanel},
                g + (block - blocks.begin) * inputs.size() * kPanel);
      if (twin != nullptr) transpose_weights(kernels, at, parameters.weights, block, inputs, twin);
    }
  };
  const std::size_t together = kernels.together;
  const std::size_t piece_inputs = kPieceInputs / together / kPanel * kPanel;
  for_share(share, linalg::panels(at.outputs), at.inputs, kPanel, [&](Range blocks, Range inputs) {
    for (std::size_t i = inputs.begin; i < inputs.end; i += piece_inputs) {
      const Range some{i, std::min(inputs.end, i + piece_inputs)};
      for (std::size_t block = blocks.begin; block < blocks.end; block += together) {
        piece({block, std::min(blocks.end, block + together)}, some);
      }
    }
    for (std::size_t block = blocks.begin; block < blocks.end && at.bias_size > 0 && inputs.begin == 0; ++block) {
      kernels.bias_gradient(delta + block * rows * kPanel, rows, g, {0, 1});
      sink.take({index, true, at.bias + block * kPanel, kPanel}, g);
    }
  });
}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Dense& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share) {
  for_share(share, linalg::panels(layer.inputs), rows, kRowTile, [&](Range blocks, Range lines) {
    // z = x Wᵀ + b
    product_in_turns(kernels, delta, rows, layer.outputs, parameters.twin, static_cast<const T*>(nullptr), d_x, blocks,
                     lines, [&](std::size_t block, Range done) {
                       if (below.values == nullptr || !by_element(below.activation)) return;
                       const std::size_t at = (block * rows + done.begin) * kPanel;
                       kernels.activate_backward(below.activation, below.values->z + at, below.values->a + at, d_x + at,
                                                 below.values->delta + at, done.size() * kPanel);
                     });
  });
}

template <class T>
void transpose_weights(const linalg::Kernels<T>& kernels, const LayerLayout& at, const T* weights, std::size_t block,
                       Range inputs, T* twin) {
  const std::size_t outputs = std::min(kPanel, at.outputs - block * kPanel);
  for (std::size_t in = inputs.begin; in < inputs.end; in += kPanel) {
    kernels.transpose(weights + (block * at.inputs + in) * kPanel, std::min(kPanel, inputs.end - in), outputs,
                      twin + (in / kPanel * at.outputs + block * kPanel) * kPanel);
  }
}

BPROP_INSTANTIATE_LAYER(Dense)
template void transpose_weights(const linalg::Kernels<float>&, const LayerLayout&, const float*, std::size_t, Range,
                                float*);
template void transpose_weights(const linalg::Kernels<double>&, const LayerLayout&, const double*, std::size_t, Range,
                                double*);

}  // namespace bprop::nn
