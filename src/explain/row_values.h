// SPDX-License-Identifier: Apache-2.0
//
// RowValues: all numbers of one row: those of the forward pass as the engine has them, those of the backward pass from
// the rules, unit by unit, as a derivation writes them down. The loss is that of this row alone.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "bprop/gradients.h"
#include "bprop/selector.h"
#include "explain/network_parts.h"
#include "explain/norm_values.h"
#include "explain/row_loss.h"

namespace bprop::explaining {

OutputRule output_rule(const NetworkParts& parts, const LossOptions& loss);

struct LayerValues {
  std::vector<double> z;
  std::vector<double> a;
  std::vector<double> d_output;  // ∂l/∂a; of a pair by the long way, where that is finite
  std::vector<double> slope;     // φ'(z); empty for softmax
  std::vector<double> delta;     // ∂l/∂z
  NormValues norm = {};          // of a norm; empty u elsewhere
};

struct RowValues {
  std::vector<double> input;
  std::vector<double> target;  // labels smoothed
  std::vector<LayerValues> layers;

  const std::vector<double>& read_by(std::size_t layer) const { return layer == 0 ? input : layers[layer - 1].a; }
  // What the layer's weights multiply: what it reads, in a norm u.
  double incoming(std::size_t layer, std::size_t from) const {
    const std::vector<double>& u = layers[layer].norm.u;
    return u.empty() ? read_by(layer)[from] : u[from];
  }
  // ∂z/∂(what the layer reads), by these weights: the weight itself but for a norm.
  double slope_by_read(const NetworkParts& parts, std::size_t layer, std::size_t unit, std::size_t from) const {
    if (!parts.normalises(layer)) return parts.weight(layer, unit, from);
    return parts.weight(layer, unit, unit) * layers[layer].norm.slope(unit, from);
  }
  double slope_by_read(const NetworkParts& parts, const Hearer& by, std::size_t from) const {
    return by.is_added ? 1 : slope_by_read(parts, by.layer, by.unit, from);
  }
  // Its size if no term cancelled another.
  double slope_size(const NetworkParts& parts, std::size_t layer, std::size_t unit, std::size_t from) const {
    if (!parts.normalises(layer)) return std::fabs(parts.weight(layer, unit, from));
    return std::fabs(parts.weight(layer, unit, unit)) * layers[layer].norm.slope_size(unit, from);
  }
  double slope_size(const NetworkParts& parts, const Hearer& by, std::size_t from) const {
    return by.is_added ? 1 : slope_size(parts, by.layer, by.unit, from);
  }
  // ∂l/∂x of an input.
  double d_input(const NetworkParts& parts, std::size_t from) const {
    double sum = 0;
    for (const Hearer& by : parts.hearers(0, from)) {
      sum += layers[by.layer].delta[by.unit] * slope_by_read(parts, by, from);
    }
    return sum;
  }
};

// What a slip makes of the rules of the backward pass; by itself nothing.
struct BackwardSlips {
  bool forget_output_slope = false;  // δ = ∂l/∂a in the last layer
  bool forget_hidden_slopes = false;
};

// Row `row` of a forward pass over `all` rows; backward through all layers. Cost: a multiplication a weight.
RowValues row_values(const NetworkParts& parts, const DoubleGradients& all, std::span<const double> input,
                     std::size_t row, const LossOptions& loss, const BackwardSlips& slips = {});

// What |∂l/∂(what)| could be if no term cancelled another, a slope counting as at least 1e-3 (its own rounding error is
// an absolute one): rounding is a share of this.
double gradient_size(const NetworkParts& parts, const RowValues& row, const Selector& what, const LossOptions& loss);

// ∂a_k/∂z_j of softmax, a being its outputs.
inline double softmax_slope(const std::vector<double>& a, std::size_t k, std::size_t j) {
  return a[k] * ((k == j ? 1.0 : 0.0) - a[j]);
}

}  // namespace bprop::explaining
