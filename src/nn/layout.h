// SPDX-License-Identifier: Apache-2.0
//
// Layout: where each parameter lies in the flat buffer. Per layer the weight panels [⌈out/16⌉][in][16] – of a
// diagonal its numbers, padded to 16, nothing of dropout and add layers, of an embedding layer for each group
// [in][out], padded to 16, or panels as of a dense layer (nn/group_place.h) –, then the bias padded to 16 (none for a
// layer without), then, of a batch norm, what it keeps running: means and variances, each padded to 16. Padding is zero
// and stays zero: gradients, optimiser state and averages share the layout, and each of their operations maps zeros to
// zeros. Of what is kept running gradients are zero, and no update looks at it; but copies of the parameters, the best
// and averaged ones among them, have their own.
#pragma once

#include <cstddef>
#include <vector>

#include "bprop/network.h"
#include "linalg/panels.h"
#include "nn/group_place.h"

namespace bprop::nn {

// Of a group of an embedding layer.
struct GroupLayout {
  GroupPlace place;
  std::size_t offset = 0;  // from the layer's first weight
};

struct LayerLayout {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t weights = 0;       // offset of the first panel
  std::size_t weights_size = 0;  // with padding
  std::size_t bias = 0;          // offset
  std::size_t bias_size = 0;     // with padding; 0: no bias
  std::size_t bias_count = 0;    // without padding
  std::size_t running = 0;       // offset of the means; behind them the variances
  std::size_t running_size = 0;  // of both, with padding; 0: not a batch norm
  bool diagonal = false;         // one weight a number: scale, norms; dropout and add layers, which have none
  bool grouped = false;          // an embedding layer
  std::vector<GroupLayout> groups{};

  bool dense() const { return !diagonal && !grouped; }
  // Offset of w(out, in), from input `in` to output `out`; not of an embedding layer.
  std::size_t weight(std::size_t out, std::size_t in) const {
    return weights + (diagonal ? out : linalg::panel_offset(inputs, in, out));
  }
  // Offset of the weight at a place of a row-major W (bprop/network.h).
  std::size_t weight_at(std::size_t place) const;
  std::size_t weight_count() const;
};

class Layout {
 public:
  explicit Layout(const Architecture& architecture);

  const LayerLayout& operator[](std::size_t layer) const { return layers_[layer]; }
  std::size_t layers() const { return layers_.size(); }
  std::size_t size() const { return size_; }  // of the flat buffer, with padding

 private:
  std::vector<LayerLayout> layers_;
  std::size_t size_ = 0;
};

// Calls visit(place in a row-major W, offset in the flat buffer) for each weight of a layer, in the order of the places
// (bprop/network.h).
template <class Visit>
void for_each_weight(const LayerLayout& at, const Visit& visit) {
  if (at.weights_size == 0) return;
  std::size_t place = 0;
  for (const GroupLayout& group : at.groups) {
    for (std::size_t j = 0; j < group.place.outputs; ++j) {
      for (std::size_t i = 0; i < group.place.size; ++i) {
        visit(place++, at.weights + group.offset + group.place.weight(j, i));
      }
    }
  }
  if (at.grouped) return;
  for (std::size_t out = 0; out < at.outputs; ++out) {
    for (std::size_t in = at.diagonal ? out : 0; in < (at.diagonal ? out + 1 : at.inputs); ++in) {
      visit(place++, at.weight(out, in));
    }
  }
}

// Copies a layer's W out of or into the flat buffer; W row-major (out × in), of a diagonal its numbers.
template <class T, class To>
void weights_to_row_major(const LayerLayout& at, const T* flat, To* row_major) {
  for_each_weight(at, [&](std::size_t place, std::size_t offset) { row_major[place] = static_cast<To>(flat[offset]); });
}
template <class T, class From>
void weights_from_row_major(const LayerLayout& at, const From* row_major, T* flat) {
  for_each_weight(at, [&](std::size_t place, std::size_t offset) { flat[offset] = static_cast<T>(row_major[place]); });
}

}  // namespace bprop::nn
