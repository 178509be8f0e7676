// SPDX-License-Identifier: Apache-2.0
//
// Workspace: all memory that a pass over at most `capacity` rows needs, sized once. What is kept decides how much:
//   kInference    two buffers that the layers' outputs take turns in, and masks only if a training pass is asked for;
//                 an a that is added later keeps its own
//   kTraining     a of every layer (z too where φ' reads it), three buffers that the deltas take turns in: while a
//                 layer's parameters meet its delta, the layers below go from the second to the third; the delta of
//                 an add layer waits, in its own, for the a that was added
//   kInspection   z, a, ∂L/∂a and delta of every layer and ∂L/∂x
// Pointers may share memory (z with a, ∂L/∂a with delta); the kernels work in place.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/aligned_buffer.h"
#include "bprop/pass.h"
#include "linalg/kernels.h"
#include "nn/network_state.h"

namespace bprop::nn {

enum class Keep { kInference, kTraining, kInspection };

// Panels of one layer, (rows × outputs) each.
template <class T>
struct LayerValues {
  T* z = nullptr;
  T* a = nullptr;
  T* d_output = nullptr;  // ∂L/∂a
  T* delta = nullptr;     // ∂L/∂z
  T* mask = nullptr;      // of a dropout layer, drawn by a training pass
};

template <class T>
class Workspace {
 public:
  Workspace(const Architecture& architecture, std::size_t capacity, Keep keep, Pass pass = Pass::kPrediction);

  std::size_t capacity() const { return capacity_; }
  Keep keep() const { return keep_; }

  T* input() { return input_; }      // (rows × inputs)
  T* targets() { return targets_; }  // (rows × outputs)
  T* losses() { return losses_; }    // (rows × outputs): what each output adds to its row's loss
  T* d_input() { return d_input_; }  // (rows × inputs), kInspection only
  LayerValues<T>& operator[](std::size_t layer) { return layers_[layer]; }
  const LayerValues<T>& operator[](std::size_t layer) const { return layers_[layer]; }

  // Of a norm (nn/layer_norm.h, nn/batch_norm.h); null for other layers.
  linalg::Wide<T>* statistics(std::size_t layer) { return norms_[layer].empty() ? nullptr : norms_[layer].data(); }
  const linalg::Wide<T>* statistics(std::size_t layer) const {
    return norms_[layer].empty() ? nullptr : norms_[layer].data();
  }

  // What the next layer reads: the input of layer `layer`.
  const T* input_of(std::size_t layer) const { return layer == 0 ? input_ : layers_[layer - 1].a; }
  // What an add layer adds; null for other layers.
  const T* added_to(const Layer& layer, std::size_t index) const {
    const auto place = added_place(layer, index);
    return place ? input_of(*place) : nullptr;
  }
  // The add layers, ascending, that add what is at a place: 0 is the input, k the a of layer k − 1.
  std::span<const std::size_t> adders(std::size_t place) const { return adders_[place]; }

  // The pass that the values are of: what a forward pass leaves for the backward pass.
  Pass pass() const { return pass_; }
  void set_pass(Pass pass) { pass_ = pass; }

 private:
  std::size_t capacity_;
  Keep keep_;
  Pass pass_ = Pass::kPrediction;
  AlignedBuffer<T> memory_;
  T* input_ = nullptr;
  T* targets_ = nullptr;
  T* losses_ = nullptr;
  T* d_input_ = nullptr;
  std::vector<LayerValues<T>> layers_;
  std::vector<std::vector<std::size_t>> adders_;
  std::vector<AlignedBuffer<linalg::Wide<T>>> norms_;
};

// Whether φ' of this activation reads z, which then must survive beside a.
bool needs_z(Activation activation);

}  // namespace bprop::nn
