// SPDX-License-Identifier: Apache-2.0
#include "explain/row_values.h"

#include <algorithm>
#include <cmath>

namespace bprop::explaining {
namespace {

std::vector<double> row_of(const std::vector<double>& matrix, std::size_t columns, std::size_t row) {
  const auto begin = matrix.begin() + static_cast<std::ptrdiff_t>(row * columns);
  return {begin, begin + static_cast<std::ptrdiff_t>(columns)};
}

// δ of the last layer of a pair.
double pair_delta(const LayerValues& last, const std::vector<double>& y, std::size_t k, Loss loss) {
  if (loss != Loss::kCrossEntropy) return last.a[k] - y[k];
  double targets = 0;
  for (const double target : y) targets += target;
  return last.a[k] * targets - y[k];
}

// δ of a layer from its ∂l/∂a.
void find_deltas(Activation activation, LayerValues& layer) {
  const std::size_t units = layer.a.size();
  layer.delta.assign(units, 0.0);
  if (activation == Activation::kSoftmax) {
    for (std::size_t j = 0; j < units; ++j) {
      for (std::size_t k = 0; k < units; ++k) layer.delta[j] += layer.d_output[k] * softmax_slope(layer.a, k, j);
    }
    return;
  }
  for (std::size_t j = 0; j < units; ++j) layer.delta[j] = layer.d_output[j] * layer.slope[j];
}

}  // namespace

OutputRule output_rule(const NetworkParts& parts, const LossOptions& loss) {
  const Activation activation = parts.activation(parts.layers() - 1);
  const Activation link = rule(loss.loss).link;
  const bool focal = loss.loss == Loss::kBinaryFocal || loss.loss == Loss::kFocal;
  if (activation == link && focal) return OutputRule::kLongPair;
  if (activation == link && link != Activation::kIdentity) return OutputRule::kPair;
  return activation == Activation::kSoftmax ? OutputRule::kSoftmax : OutputRule::kScore;
}

RowValues row_values(const NetworkParts& parts, const DoubleGradients& all, std::span<const double> input,
                     std::size_t row, const LossOptions& loss, const BackwardSlips& slips) {
  RowValues values;
  const std::size_t inputs = parts.architecture.inputs();
  values.input.assign(input.begin() + static_cast<std::ptrdiff_t>(row * inputs),
                      input.begin() + static_cast<std::ptrdiff_t>((row + 1) * inputs));
  values.target = row_of(all.target, parts.architecture.outputs(), row);
  values.layers.resize(parts.layers());
  const OutputRule output = output_rule(parts, loss);
  for (std::size_t l = parts.layers(); l-- > 0;) {
    const std::size_t units = parts.units(l);
    const Activation activation = parts.activation(l);
    LayerValues& layer = values.layers[l];
    layer.z = row_of(all.layers[l].z, units, row);
    layer.a = row_of(all.layers[l].a, units, row);
    if (parts.normalises(l)) {
      layer.norm = parts.normalised(l, l == 0 ? values.input : row_of(all.layers[l - 1].a, parts.units(l - 1), row));
    }
    if (activation != Activation::kSoftmax) {
      const bool forgotten = parts.is_last(l) ? slips.forget_output_slope : slips.forget_hidden_slopes;
      for (std::size_t j = 0; j < units; ++j) {
        layer.slope.push_back(forgotten ? 1.0 : rule(parts.activation(l, j)).derivative(layer.z[j], layer.a[j]));
      }
    }
    if (parts.is_last(l)) {
      layer.d_output = row_loss_gradient(output, loss, layer.a, values.target);
    } else {
      layer.d_output.assign(units, 0.0);
      const LayerValues& above = values.layers[l + 1];
      for (std::size_t k = 0; k < above.delta.size(); ++k) {
        for (const std::size_t j : parts.read_by(l + 1, k)) {
          layer.d_output[j] += above.delta[k] * values.slope_by_read(parts, l + 1, k, j);
        }
      }
      for (const std::size_t adder : parts.adders[l + 1]) {
        for (std::size_t j = 0; j < units; ++j) layer.d_output[j] += values.layers[adder].delta[j];
      }
    }
    if (parts.is_last(l) && output == OutputRule::kPair) {
      for (std::size_t k = 0; k < units; ++k) {
        layer.delta.push_back(pair_delta(layer, values.target, k, loss.loss));
      }
    } else {
      find_deltas(activation, layer);
    }
  }
  return values;
}

double gradient_size(const NetworkParts& parts, const RowValues& row, const Selector& what, const LossOptions& loss) {
  constexpr double kLeastSlope = 1e-3;
  const std::size_t lowest = what.kind == Selector::Kind::kInput ? 0 : what.layer;
  std::vector<double> d_output;
  std::vector<std::vector<double>> deltas(parts.layers());
  for (std::size_t l = parts.layers(); l-- > lowest;) {
    const LayerValues& layer = row.layers[l];
    std::vector<double>& delta = deltas[l];
    const std::size_t units = layer.a.size();
    d_output.assign(units, 0.0);
    for (std::size_t j = 0; j < units; ++j) {
      if (parts.is_last(l))
        d_output[j] = std::fabs(layer.d_output[j]) + std::fabs(layer.a[j]) + std::fabs(row.target[j]);
      if (parts.is_last(l)) continue;
      for (const Hearer& by : parts.hearers(l + 1, j)) {
        d_output[j] += deltas[by.layer][by.unit] * row.slope_size(parts, by, j);
      }
    }
    delta.assign(units, 0.0);
    for (std::size_t j = 0; j < units; ++j) {
      if (parts.is_last(l) && output_rule(parts, loss) == OutputRule::kPair) {
        delta[j] = std::fabs(layer.a[j]) + std::fabs(row.target[j]);
      } else if (!layer.slope.empty()) {
        delta[j] = d_output[j] * std::max(std::fabs(layer.slope[j]), kLeastSlope);
      } else {
        for (std::size_t k = 0; k < units; ++k) delta[j] += d_output[k] * std::fabs(softmax_slope(layer.a, k, j));
      }
    }
  }
  const std::vector<double>& delta = deltas[lowest];
  switch (what.kind) {
    case Selector::Kind::kWeight: return delta[what.unit] * std::fabs(row.incoming(what.layer, what.from));
    case Selector::Kind::kActivation: return d_output[what.unit];
    case Selector::Kind::kInput: {
      double sum = 0;
      for (const Hearer& by : parts.hearers(0, what.unit)) {
        sum += deltas[by.layer][by.unit] * row.slope_size(parts, by, what.unit);
      }
      return sum;
    }
    default: return delta[what.unit];
  }
}

}  // namespace bprop::explaining
