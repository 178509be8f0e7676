// SPDX-License-Identifier: Apache-2.0
//
// NetworkParts: a network taken apart for reading. Who asks what a layer connects asks here, whatever its kind: a scale
// layer is a diagonal W, whose unit j reads number j only, with the weight (j, j); a layer norm has such a W for γ, but
// its units read all numbers; a dropout layer has, in the predictions that are explained, ones that are no parameters.
#pragma once

#include <cstddef>
#include <ranges>
#include <string_view>
#include <vector>

#include "bprop/network.h"
#include "bprop/selector.h"

namespace bprop::explaining {

using Places = std::ranges::iota_view<std::size_t, std::size_t>;

struct NetworkParts {
  explicit NetworkParts(const DoubleNetwork& network);

  std::size_t layers() const { return architecture.layers.size(); }
  bool is_last(std::size_t layer) const { return layer + 1 == layers(); }
  std::size_t inputs(std::size_t layer) const { return inputs_of(architecture.layers[layer]); }
  std::size_t units(std::size_t layer) const { return outputs_of(architecture.layers[layer]); }
  Activation activation(std::size_t layer) const { return activation_of(architecture.layers[layer]); }
  bool bias(std::size_t layer) const { return has_bias(architecture.layers[layer]); }
  bool is_scale(std::size_t layer) const { return std::holds_alternative<Scale>(architecture.layers[layer]); }

  bool is_norm(std::size_t layer) const { return std::holds_alternative<LayerNorm>(architecture.layers[layer]); }
  bool is_diagonal(std::size_t layer) const { return bprop::is_diagonal(architecture.layers[layer]); }
  bool has_weights(std::size_t layer) const { return weight_count(architecture.layers[layer]) > 0; }

  // The units of a layer that read a number of the layer below; the numbers that a unit reads, and
  // those that it has weights for.
  Places readers(std::size_t layer, std::size_t from) const {
    return is_diagonal(layer) && !is_norm(layer) ? Places(from, from + 1) : Places(0, units(layer));
  }
  Places read_by(std::size_t layer, std::size_t unit) const {
    return is_norm(layer) ? Places(0, inputs(layer)) : sources(layer, unit);
  }
  Places sources(std::size_t layer, std::size_t unit) const {
    return is_diagonal(layer) ? Places(unit, unit + 1) : Places(0, inputs(layer));
  }

  // The same; none where there are no weights.
  Places weighted_sources(std::size_t layer, std::size_t unit) const {
    return has_weights(layer) ? sources(layer, unit) : Places(0, 0);
  }

  // Where a weight stands in weights[layer], and in a gradient of the same shape.
  std::size_t place(std::size_t layer, std::size_t unit, std::size_t from) const {
    return is_diagonal(layer) ? unit : unit * inputs(layer) + from;
  }
  double weight(std::size_t layer, std::size_t unit, std::size_t from) const {
    return has_weights(layer) ? weights[layer][place(layer, unit, from)] : 1;
  }
  // A weight or a bias.
  double parameter(const Selector& what) const {
    return what.kind == Selector::Kind::kBias ? biases[what.layer][what.unit]
                                              : weight(what.layer, what.unit, what.from);
  }

  Architecture architecture;
  std::vector<std::vector<double>> weights;  // as Network::weights() gives them
  std::vector<std::vector<double>> biases;
};

}  // namespace bprop::explaining
