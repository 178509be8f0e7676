// SPDX-License-Identifier: Apache-2.0
#include "nn/layout.h"

#include <algorithm>

#include "base/overloaded.h"

namespace bprop::nn {
namespace {

std::size_t place_groups(const Embedding& layer, std::vector<GroupLayout>& groups) {
  std::size_t size = 0;
  for_each_group(layer, [&](const GroupPlace& place) {
    groups.push_back({place, size});
    size += linalg::padded(place.size * place.outputs);
  });
  return size;
}

}  // namespace

std::size_t LayerLayout::weight_at(std::size_t place) const {
  if (diagonal) return weights + place;
  if (!grouped) return weight(place / inputs, place % inputs);
  const auto above = std::ranges::upper_bound(groups, place, {}, [](const GroupLayout& g) { return g.place.weights; });
  const GroupLayout& group = *(above - 1);
  const std::size_t rest = place - group.place.weights;
  return weights + group.offset + group.place.weight(rest / group.place.size, rest % group.place.size);
}

std::size_t LayerLayout::weight_count() const {
  if (weights_size == 0) return 0;
  if (!grouped) return diagonal ? outputs : inputs * outputs;
  const GroupPlace& last = groups.back().place;
  return last.weights + last.size * last.outputs;
}

Layout::Layout(const Architecture& architecture) {
  for (const Layer& layer : architecture.layers) {
    LayerLayout at{.inputs = inputs_of(layer),
                   .outputs = outputs_of(layer),
                   .weights = size_,
                   .bias_count = bprop::bias_count(layer),
                   .diagonal = is_diagonal(layer),
                   .grouped = std::holds_alternative<Embedding>(layer)};
    const std::size_t padded = linalg::padded(at.outputs);
    at.weights_size = std::visit(
        Overloaded{[&](const Dense& dense) { return padded * dense.inputs; }, [&](const Scale&) { return padded; },
                   [&](const LayerNorm&) { return padded; }, [](const Dropout&) { return std::size_t{0}; },
                   [&](const Embedding& of) { return place_groups(of, at.groups); },
                   [](const Add&) { return std::size_t{0}; }, [&](const BatchNorm&) { return padded; }},
        layer);
    at.bias = at.weights + at.weights_size;
    at.bias_size = linalg::padded(at.bias_count);
    at.running = at.bias + at.bias_size;
    at.running_size = std::holds_alternative<BatchNorm>(layer) ? 2 * padded : 0;
    size_ = at.running + at.running_size;
    layers_.push_back(std::move(at));
  }
}

}  // namespace bprop::nn
