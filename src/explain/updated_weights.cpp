// SPDX-License-Identifier: Apache-2.0
#include "explain/updated_weights.h"

#include "bprop/gradients.h"

namespace bprop::explaining {
namespace {

// ∂L/∂W of one layer, summed over the rows.
std::vector<double> weight_gradient(const NetworkParts& parts, const BatchValues& batch, std::size_t layer) {
  std::vector<double> gradient(parts.weights[layer].size(), 0.0);
  for (const RowValues& row : batch.rows) {
    for (std::size_t j = 0; j < parts.units(layer) && !parts.passes_on(layer, j); ++j) {
      const double delta = batch.scale * row.layers[layer].delta[j];
      for (const std::size_t i : parts.sources(layer, j)) {
        gradient[parts.place(layer, j, i)] += delta * row.incoming(layer, i);
      }
    }
  }
  return gradient;
}

void descend(std::vector<double>& values, const std::vector<double>& gradient, double learning_rate) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= learning_rate * gradient[i];
}

}  // namespace

DoubleNetwork descended(const DoubleNetwork& network, const std::vector<LayerGradients<double>>& gradients,
                        const ExplainOptions& options, double learning_rate) {
  DoubleNetwork result = network;
  for (std::size_t layer = 0; layer < gradients.size(); ++layer) {
    std::vector<double> weights = network.weights(layer);
    descend(weights, gradients[layer].d_weights, learning_rate);
    result.set_weights(layer, weights);
    std::vector<double> bias = network.bias(layer);
    if (bias.empty() || options.freeze_biases) continue;
    descend(bias, gradients[layer].d_bias, learning_rate);
    result.set_bias(layer, bias);
  }
  return result;
}

DoubleNetwork updated(const DoubleNetwork& network, const ExplainRows& rows, const ExplainOptions& options,
                      double learning_rate) {
  const DoubleGradients g = gradients<double>(network, rows.input, rows.target, options.loss);
  return descended(network, g.layers, options, learning_rate);
}

NetworkParts with_updated_weights(const DoubleNetwork& network, const ExplainRows& rows, const ExplainOptions& options,
                                  double learning_rate) {
  NetworkParts parts(network);
  for (std::size_t layer = parts.layers(); layer-- > 1;) {
    if (!parts.has_weights(layer)) continue;
    const BatchValues batch = batch_values(network, parts, rows, options);
    descend(parts.weights[layer], weight_gradient(parts, batch, layer), learning_rate);
  }
  return parts;
}

}  // namespace bprop::explaining
