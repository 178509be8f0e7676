// SPDX-License-Identifier: Apache-2.0
#include "check/not_finite.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "bprop/gradients.h"
#include "nn/layout.h"
#include "nn/leaves.h"
#include "nn/network_state.h"

namespace bprop::check {
namespace {

using Number = Divergence::Number;
using Cause = Divergence::Cause;
using Found = std::optional<Divergence>;

template <class T>
std::optional<std::size_t> first_not_finite(std::span<const T> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](T value) { return !std::isfinite(value); });
  if (found == values.end()) return std::nullopt;
  return static_cast<std::size_t>(found - values.begin());
}

// In the weights of a layer, or their gradients.
template <class T>
Found in_weights(Number number, std::size_t index, const Layer& layer, const std::vector<T>& weights) {
  const auto at = first_not_finite<T>(weights);
  if (!at) return std::nullopt;
  const WeightEnds ends = weight_ends(layer, *at);
  return Divergence{.number = number, .value = weights[*at], .layer = index, .unit = ends.out, .column = ends.in};
}

template <class T>
Found in_bias(Number number, std::size_t layer, const std::vector<T>& bias) {
  const auto at = first_not_finite<T>(bias);
  if (!at) return std::nullopt;
  return Divergence{.number = number, .value = bias[*at], .layer = layer, .unit = *at};
}

template <class T>
Found in_parameters(const BasicNetwork<T>& network) {
  if (all_finite(network)) return std::nullopt;
  const auto& layers = network.architecture().layers;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    auto found = in_weights<T>(Number::kWeight, k, layers[k], network.weights(k));
    if (!found) found = in_bias<T>(Number::kBias, k, network.bias(k));
    if (!found) found = in_bias<T>(Number::kRunningMean, k, network.running_mean(k));
    if (!found) found = in_bias<T>(Number::kRunningVariance, k, network.running_variance(k));
    if (!found) continue;
    found->cause = Cause::kLargeUpdate;
    return found;
  }
  return std::nullopt;
}

// Above this a standardised column, a standardised target and the weights of a network that learns hardly ever are.
constexpr double kLarge = 100;

struct Largest {
  double value = 0;
  std::size_t position = 0;
};
template <class T>
Largest largest_of(std::span<const T> values) {
  Largest largest;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::fabs(static_cast<double>(values[i])) > std::fabs(largest.value)) {
      largest = {static_cast<double>(values[i]), i};
    }
  }
  return largest;
}

// Of weights and biases.
template <class T>
double largest_parameter(const nn::NetworkState<T>& network) {
  double largest = 0;
  for (std::size_t k = 0; k < network.layout.layers(); ++k) {
    const nn::LayerLayout& at = network.layout[k];
    const auto own = network.parameters.span().subspan(at.weights, at.weights_size + at.bias_size);
    largest = std::max(largest, std::fabs(largest_of<T>(own).value));
  }
  return largest;
}

bool takes_logarithms(Loss loss) { return rule(loss).target == LossTarget::kClasses && loss != Loss::kHinge; }

// The rows of one leaf.
template <class T>
class LeafSearch {
 public:
  LeafSearch(const BasicNetwork<T>& network, const LossOptions& loss, std::span<const T> input,
             std::span<const T> target)
      : network_(network), loss_(loss), input_(input), target_(target), rows_(input.size() / network.inputs()) {}

  Found run(Search search) const {
    Found found = first(search);
    if (found) add_cause(*found);
    return found;
  }

 private:
  Found first(Search search) const {
    if (auto found = in_rows(Number::kInput, input_)) return found;
    if (auto found = in_targets()) return found;
    const BasicGradients<T> g = gradients<T>(network_, input_, target_, loss_);
    for (std::size_t k = 0; k < g.layers.size(); ++k) {
      if (auto found = in_units(Number::kPreActivation, k, g.layers[k].z)) return found;
      if (auto found = in_units(Number::kActivation, k, g.layers[k].a)) return found;
    }
    if (auto found = in_losses()) return found;
    if (search == Search::kForward) return std::nullopt;
    for (std::size_t k = g.layers.size(); k-- > 0;) {
      const Layer& layer = network_.architecture().layers[k];
      if (auto found = in_units(Number::kDelta, k, g.layers[k].delta)) return found;
      if (auto found = in_weights<T>(Number::kWeightGradient, k, layer, g.layers[k].d_weights)) return found;
      if (auto found = in_bias<T>(Number::kBiasGradient, k, g.layers[k].d_bias)) return found;
    }
    return std::nullopt;
  }

