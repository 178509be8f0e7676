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
}

}  // namespace bprop::explaining
