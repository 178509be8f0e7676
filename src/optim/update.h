// SPDX-License-Identifier: Apache-2.0
//
// The updates over flat spans: weights, gradient and up to two states share one layout. Element by element, so any cut
// over threads gives the same bits; the plain reference equals every instruction set.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/aligned_buffer.h"
#include "bprop/arithmetic.h"
#include "bprop/optimizer.h"
#include "bprop/thread_pool.h"

namespace bprop::optim {

// A piece of the flat buffer that shares its factors: a layer's weights, or its bias.
struct Segment {
  std::size_t begin = 0;
  std::size_t size = 0;     // a multiple of 16
  double rate_factor = 1;   // × learning rate
  double decay_factor = 1;  // × weight decay; 0 for biases
  double scale = 1;         // c of w = c v, where v is what the optimiser moves
};

// The numbers of one update, worked out in double once a step.
struct Coefficients {
  double rate = 0;   // η × schedule × rate_factor; adam: divided by 1 − β₁^t
  double keep = 1;   // 1 − η λ, decoupled weight decay
  double beta1 = 0;  // μ, β₁
  double beta2 = 0;  // ρ, β₂
  double epsilon = 0;
  double root_scale = 1;  // 1 / √(1 − β₂^t)
};

// The numbers of update `t` (from 1) for parameters of a segment. With ∂L/∂v = c ∂L/∂w, the states of v are those of w
// times c (v, m) or c² (s); so w is moved, and states are kept, as if there were no v, with other numbers:
//   plain, momentum   Δw = c Δv has the rate c² η
//   rmsprop, adam     Δw = −c η m̂ / (√ŝ + ε/c): the rate c η, and ε/c
// Decay shrinks v and w alike. rate: η of this update, the schedule included.
// weight_decay: decoupled, on top of AdamW's.
Coefficients coefficients(const Optimizer& optimizer, double rate, double weight_decay, std::size_t t,
                          const Segment& segment);

// Kernels of the updates for one element type and class; m, s: states (null where a rule has none).
template <class T>
struct UpdateKernels {
  void (*update)(std::size_t rule, const Coefficients& numbers, T* w, const T* g, T* m, T* s, std::size_t count);
};
const UpdateKernels<float>& float_updates(Arithmetic arithmetic);
const UpdateKernels<float>& reference_updates(Arithmetic arithmetic);
// Every table that this processor can run for that class, the reference first (for tests).
std::vector<const UpdateKernels<float>*> all_float_updates(Arithmetic arithmetic);
const UpdateKernels<double>& double_updates(Arithmetic arithmetic);
template <class T>
const UpdateKernels<T>& updates_for(Arithmetic arithmetic);

// What an optimiser remembers between updates.
template <class T>
struct OptimizerState {
  OptimizerState(const Optimizer& optimizer, std::size_t size)
      : first(rule(optimizer).states > 0 ? size : 0), second(rule(optimizer).states > 1 ? size : 0) {}
  AlignedBuffer<T> first;   // v, m; s of RMSprop
  AlignedBuffer<T> second;  // s of Adam
  std::size_t updates = 0;  // t
};

// One update of all segments.
template <class T>
void update(const UpdateKernels<T>& kernels, ThreadPool* pool, const Optimizer& optimizer, double rate,
            double weight_decay, std::span<const Segment> segments, std::span<T> w, std::span<const T> g,
            OptimizerState<T>& state);

}  // namespace bprop::optim