  Found in_rows(Number number, std::span<const T> values) const {
    const auto at = first_not_finite<T>(values);
    if (!at) return std::nullopt;
    const std::size_t width = values.size() / rows_;
    return Divergence{.number = number, .value = values[*at], .column = *at % width, .row = *at / width};
  }

  Found in_targets() const {
    auto found = in_rows(Number::kTarget, target_);
    if (found) found->unit = std::exchange(found->column, std::nullopt);
    return found;
  }

  Found in_units(Number number, std::size_t layer, const std::vector<T>& values) const {
    auto found = in_rows(number, values);
    if (!found) return found;
    found->layer = layer;
    found->unit = std::exchange(found->column, std::nullopt);
    return found;
  }

  Found in_losses() const {
    for (std::size_t n = 0; n < rows_; ++n) {
      const double value = loss<T>(network_, input_of(n), target_of(n), loss_);
      if (!std::isfinite(value)) return Divergence{.number = Number::kLoss, .value = value, .row = n};
    }
    return std::nullopt;
  }

  std::span<const T> input_of(std::size_t row) const {
    return input_.subspan(row * network_.inputs(), network_.inputs());
  }
  std::span<const T> target_of(std::size_t row) const {
    return target_.subspan(row * network_.outputs(), network_.outputs());
  }

  // A sum over rows may owe it to any of them.
  void add_cause(Divergence& found) const {
    if (found.number == Number::kInput || found.number == Number::kTarget) {
      found.cause = Cause::kCell;
      return;
    }
    const Largest input = largest_of<T>(found.row ? input_of(*found.row) : input_);
    const Largest target = largest_of<T>(found.row ? target_of(*found.row) : target_);
    const double weight = largest_parameter(network_.state());
    if (std::fabs(input.value) > kLarge) {
      found.cause = Cause::kUnscaledColumn;
      found.cause_value = input.value;
      found.cause_column = input.position % network_.inputs();
    } else if (std::fabs(target.value) > kLarge && found.number != Number::kPreActivation) {
      found.cause = Cause::kUnscaledTarget;
      found.cause_value = target.value;
    } else if (found.number == Number::kLoss && takes_logarithms(loss_.loss)) {
      found.cause = Cause::kLogOfZero;
    } else if (weight > kLarge) {
      found.cause = Cause::kLargeWeights;
      found.cause_value = weight;
    }
  }

  const BasicNetwork<T>& network_;
  const LossOptions& loss_;
  std::span<const T> input_;
  std::span<const T> target_;
  std::size_t rows_;
};

}  // namespace

template <class T>
bool all_finite(const BasicNetwork<T>& network) {
  return !first_not_finite<T>(network.state().parameters.span());
}

template <class T>
std::optional<Divergence> find_not_finite(const BasicNetwork<T>& network, const LossOptions& loss,
                                          std::span<const T> input, std::span<const T> target, Search search) {
  if (auto found = in_parameters(network)) return found;
  const std::size_t rows = input.size() / network.inputs();
  for (std::size_t first = 0; first < rows; first += nn::kLeafRows) {
    const std::size_t count = std::min(nn::kLeafRows, rows - first);
    const LeafSearch<T> leaf(network, loss, input.subspan(first * network.inputs(), count * network.inputs()),
                             target.subspan(first * network.outputs(), count * network.outputs()));
    auto found = leaf.run(search);
    if (!found) continue;
    if (found->row) *found->row += first;
    return found;
  }
  return std::nullopt;
}

template bool all_finite(const Network&);
template bool all_finite(const DoubleNetwork&);
template std::optional<Divergence> find_not_finite(const Network&, const LossOptions&, std::span<const float>,
                                                   std::span<const float>, Search);
template std::optional<Divergence> find_not_finite(const DoubleNetwork&, const LossOptions&, std::span<const double>,
                                                   std::span<const double>, Search);

}  // namespace bprop::check
