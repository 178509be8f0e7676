// SPDX-License-Identifier: Apache-2.0
//
// The file of all gradients of some rows: plain tensors, for comparison with other systems.
#include "bprop/evaluate.h"
#include "checkpoint/tensor_file.h"

namespace bprop {

template <class T>
void write_gradients(const std::string& path, const EncodedRows<T>& rows, const BasicNetwork<T>& network,
                     const BasicGradients<T>& gradients) {
  using checkpoint::tensor_source;
  const std::size_t n = rows.rows;
  const T loss = static_cast<T>(gradients.loss);
  std::vector<checkpoint::TensorSource> tensors;
  const auto add = [&](const std::string& name, std::vector<std::uint64_t> shape, const std::vector<T>& values) {
    tensors.push_back(tensor_source<T>(name, std::move(shape), std::span<const T>(values)));
  };
  tensors.push_back(tensor_source<T>("loss", {}, std::span<const T>(&loss, 1)));
  add("input", {n, network.inputs()}, rows.input);
  add("target", {n, network.outputs()}, gradients.target);
  add("prediction", {n, network.outputs()}, gradients.prediction);
  add("d_input", {n, network.inputs()}, gradients.d_input);
  for (std::size_t k = 0; k < gradients.layers.size(); ++k) {
    const Layer& layer = network.architecture().layers[k];
    const std::size_t outputs = outputs_of(layer);
    const LayerGradients<T>& g = gradients.layers[k];
    const std::string prefix = "layers." + std::to_string(k) + ".";
    add(prefix + "d_weights", weight_shape(layer), g.d_weights);
    if (has_bias(layer)) add(prefix + "d_bias", {bias_count(layer)}, g.d_bias);
    add(prefix + "delta", {n, outputs}, g.delta);
    add(prefix + "d_output", {n, outputs}, g.d_output);
    add(prefix + "z", {n, outputs}, g.z);
    add(prefix + "a", {n, outputs}, g.a);
  }
  checkpoint::write_tensors(path, std::move(tensors));
}

template void write_gradients(const std::string&, const EncodedRows<float>&, const BasicNetwork<float>&,
                              const BasicGradients<float>&);
template void write_gradients(const std::string&, const EncodedRows<double>&, const BasicNetwork<double>&,
                              const BasicGradients<double>&);

}  // namespace bprop
