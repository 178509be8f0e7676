// SPDX-License-Identifier: Apache-2.0
#include "bprop/merged.h"

#include <fmt/format.h>

#include <vector>

#include "base/check.h"
#include "nn/embedding.h"

namespace bprop {
namespace {

// Numbers of the dense layers, in order.
std::vector<std::size_t> dense_layers(const Architecture& architecture) {
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    if (std::holds_alternative<Dense>(architecture.layers[k])) found.push_back(k);
  }
  return found;
}

// W of a dense layer times the factors of the scale layers between it and the one before.
template <class T>
std::vector<T> scaled_weights(const BasicNetwork<T>& network, std::size_t layer) {
  const auto& layers = network.architecture().layers;
  std::vector<T> w = network.weights(layer);
  const std::size_t inputs = inputs_of(layers[layer]);
  for (std::size_t k = layer; k > 0 && !std::holds_alternative<Dense>(layers[k - 1]); --k) {
    if (!std::holds_alternative<Scale>(layers[k - 1])) continue;
    const std::vector<T> factors = network.weights(k - 1);
    for (std::size_t place = 0; place < w.size(); ++place) w[place] *= factors[place % inputs];
  }
  return w;
}

template <class T>
void append(std::vector<T>& all, const std::vector<T>& values) {
  all.insert(all.end(), values.begin(), values.end());
}

// The members' units one after the other: W of a dense layer whose inputs all members share, or of a group each.
template <class T>
void set_side_by_side(std::span<const BasicNetwork<T>> members, std::size_t from, BasicNetwork<T>& to,
                      std::size_t layer) {
  std::vector<T> weights, bias;
  for (const BasicNetwork<T>& member : members) {
    append(weights, scaled_weights(member, from));
    append(bias, member.bias(from));
    bias.resize(weights.size() / inputs_of(member.architecture().layers[from]));  // zeros where there is none
  }
  to.set_weights(layer, weights);
  if (has_bias(to.architecture().layers[layer])) to.set_bias(layer, bias);
}

// The mean of what the members make of their own units, or of the inputs that they share.
template <class T>
void set_mean(std::span<const BasicNetwork<T>> members, std::size_t from, BasicNetwork<T>& to) {
  const std::size_t layer = to.architecture().layers.size() - 1;
  const std::size_t outputs = to.outputs();
  const std::size_t each = inputs_of(members[0].architecture().layers[from]);
  const std::size_t inputs = inputs_of(to.architecture().layers[layer]);
  const double share = 1 / static_cast<double>(members.size());
  std::vector<double> weights(outputs * inputs), bias(outputs);
  for (std::size_t m = 0; m < members.size(); ++m) {
    const std::size_t first = inputs == each ? 0 : m * each;
    const std::vector<T> w = scaled_weights(members[m], from), b = members[m].bias(from);
    for (std::size_t place = 0; place < w.size(); ++place) {
      weights[place / each * inputs + first + place % each] += static_cast<double>(w[place]) * share;
    }
    for (std::size_t out = 0; out < b.size(); ++out) bias[out] += static_cast<double>(b[out]) * share;
  }
  to.set_weights(layer, std::vector<T>(weights.begin(), weights.end()));
  if (has_bias(to.architecture().layers[layer])) to.set_bias(layer, std::vector<T>(bias.begin(), bias.end()));
}

}  // namespace

std::optional<std::string> merging_obstacle(const Architecture& member) {
  const auto dense = dense_layers(member);
  if (dense.empty() || dense.back() + 1 != member.layers.size()) return "its last layer is not a dense one";
  for (std::size_t k = 0; k < member.layers.size(); ++k) {
    const Layer& layer = member.layers[k];
    const bool known = std::holds_alternative<Dense>(layer) || std::holds_alternative<Scale>(layer) ||
                       std::holds_alternative<Dropout>(layer);
    if (!known) return fmt::format("layer {} is not a dense, scale or dropout layer", k + 1);
    if (k == dense.back() || !std::holds_alternative<Dense>(layer)) continue;
    if (activation_of(layer) == Activation::kSoftmax) return fmt::format("hidden layer {} has softmax", k + 1);
    if (k != dense.front() && outputs_of(layer) > nn::kMostGroupUnits) {
      return fmt::format("layer {} has {} units, at most {} can stand behind another hidden layer", k + 1,
                         outputs_of(layer), nn::kMostGroupUnits);
    }
  }
  return std::nullopt;
}

Architecture merged_architecture(const Architecture& member, std::size_t count) {
  BPROP_CHECK(count > 0, UsageError, "[merged] found no network, expected at least one");
  const auto obstacle = merging_obstacle(member);
  BPROP_CHECK(!obstacle, UsageError, "[merged] networks of \"{}\" cannot be merged: {}", member.text(), *obstacle);
  Architecture merged;
  std::size_t width = member.inputs();
  for (const std::size_t k : dense_layers(member)) {
    Dense layer = std::get<Dense>(member.layers[k]);
    const bool last = k + 1 == member.layers.size();
    if (merged.layers.empty() || last) {
      layer.inputs = width;
      layer.outputs *= last ? 1 : count;
      merged.layers.emplace_back(layer);
    } else {
      merged.layers.emplace_back(
          Embedding{Embedding::Kind::kMix, width, {{0, width, layer.inputs, layer.outputs}}, layer.activation});
    }
    width = outputs_of(merged.layers.back());
  }
  return merged;
}

template <class T>
BasicNetwork<T> merged(std::span<const BasicNetwork<T>> members) {
  BPROP_CHECK(!members.empty(), UsageError, "[merged] found no network, expected at least one");
  const Architecture& one = members[0].architecture();
  for (const BasicNetwork<T>& member : members) {
    BPROP_CHECK(member.architecture() == one, ShapeError, "[merged] found \"{}\" beside \"{}\", expected the same",
                member.architecture().text(), one.text());
  }
  BasicNetwork<T> network(merged_architecture(one, members.size()), {.arithmetic = members[0].arithmetic()});
  const auto dense = dense_layers(one);
  for (std::size_t k = 0; k + 1 < dense.size(); ++k) set_side_by_side(members, dense[k], network, k);
  set_mean(members, dense.back(), network);
  return network;
}

template BasicNetwork<float> merged(std::span<const BasicNetwork<float>>);
template BasicNetwork<double> merged(std::span<const BasicNetwork<double>>);

}  // namespace bprop
