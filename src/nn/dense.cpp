// SPDX-License-Identifier: Apache-2.0
#include "nn/dense.h"

#include <algorithm>
#include <complex>

#include "base/check.h"
#include "linalg/panels.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;
using linalg::Range;

constexpr std::size_t kRowTile = 6;  // the kernels' tile: cuts between rows fall on its multiples
// Inputs whose gradients wait in the cache for the sink: 8 KB, a quarter of the smallest first-level cache.
constexpr std::size_t kPieceInputs = 128;
// A product's rows are taken in turns whose input stays in the second-level cache.
constexpr std::size_t kTurnElements = 96 * 1024;

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

// Rows in turns: all blocks of outputs meet some rows before the next ones come. Calls product(Range blocks, Range
// rows), then follow(block, rows) for each block while it is in the first-level cache; a product of very few rows takes
// its blocks together (linalg/products_simd-inl.h).
template <class Product, class Follow>
void for_turns(std::size_t inner, Range blocks, Range lines, const Product& product, const Follow& follow) {
  const std::size_t turn = std::max<std::size_t>(16, kTurnElements / inner / kRowTile) * kRowTile;
  for (std::size_t row = lines.begin; row < lines.end; row += turn) {
    const Range rows{row, std::min(lines.end, row + turn)};
    const std::size_t together = rows.size() <= 2 ? blocks.size() : 1;
    for (std::size_t block = blocks.begin; block < blocks.end; block += together) {
      product(Range{block, block + together}, rows);
      for (std::size_t done = block; done < block + together; ++done) follow(done, rows);
    }
  }
}

}  // namespace

template <class T>
void dense_forward(const linalg::Kernels<T>& kernels, const Dense& layer, const T* x, const T* weights, const T* bias,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share) {
  const bool follow =
      activate && by_element(layer) && !(layer.activation == Activation::kIdentity && values.a == values.z);
  for_share(share, linalg::panels(layer.outputs), rows, kRowTile, [&](Range blocks, Range lines) {
    for_turns(
        layer.inputs, blocks, lines,
        [&](Range together, Range turn) {
          kernels.product(x, rows, layer.inputs, weights, bias, values.z, together, turn);
        },
        [&](std::size_t block, Range turn) {
          if (!follow) return;
          const std::size_t at = (block * rows + turn.begin) * kPanel;
          kernels.activate(layer.activation, values.z + at, values.a + at, turn.size() * kPanel);
        });
  });
}

template <class T>
void activate(const Engine<T>& engine, Activation activation, const T* z, T* a, std::size_t rows, std::size_t outputs) {
  if (activation == Activation::kSoftmax) {
    engine.kernels->softmax(z, a, rows, outputs);
  } else {
    engine.kernels->activate(activation, z, a, rows * linalg::padded(outputs));
  }
}

template <class T>
void activation_backward(const Engine<T>& engine, const Dense& layer, std::size_t rows, const LayerValues<T>& values) {
  if (by_element(layer)) {
    engine.kernels->activate_backward(layer.activation, values.z, values.a, values.d_output, values.delta,
                                      rows * linalg::padded(layer.outputs));
  } else {
    engine.kernels->softmax_backward(values.a, values.d_output, values.delta, rows, layer.outputs);
  }
}

template <class T>
void dense_parameter_gradient(const linalg::Kernels<T>& kernels, const LayerLayout& at, std::size_t layer, const T* x,
                              const T* delta, std::size_t rows, const GradientSink<T>& sink, const T* weights, T* twin,
                              Share share) {
  // z = x Wᵀ + b
  alignas(64) T g[kPieceInputs * kPanel];
  const auto pieces_of = [&](std::size_t block, Range inputs) {
    const T* const deltas = delta + block * rows * kPanel;
    for (std::size_t i = inputs.begin; i < inputs.end; i += kPieceInputs) {
      const std::size_t count = std::min(kPieceInputs, inputs.end - i);
      // The inputs from i on, and the outputs of this block, are panel matrices of their own.
      kernels.weight_gradient(x + linalg::panel_offset(rows, 0, i), deltas, rows, count, g, {0, 1}, {0, count});
      sink.take({layer, false, at.weight(block * kPanel, i), count * kPanel}, g);
      if (twin != nullptr) transpose_weights(kernels, at, weights, block, {i, i + count}, twin);
    }
    if (at.bias_size > 0 && inputs.begin == 0) {
      kernels.bias_gradient(deltas, rows, g, {0, 1});
      sink.take({layer, true, at.bias + block * kPanel, kPanel}, g);
    }
  };
  for_share(share, linalg::panels(at.outputs), at.inputs, kPanel, [&](Range blocks, Range inputs) {
    for (std::size_t block = blocks.begin; block < blocks.end; ++block) pieces_of(block, inputs);
  });
}

template <class T>
void dense_input_gradient(const linalg::Kernels<T>& kernels, const Dense& layer, const T* delta, const T* twin,
                          std::size_t rows, T* d_x, const Dense* below, const LayerValues<T>* below_values,
                          Share share) {
  BPROP_DCHECK(below == nullptr || by_element(*below) || below_values != nullptr);
  for_share(share, linalg::panels(layer.inputs), rows, kRowTile, [&](Range blocks, Range lines) {
    for_turns(
        layer.outputs, blocks, lines,
        [&](Range together, Range turn) {
          // z = x Wᵀ + b
          kernels.product(delta, rows, layer.outputs, twin, nullptr, d_x, together, turn);
        },
        [&](std::size_t block, Range turn) {
          if (below == nullptr || !by_element(*below)) return;
          const std::size_t at = (block * rows + turn.begin) * kPanel;
          kernels.activate_backward(below->activation, below_values->z + at, below_values->a + at, d_x + at,
                                    below_values->delta + at, turn.size() * kPanel);
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

#define BPROP_INSTANTIATE_FORWARD(T)                                                                              \
  template void activate(const Engine<T>&, Activation, const T*, T*, std::size_t, std::size_t);                   \
  template void dense_forward(const linalg::Kernels<T>&, const Dense&, const T*, const T*, const T*, std::size_t, \
                              bool, const LayerValues<T>&, Share);
#define BPROP_INSTANTIATE_BACKWARD(T)                                                                                  \
  template void activation_backward(const Engine<T>&, const Dense&, std::size_t, const LayerValues<T>&);               \
  template void dense_parameter_gradient(const linalg::Kernels<T>&, const LayerLayout&, std::size_t, const T*,         \
                                         const T*, std::size_t, const GradientSink<T>&, const T*, T*, Share);          \
  template void dense_input_gradient(const linalg::Kernels<T>&, const Dense&, const T*, const T*, std::size_t, T*,     \
                                     const Dense*, const LayerValues<T>*, Share);                                      \
  template void transpose_weights(const linalg::Kernels<T>&, const LayerLayout&, const T*, std::size_t, linalg::Range, \
                                  T*);
BPROP_INSTANTIATE_FORWARD(float)
BPROP_INSTANTIATE_FORWARD(double)
BPROP_INSTANTIATE_FORWARD(std::complex<double>)
BPROP_INSTANTIATE_BACKWARD(float)
BPROP_INSTANTIATE_BACKWARD(double)

}  // namespace bprop::nn
