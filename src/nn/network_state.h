// SPDX-License-Identifier: Apache-2.0
//
// What a network is: its architecture, its class of arithmetic and one flat buffer of parameters (and of what batch
// norms keep running). T is float, double
// or, for the complex step, complex<double>.
#pragma once

#include <complex>

#include "base/aligned_buffer.h"
#include "bprop/network.h"
#include "nn/layout.h"

namespace bprop::nn {

template <class T>
struct NetworkState {
  Architecture architecture;
  Arithmetic arithmetic;
  Layout layout;
  AlignedBuffer<T> parameters;

  NetworkState(const Architecture& of, Arithmetic arithmetic_class)
      : architecture(of), arithmetic(arithmetic_class), layout(of), parameters(layout.size()) {}

  T* weights(std::size_t layer) { return parameters.data() + layout[layer].weights; }
  const T* weights(std::size_t layer) const { return parameters.data() + layout[layer].weights; }
  // Null for a layer without bias.
  const T* bias(std::size_t layer) const {
    return layout[layer].bias_size == 0 ? nullptr : parameters.data() + layout[layer].bias;
  }
  // Means, then variances; null but for a batch norm.
  const T* running(std::size_t layer) const {
    return layout[layer].running_size == 0 ? nullptr : parameters.data() + layout[layer].running;
  }
};

// The same network with numbers of another kind.
template <class To, class From>
NetworkState<To> converted(const NetworkState<From>& from) {
  NetworkState<To> to(from.architecture, from.arithmetic);
  for (std::size_t i = 0; i < to.parameters.size(); ++i) to.parameters[i] = static_cast<To>(from.parameters[i]);
  return to;
}

// Fills the parameters as the options say (initializer.cpp).
template <class T>
void initialize(NetworkState<T>& state, const NetworkOptions& options);

}  // namespace bprop::nn
