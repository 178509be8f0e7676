// SPDX-License-Identifier: Apache-2.0
#include "explain/network_parts.h"

namespace bprop::explaining {

NetworkParts::NetworkParts(const DoubleNetwork& network) : architecture(network.architecture()) {
  for (std::size_t layer = 0; layer < layers(); ++layer) {
    weights.push_back(network.weights(layer));
    biases.push_back(network.bias(layer));
    running_means.push_back(network.running_mean(layer));
    running_variances.push_back(network.running_variance(layer));
  }
  adders.resize(layers() + 1);
  for (std::size_t layer = 0; layer < layers(); ++layer) {
    if (const auto added = added_place(architecture.layers[layer], layer)) adders[*added].push_back(layer);
  }
}

std::vector<Hearer> NetworkParts::hearers(std::size_t place, std::size_t from) const {
  std::vector<Hearer> all;
  if (place == layers()) return all;
  for (const std::size_t unit : readers(place, from)) all.push_back({place, unit});
  for (const std::size_t layer : adders[place]) all.push_back({layer, from, true});
  return all;
}

}  // namespace bprop::explaining
