// SPDX-License-Identifier: Apache-2.0
#include "nn/propagation.h"

#include <complex>

#include "linalg/panels.h"

namespace bprop::nn {

bool is_pair(const Architecture& architecture, Loss loss) {
  return rule(loss).link == dense(architecture.layers.back()).activation;
}

template <class T>
void forward(const Engine<T>& engine, const NetworkState<T>& network, std::size_t rows, Through through,
             Workspace<T>& workspace) {
  const std::size_t last = network.layout.layers() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const bool activate = k < last || through == Through::kLastActivation;
    dense_forward(engine, dense(network.architecture.layers[k]), workspace.input_of(k), network.weights(k),
                  network.bias(k), rows, activate, workspace[k]);
  }
}

template <class T>
LossSum<T> loss(const Engine<T>& engine, const Architecture& architecture, const LossOptions& options, std::size_t rows,
                T scale, bool gradients, Workspace<T>& workspace) {
  const Dense& output = dense(architecture.layers.back());
  const LayerValues<T>& values = workspace[architecture.layers.size() - 1];
  const bool pair = is_pair(architecture, options.loss);
  T* const d_scores = pair ? values.delta : values.d_output;
  engine.kernels->loss(options, pair ? values.z : values.a, workspace.targets(), rows, output.outputs, scale,
                       workspace.losses(), gradients ? d_scores : nullptr);
  if constexpr (!std::is_same_v<T, std::complex<double>>) {
    if (gradients && !pair) activation_backward(engine, output, rows, values);
  }
  LossSum<T> sum = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < output.outputs; ++k) {
      sum += workspace.losses()[linalg::panel_offset(rows, row, k)];
    }
  }
  return sum;
}

template <class T>
Twins<T>::Twins(const NetworkState<T>& network, bool input_gradient) {
  for (std::size_t k = 0; k < network.layout.layers(); ++k) {
    const LayerLayout& at = network.layout[k];
    const bool needed = k > 0 || input_gradient;
    twins_.emplace_back(needed ? linalg::padded(at.inputs) * at.outputs : 0);
  }
  refresh(network);
}

template <class T>
void Twins<T>::refresh(const NetworkState<T>& network) {
  for (std::size_t k = 0; k < twins_.size(); ++k) {
    if (!twins_[k].empty()) transpose_weights(network.layout[k], network.weights(k), twins_[k].data());
  }
}

template <class T>
void backward(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins, std::size_t rows,
              Workspace<T>& workspace, T* gradients) {
  for (std::size_t k = network.layout.layers(); k-- > 0;) {
    const Dense& layer = dense(network.architecture.layers[k]);
    const LayerLayout& at = network.layout[k];
    const T* delta = workspace[k].delta;
    dense_parameter_gradient(engine, layer, workspace.input_of(k), delta, rows, gradients + at.weights,
                             at.bias_size == 0 ? nullptr : gradients + at.bias);
    if (k > 0) {
      const Dense& below = dense(network.architecture.layers[k - 1]);
      dense_input_gradient(engine, layer, delta, twins[k], rows, workspace[k - 1].d_output, &below, &workspace[k - 1]);
    } else if (workspace.d_input() != nullptr) {
      dense_input_gradient<T>(engine, layer, delta, twins[k], rows, workspace.d_input(), nullptr, nullptr);
    }
  }
}

#define BPROP_INSTANTIATE_FORWARD(T)                                                                        \
  template void forward(const Engine<T>&, const NetworkState<T>&, std::size_t, Through, Workspace<T>&);     \
  template LossSum<T> loss(const Engine<T>&, const Architecture&, const LossOptions&, std::size_t, T, bool, \
                           Workspace<T>&);
#define BPROP_INSTANTIATE_BACKWARD(T) \
  template class Twins<T>;            \
  template void backward(const Engine<T>&, const NetworkState<T>&, const Twins<T>&, std::size_t, Workspace<T>&, T*);
BPROP_INSTANTIATE_FORWARD(float)
BPROP_INSTANTIATE_FORWARD(double)
BPROP_INSTANTIATE_FORWARD(std::complex<double>)
BPROP_INSTANTIATE_BACKWARD(float)
BPROP_INSTANTIATE_BACKWARD(double)

}  // namespace bprop::nn
