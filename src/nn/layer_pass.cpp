// SPDX-License-Identifier: Apache-2.0
#include "nn/layer_pass.h"

#include <complex>

#include "linalg/panels.h"

namespace bprop::nn {

template <class T>
void activate(const Engine<T>& engine, Activation activation, const T* z, T* a, std::size_t rows, std::size_t outputs) {
  if (by_element(activation)) {
    engine.kernels->activate(activation, z, a, rows * linalg::padded(outputs));
  } else {
    engine.kernels->softmax(z, a, rows, outputs);
  }
}

template <class T>
void activation_backward(const Engine<T>& engine, Activation activation, std::size_t rows, std::size_t outputs,
                         const LayerValues<T>& values) {
  if (by_element(activation)) {
    engine.kernels->activate_backward(activation, values.z, values.a, values.d_output, values.delta,
                                      rows * linalg::padded(outputs));
  } else {
    engine.kernels->softmax_backward(values.a, values.d_output, values.delta, rows, outputs);
  }
}

#define BPROP_INSTANTIATE_FORWARD(T) \
  template void activate(const Engine<T>&, Activation, const T*, T*, std::size_t, std::size_t);
#define BPROP_INSTANTIATE_BACKWARD(T) \
  template void activation_backward(const Engine<T>&, Activation, std::size_t, std::size_t, const LayerValues<T>&);
BPROP_INSTANTIATE_FORWARD(float)
BPROP_INSTANTIATE_FORWARD(double)
BPROP_INSTANTIATE_FORWARD(std::complex<double>)
BPROP_INSTANTIATE_BACKWARD(float)
BPROP_INSTANTIATE_BACKWARD(double)

}  // namespace bprop::nn
