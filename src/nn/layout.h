// SPDX-License-Identifier: Apache-2.0
//
// Layout: where each parameter lies in the flat buffer. Per layer the weight panels [⌈out/16⌉][in][16], then the bias
// padded to 16 (none for a layer without). Padding is zero and stays zero: gradients, optimiser state and averages
// share the layout, and each of their operations maps zeros to zeros.
#pragma once

#include <cstddef>
#include <vector>

#include "bprop/network.h"
#include "linalg/panels.h"

namespace bprop::nn {

// The sizes of any layer that has them; a variant's visitor in one place.
inline const Dense& dense(const Layer& layer) { return std::get<Dense>(layer); }

struct LayerLayout {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t weights = 0;       // offset of the first panel
  std::size_t weights_size = 0;  // with padding
  std::size_t bias = 0;          // offset
  std::size_t bias_size = 0;     // with padding; 0: no bias

  // Offset of w(out, in), from input `in` to output `out`.
  std::size_t weight(std::size_t out, std::size_t in) const { return weights + linalg::panel_offset(inputs, in, out); }
};

class Layout {
 public:
  explicit Layout(const Architecture& architecture) {
    for (const Layer& layer : architecture.layers) {
      const Dense& d = dense(layer);
      LayerLayout at{d.inputs, d.outputs, size_, linalg::padded(d.outputs) * d.inputs, 0, 0};
      at.bias = at.weights + at.weights_size;
      at.bias_size = d.bias ? linalg::padded(d.outputs) : 0;
      size_ = at.bias + at.bias_size;
      layers_.push_back(at);
    }
  }

  const LayerLayout& operator[](std::size_t layer) const { return layers_[layer]; }
  std::size_t layers() const { return layers_.size(); }
  std::size_t size() const { return size_; }  // of the flat buffer, with padding

 private:
  std::vector<LayerLayout> layers_;
  std::size_t size_ = 0;
};

// Copies a layer's W out of or into the flat buffer; W row-major (out × in).
template <class T, class To>
void weights_to_row_major(const LayerLayout& at, const T* flat, To* row_major) {
  for (std::size_t out = 0; out < at.outputs; ++out) {
    for (std::size_t in = 0; in < at.inputs; ++in) {
      row_major[out * at.inputs + in] = static_cast<To>(flat[at.weight(out, in)]);
    }
  }
}
template <class T, class From>
void weights_from_row_major(const LayerLayout& at, const From* row_major, T* flat) {
  for (std::size_t out = 0; out < at.outputs; ++out) {
    for (std::size_t in = 0; in < at.inputs; ++in) {
      flat[at.weight(out, in)] = static_cast<T>(row_major[out * at.inputs + in]);
    }
  }
}

}  // namespace bprop::nn
