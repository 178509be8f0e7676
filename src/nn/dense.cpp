// SPDX-License-Identifier: Apache-2.0
#include "nn/dense.h"

#include <algorithm>
#include <complex>

#include "linalg/panels.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;
using linalg::Range;

constexpr std::size_t kRowTile = 6;  // the kernels' tile: cuts between rows fall on its multiples

// Part `part` of `parts` of [0, count), cut at multiples of `grain`.
Range share(std::size_t count, std::size_t parts, std::size_t part, std::size_t grain) {
  const std::size_t grains = (count + grain - 1) / grain;
  return {std::min(count, grains * part / parts * grain), std::min(count, grains * (part + 1) / parts * grain)};
}

// Cuts (columns in panels) × (lines, at multiples of grain) into at most `parts` tiles, columns first: a thread that
// keeps its columns keeps its weights in its cache. Calls task(Range blocks, Range lines) for each on the pool.
template <class T, class Task>
void for_tiles(const Engine<T>& engine, double work, std::size_t columns, std::size_t lines, std::size_t grain,
               const Task& task) {
  const std::size_t blocks = linalg::panels(columns);
  const auto parts = static_cast<std::size_t>(engine.pool == nullptr ? 1 : engine.pool->parts(work));
  if (parts == 1) {
    task(Range{0, blocks}, Range{0, lines});
    return;
  }
  const std::size_t block_parts = std::min(parts, blocks);
  const std::size_t line_parts = std::max<std::size_t>(1, std::min(parts / block_parts, (lines + grain - 1) / grain));
  engine.pool->run(static_cast<int>(block_parts * line_parts), [&](int part) {
    const auto p = static_cast<std::size_t>(part);
    const Range mine = share(blocks, block_parts, p % block_parts, 1);
    const Range rows = share(lines, line_parts, p / block_parts, grain);
    if (mine.size() > 0 && rows.size() > 0) task(mine, rows);
  });
}

double flops(const Dense& layer, std::size_t rows) {
  return 2.0 * static_cast<double>(layer.inputs) * static_cast<double>(layer.outputs) * static_cast<double>(rows);
}

}  // namespace

template <class T>
void dense_forward(const Engine<T>& engine, const Dense& layer, const T* x, const T* weights, const T* bias,
                   std::size_t rows, bool activate, const LayerValues<T>& values) {
  const bool by_element = activate && layer.activation != Activation::kSoftmax;
  for_tiles(engine, flops(layer, rows), layer.outputs, rows, kRowTile, [&](Range blocks, Range lines) {
    for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
      engine.kernels->product(x, rows, layer.inputs, weights, bias, values.z, {block, block + 1}, lines);
      const std::size_t at = (block * rows + lines.begin) * kPanel;
      if (by_element && !(layer.activation == Activation::kIdentity && values.a == values.z)) {
        engine.kernels->activate(layer.activation, values.z + at, values.a + at, lines.size() * kPanel);
      }
    }
  });
  if (activate && !by_element) engine.kernels->softmax(values.z, values.a, rows, layer.outputs);
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
  if (layer.activation == Activation::kSoftmax) {
    engine.kernels->softmax_backward(values.a, values.d_output, values.delta, rows, layer.outputs);
  } else {
    engine.kernels->activate_backward(layer.activation, values.z, values.a, values.d_output, values.delta,
                                      rows * linalg::padded(layer.outputs));
  }
}

template <class T>
void dense_parameter_gradient(const Engine<T>& engine, const Dense& layer, const T* x, const T* delta, std::size_t rows,
                              T* d_weights, T* d_bias) {
  for_tiles(engine, flops(layer, rows), layer.outputs, layer.inputs, kPanel, [&](Range blocks, Range inputs) {
    // z = x Wᵀ + b
    engine.kernels->weight_gradient(x, delta, rows, layer.inputs, d_weights, blocks, inputs);
    if (d_bias != nullptr && inputs.begin == 0) engine.kernels->bias_gradient(delta, rows, d_bias, blocks);
  });
}

template <class T>
void dense_input_gradient(const Engine<T>& engine, const Dense& layer, const T* delta, const T* twin, std::size_t rows,
                          T* d_x, const Dense* below, const LayerValues<T>* below_values) {
  const bool by_element = below != nullptr && below->activation != Activation::kSoftmax;
  for_tiles(engine, flops(layer, rows), layer.inputs, rows, kRowTile, [&](Range blocks, Range lines) {
    for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
      // z = x Wᵀ + b
      engine.kernels->product(delta, rows, layer.outputs, twin, nullptr, d_x, {block, block + 1}, lines);
      if (!by_element) continue;
      const std::size_t at = (block * rows + lines.begin) * kPanel;
      engine.kernels->activate_backward(below->activation, below_values->z + at, below_values->a + at, d_x + at,
                                        below_values->delta + at, lines.size() * kPanel);
    }
  });
  if (below != nullptr && !by_element) activation_backward(engine, *below, rows, *below_values);
}

template <class T>
void transpose_weights(const LayerLayout& at, const T* weights, T* twin) {
  const std::size_t out_blocks = linalg::panels(at.outputs);
  const std::size_t in_blocks = linalg::panels(at.inputs);
  for (std::size_t in_block = 0; in_block < in_blocks; ++in_block) {
    const std::size_t in_width = std::min(kPanel, at.inputs - in_block * kPanel);
    for (std::size_t out_block = 0; out_block < out_blocks; ++out_block) {
      const std::size_t out_width = std::min(kPanel, at.outputs - out_block * kPanel);
      const T* from = weights + (out_block * at.inputs + in_block * kPanel) * kPanel;  // [in][16 outputs]
      T* to = twin + (in_block * at.outputs + out_block * kPanel) * kPanel;            // [out][16 inputs]
      for (std::size_t out = 0; out < out_width; ++out) {
        for (std::size_t in = 0; in < in_width; ++in) to[out * kPanel + in] = from[in * kPanel + out];
        for (std::size_t in = in_width; in < kPanel; ++in) to[out * kPanel + in] = T(0);
      }
    }
  }
}

#define BPROP_INSTANTIATE_FORWARD(T)                                                                           \
  template void activate(const Engine<T>&, Activation, const T*, T*, std::size_t, std::size_t);                \
  template void dense_forward(const Engine<T>&, const Dense&, const T*, const T*, const T*, std::size_t, bool, \
                              const LayerValues<T>&);
#define BPROP_INSTANTIATE_BACKWARD(T)                                                                              \
  template void activation_backward(const Engine<T>&, const Dense&, std::size_t, const LayerValues<T>&);           \
  template void dense_parameter_gradient(const Engine<T>&, const Dense&, const T*, const T*, std::size_t, T*, T*); \
  template void dense_input_gradient(const Engine<T>&, const Dense&, const T*, const T*, std::size_t, T*,          \
                                     const Dense*, const LayerValues<T>*);                                         \
  template void transpose_weights(const LayerLayout&, const T*, T*);
BPROP_INSTANTIATE_FORWARD(float)
BPROP_INSTANTIATE_FORWARD(double)
BPROP_INSTANTIATE_FORWARD(std::complex<double>)
BPROP_INSTANTIATE_BACKWARD(float)
BPROP_INSTANTIATE_BACKWARD(double)

}  // namespace bprop::nn
