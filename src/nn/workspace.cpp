// SPDX-License-Identifier: Apache-2.0
#include "nn/workspace.h"

#include <algorithm>
#include <array>
#include <complex>

#include "linalg/panels.h"

namespace bprop::nn {

bool needs_z(Activation activation) { return !rule(activation).derivative_from_output; }

namespace {

// Hands out consecutive pieces of one buffer: first counts, then, with memory, places.
template <class T>
class Arena {
 public:
  explicit Arena(T* memory) : memory_(memory) {}
  T* take(std::size_t size) {
    const std::size_t at = used_;
    used_ += size;
    return memory_ == nullptr ? nullptr : memory_ + at;
  }
  std::size_t used() const { return used_; }

 private:
  T* memory_;
  std::size_t used_ = 0;
};

template <class T>
struct Places {
  T* input;
  T* targets;
  T* losses;
  T* d_input;
  std::vector<LayerValues<T>> layers;
};

// Of each place, the layers that add it.
std::vector<std::vector<std::size_t>> adders_of(const Architecture& architecture) {
  std::vector<std::vector<std::size_t>> adders(architecture.layers.size() + 1);
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    if (const auto place = added_place(architecture.layers[k], k)) adders[*place].push_back(k);
  }
  return adders;
}

template <class T>
Places<T> place(const Architecture& architecture, std::size_t rows, Keep keep, bool masks,
                const std::vector<std::vector<std::size_t>>& adders, Arena<T>& arena) {
  const auto panels_of = [rows](std::size_t columns) { return rows * linalg::padded(columns); };
  std::size_t widest = 0;
  for (const Layer& layer : architecture.layers) widest = std::max(widest, panels_of(outputs_of(layer)));

  Places<T> places{};
  places.input = arena.take(panels_of(architecture.inputs()));
  const bool gradients = keep != Keep::kInference;
  places.targets = arena.take(panels_of(architecture.outputs()));
  places.losses = arena.take(panels_of(architecture.outputs()));
  if (keep == Keep::kInspection) places.d_input = arena.take(panels_of(architecture.inputs()));
  const std::size_t turns = keep == Keep::kInference ? 2 : keep == Keep::kTraining ? 3 : 0;
  std::array<T*, 3> turn_buffers{};
  for (std::size_t i = 0; i < turns; ++i) turn_buffers[i] = arena.take(widest);
  for (const Layer& layer : architecture.layers) {
    const std::size_t size = panels_of(outputs_of(layer));
    T* const turn = turns == 0 ? nullptr : turn_buffers[places.layers.size() % turns];
    LayerValues<T> values{};
    const bool is_added = !adders[places.layers.size() + 1].empty();
    values.a = gradients || is_added ? arena.take(size) : turn;
    const bool own_z = keep == Keep::kInspection || (gradients && needs_z(activation_of(layer)));
    values.z = own_z ? arena.take(size) : values.a;
    const bool own_delta = keep == Keep::kInspection || std::holds_alternative<Add>(layer);
    if (gradients) values.delta = own_delta ? arena.take(size) : turn;
    values.d_output = keep == Keep::kInspection ? arena.take(size) : values.delta;
    if (masks && std::holds_alternative<Dropout>(layer)) values.mask = arena.take(size);
    places.layers.push_back(values);
  }
  return places;
}

}  // namespace

template <class T>
Workspace<T>::Workspace(const Architecture& architecture, std::size_t capacity, Keep keep, Pass pass)
    : capacity_(capacity), keep_(keep), adders_(adders_of(architecture)) {
  const bool masks = keep != Keep::kInference || pass == Pass::kTraining;
  Arena<T> counting(nullptr);
  place(architecture, capacity, keep, masks, adders_, counting);
  memory_ = AlignedBuffer<T>(counting.used());
  Arena<T> arena(memory_.data());
  Places<T> places = place(architecture, capacity, keep, masks, adders_, arena);
  input_ = places.input;
  targets_ = places.targets;
  losses_ = places.losses;
  d_input_ = places.d_input;
  layers_ = std::move(places.layers);
  for (const Layer& layer : architecture.layers) {
    const bool by_number = std::holds_alternative<BatchNorm>(layer);
    norms_.emplace_back(std::holds_alternative<LayerNorm>(layer) ? 2 * capacity
                        : by_number                              ? 3 * linalg::padded(outputs_of(layer))
                                                                 : 0);
  }
}

template class Workspace<float>;
template class Workspace<double>;
template class Workspace<std::complex<double>>;

}  // namespace bprop::nn
