// SPDX-License-Identifier: Apache-2.0
//
// Forward and backward propagation through a whole network, and the loss between them:
//   forward:  x → z¹ → a¹ → … → zᴸ → aᴸ      loss: (zᴸ or aᴸ), y → L, δᴸ      backward: δᴸ → … → δ¹ → ∂L/∂W, ∂L/∂b
// Each takes the first `rows` rows of a workspace; input and targets have been put there in panels.
#pragma once

#include <type_traits>
#include <vector>

#include "bprop/loss.h"
#include "nn/layer_pass.h"
#include "nn/network_state.h"
#include "nn/workspace.h"

namespace bprop::nn {

// Whether loss and output activation are a pair, computed from z of the last layer (bprop/loss.h).
bool is_pair(const Architecture& architecture, Loss loss);

enum class Through { kLastActivation, kLastPreActivation };  // where a forward pass ends

// Where the scores of a loss are: before the last activation if the two are a pair, else after it.
inline Through scores_end(const Architecture& architecture, Loss loss) {
  return is_pair(architecture, loss) ? Through::kLastPreActivation : Through::kLastActivation;
}

template <class T>
void forward(const Engine<T>& engine, const NetworkState<T>& network, std::size_t rows, Through through,
             Workspace<T>& workspace, const PassKey& key = {});

// Losses add in double, whatever the element type.
template <class T>
using LossSum = std::conditional_t<std::is_same_v<T, float>, double, T>;

// Loss of the rows after a forward pass: values per output into workspace.losses(), the sum over rows and outputs (in
// double, rows ascending, not divided by anything) as the result. If `gradients`, δ of the last layer is filled, scaled
// by `scale` (1/N for a mean), through ∂L/∂a and φ' unless it is a pair. `weights` (rows), unless null, are factors of
// each row's loss and δ.
template <class T>
LossSum<T> loss(const Engine<T>& engine, const Architecture& architecture, const LossOptions& options, std::size_t rows,
                T scale, bool gradients, Workspace<T>& workspace, const double* weights = nullptr);

// Transposed twins of the weights, which the input gradients read: a cache, refreshed after each update. The first
// layer's is there only if ∂L/∂x is wanted.
template <class T>
class Twins {
 public:
  Twins(const NetworkState<T>& network, bool input_gradient);
  void refresh(const Engine<T>& engine, const NetworkState<T>& network);
  // Null where the layer has none.
  const T* operator[](std::size_t layer) const { return twins_[layer].empty() ? nullptr : twins_[layer].data(); }
  T* operator[](std::size_t layer) { return twins_[layer].empty() ? nullptr : twins_[layer].data(); }

 private:
  std::vector<AlignedBuffer<T>> twins_;
};

// Looks at every layer of a leaf on the way back, the last one first, when its δ is complete and before a training's
// workspace gives that memory to another layer.
template <class T>
class BackwardObserver {
 public:
  virtual ~BackwardObserver() = default;
  virtual void layer(std::size_t layer, std::size_t rows, const Workspace<T>& workspace) = 0;
};

// From δ of the last layer: δ and ∂L/∂a of the layers below, ∂L/∂x if the workspace keeps it, and the gradients of all
// parameters in their layout (overwritten). The observer may be null.
template <class T>
void backward(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins, std::size_t rows,
              Workspace<T>& workspace, T* gradients, BackwardObserver<T>* observer = nullptr);

// The same with an update on the way: the sink gets each piece of the gradient when nobody needs the old parameters of
// that layer any more, may change them, and the twins follow.
template <class T>
void backward_and_update(const Engine<T>& engine, const NetworkState<T>& network, Twins<T>& twins, std::size_t rows,
                         Workspace<T>& workspace, const GradientSink<T>& sink);

}  // namespace bprop::nn
