// SPDX-License-Identifier: Apache-2.0
//
// NetworkParts: a network taken apart for reading. Who asks what a layer connects asks here, whatever its kind: a scale
// layer is a diagonal W, whose unit j reads number j only, with the weight (j, j); a layer norm has such a W for γ, but
// its units read all numbers; a dropout layer has, in the predictions that are explained, ones that are no parameters;
// a batch norm's γ is a diagonal W, too, and its mean and variance are constants there; a unit of an embedding layer
// reads its group's numbers, or the one that it passes on, with a 1 for a weight. An add layer has such ones, too; what
// it adds besides, hearers() and adders say.
#pragma once

#include <cstddef>
#include <vector>

#include "bprop/network.h"
#include "bprop/selector.h"
#include "explain/norm_values.h"
#include "explain/places.h"

namespace bprop::explaining {

// A unit that hears a number: one of the next layer, or of an add layer, past the layers between.
struct Hearer {
  std::size_t layer = 0;
  std::size_t unit = 0;
  bool is_added = false;
};

struct NetworkParts {
  explicit NetworkParts(const DoubleNetwork& network);

  std::size_t layers() const { return architecture.layers.size(); }
  bool is_last(std::size_t layer) const { return layer + 1 == layers(); }
  std::size_t inputs(std::size_t layer) const { return inputs_of(architecture.layers[layer]); }
  std::size_t units(std::size_t layer) const { return outputs_of(architecture.layers[layer]); }
  // Of a layer: whether softmax mixes its units; of a unit: its own.
  Activation activation(std::size_t layer) const { return activation_of(architecture.layers[layer]); }
  Activation activation(std::size_t layer, std::size_t unit) const {
    return activation_of(architecture.layers[layer], unit);
  }
  bool bias(std::size_t layer) const { return has_bias(architecture.layers[layer]); }
  bool bias(std::size_t layer, std::size_t unit) const { return unit < biases[layer].size(); }
  bool is_dense(std::size_t layer) const { return std::holds_alternative<Dense>(architecture.layers[layer]); }
  bool is_scale(std::size_t layer) const { return std::holds_alternative<Scale>(architecture.layers[layer]); }
  bool is_embedding(std::size_t layer) const { return std::holds_alternative<Embedding>(architecture.layers[layer]); }
  bool passes_on(std::size_t layer, std::size_t unit) const {
    return bprop::passes_on(architecture.layers[layer], unit);
  }

  bool is_norm(std::size_t layer) const { return std::holds_alternative<LayerNorm>(architecture.layers[layer]); }
  bool is_add(std::size_t layer) const { return std::holds_alternative<Add>(architecture.layers[layer]); }
  bool is_batch_norm(std::size_t layer) const { return std::holds_alternative<BatchNorm>(architecture.layers[layer]); }
  // Whether W multiplies u of a norm.
  bool normalises(std::size_t layer) const { return is_norm(layer) || is_batch_norm(layer); }
  NormValues normalised(std::size_t layer, std::span<const double> x) const {
    return is_norm(layer) ? NormValues(x) : NormValues(x, running_means[layer], running_variances[layer]);
  }
  bool is_diagonal(std::size_t layer) const { return bprop::is_diagonal(architecture.layers[layer]); }
  bool has_weights(std::size_t layer) const { return weight_count(architecture.layers[layer]) > 0; }
  // Not of a number that a unit passes on.
  bool has_weight(std::size_t layer, std::size_t unit) const { return has_weights(layer) && !passes_on(layer, unit); }

  // The units of a layer that read a number of the layer below; the numbers that a unit reads, and
  // those that it has weights for.
  Places readers(std::size_t layer, std::size_t from) const { return readers_of(architecture.layers[layer], from); }
  Places read_by(std::size_t layer, std::size_t unit) const {
    return is_norm(layer) ? Places(0, inputs(layer)) : sources(layer, unit);
  }
  Places sources(std::size_t layer, std::size_t unit) const {
    const InputRange sources = sources_of(architecture.layers[layer], unit);
    return {sources.begin, sources.end};
  }

  // The same; none where there are no weights.
  Places weighted_sources(std::size_t layer, std::size_t unit) const {
    return has_weight(layer, unit) ? sources(layer, unit) : Places(0, 0);
  }

  // All that hear a number at a place, 0 being the input, k the a of layer k − 1: those that read it, then those that
  // add it.
  std::vector<Hearer> hearers(std::size_t place, std::size_t from) const;

  // Where a weight stands in weights[layer], and in a gradient of the same shape.
  std::size_t place(std::size_t layer, std::size_t unit, std::size_t from) const {
    return weight_place(architecture.layers[layer], unit, from);
  }
  double weight(std::size_t layer, std::size_t unit, std::size_t from) const {
    return has_weight(layer, unit) ? weights[layer][place(layer, unit, from)] : 1;
  }
  // A weight or a bias.
  double parameter(const Selector& what) const {
    return what.kind == Selector::Kind::kBias ? biases[what.layer][what.unit]
                                              : weight(what.layer, what.unit, what.from);
  }

  Architecture architecture;
  std::vector<std::vector<double>> weights;  // as Network::weights() gives them
  std::vector<std::vector<double>> running_means;
  std::vector<std::vector<double>> running_variances;
  std::vector<std::vector<double>> biases;
  std::vector<std::vector<std::size_t>> adders;  // of each place, the add layers that add what is there, ascending
};

}  // namespace bprop::explaining
