// SPDX-License-Identifier: Apache-2.0
#include "train/divergence_search.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "bprop/gradients.h"
#include "nn/layout.h"
#include "nn/leaves.h"
#include "nn/network_state.h"

namespace bprop::training {
namespace {

using Number = Divergence::Number;
using Found = std::optional<Divergence>;

template <class T>
std::optional<std::size_t> first_not_finite(std::span<const T> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](T value) { return !std::isfinite(value); });
  if (found == values.end()) return std::nullopt;
  return static_cast<std::size_t>(found - values.begin());
}

// In a matrix (out × in) of weights or their gradients.
template <class T>
Found in_weights(Number number, std::size_t layer, std::size_t inputs, const std::vector<T>& weights) {
  const auto at = first_not_finite<T>(weights);
  if (!at) return std::nullopt;
  return Divergence{
      .number = number, .value = weights[*at], .layer = layer, .unit = *at / inputs, .column = *at % inputs};
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
    if (auto found = in_weights<T>(Number::kWeight, k, nn::dense(layers[k]).inputs, network.weights(k))) return found;
    if (auto found = in_bias<T>(Number::kBias, k, network.bias(k))) return found;
  }
  return std::nullopt;
}

// One leaf of a step.
template <class T>
class LeafSearch {
 public:
  LeafSearch(const BasicNetwork<T>& network, const LossOptions& loss, const RowSource<T>& source,
             std::span<const std::uint32_t> rows)
      : network_(network),
        loss_(loss),
        source_(source),
        rows_(rows),
        input_(rows.size() * network.inputs()),
        target_(rows.size() * network.outputs()) {
    source.fill(rows, input_.data(), target_.data());
  }

  Found run(Search search) {
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
      const std::size_t inputs = nn::dense(network_.architecture().layers[k]).inputs;
      if (auto found = in_units(Number::kDelta, k, g.layers[k].delta)) return found;
      if (auto found = in_weights<T>(Number::kWeightGradient, k, inputs, g.layers[k].d_weights)) return found;
      if (auto found = in_bias<T>(Number::kBiasGradient, k, g.layers[k].d_bias)) return found;
    }
    return std::nullopt;
  }

 private:
  Found at_row(Divergence found, std::size_t row) const {
    found.row = source_.source_row(rows_[row]);
    found.where = source_.where(rows_[row]);
    return found;
  }

  Found in_rows(Number number, const std::vector<T>& values) const {
    const auto at = first_not_finite<T>(values);
    if (!at) return std::nullopt;
    const std::size_t width = values.size() / rows_.size();
    return at_row({.number = number, .value = values[*at], .column = *at % width}, *at / width);
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
    const std::span<const T> input(input_);
    const std::span<const T> target(target_);
    for (std::size_t n = 0; n < rows_.size(); ++n) {
      const double value = loss<T>(network_, input.subspan(n * network_.inputs(), network_.inputs()),
                                   target.subspan(n * network_.outputs(), network_.outputs()), loss_);
      if (!std::isfinite(value)) return at_row({.number = Number::kLoss, .value = value}, n);
    }
    return std::nullopt;
  }

  const BasicNetwork<T>& network_;
  const LossOptions& loss_;
  const RowSource<T>& source_;
  std::span<const std::uint32_t> rows_;
  std::vector<T> input_;
  std::vector<T> target_;
};

}  // namespace

template <class T>
bool all_finite(const BasicNetwork<T>& network) {
  return !first_not_finite<T>(network.state().parameters.span());
}

template <class T>
std::optional<Divergence> find_divergence(const BasicNetwork<T>& network, const LossOptions& loss,
                                          const RowSource<T>& source, std::span<const std::uint32_t> rows,
                                          Search search) {
  if (auto found = in_parameters(network)) return found;
  for (std::size_t first = 0; first < rows.size(); first += nn::kLeafRows) {
    const auto leaf = rows.subspan(first, std::min(nn::kLeafRows, rows.size() - first));
    if (auto found = LeafSearch<T>(network, loss, source, leaf).run(search)) return found;
  }
  return std::nullopt;
}

template bool all_finite(const Network&);
template bool all_finite(const DoubleNetwork&);
template std::optional<Divergence> find_divergence(const Network&, const LossOptions&, const RowSource<float>&,
                                                   std::span<const std::uint32_t>, Search);
template std::optional<Divergence> find_divergence(const DoubleNetwork&, const LossOptions&, const RowSource<double>&,
                                                   std::span<const std::uint32_t>, Search);

}  // namespace bprop::training
