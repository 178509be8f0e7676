// SPDX-License-Identifier: Apache-2.0
#include "check/tape_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bprop/tape.h"
#include "nn/dropout.h"
#include "tape/formulas.h"

namespace bprop::check {
namespace {

// The parameters of a layer as variables of the tape.
struct TapeLayer {
  const Layer* layer = nullptr;
  std::vector<Variable> weights;  // (out × in), or a diagonal
  std::vector<Variable> bias;
};

std::vector<TapeLayer> parameters_on(Tape& tape, const DoubleNetwork& network) {
  std::vector<TapeLayer> layers;
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    TapeLayer layer{&network.architecture().layers[k], {}, {}};
    for (const double w : network.weights(k)) layer.weights.push_back(tape.variable(w));
    for (const double b : network.bias(k)) layer.bias.push_back(tape.variable(b));
    layers.push_back(std::move(layer));
  }
  return layers;
}

// Group after group, with its own W and b; then what is passed on.
std::vector<Variable> embedded(const Embedding& embedding, const TapeLayer& layer, const std::vector<Variable>& x) {
  std::vector<Variable> z;
  std::vector<bool> passed(x.size(), true);
  std::size_t place = 0;
  for (const InputGroups& of : embedding.groups) {
    for (std::size_t first = of.begin; first < of.end; first += of.size) {
      for (std::size_t unit = 0; unit < of.outputs; ++unit) {
        Variable sum = 0.0;
        for (std::size_t i = first; i < first + of.size; ++i) sum = sum + layer.weights[place++] * x[i];
        z.push_back(layer.bias.empty() ? sum : sum + layer.bias[z.size()]);
      }
    }
    for (std::size_t i = of.begin; i < of.end; ++i) passed[i] = embedding.kind == Embedding::Kind::kWaves;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (passed[i]) z.push_back(x[i]);
  }
  return z;
}

// γ (x − mean) / √(variance + ε) + b over the numbers of the row.
std::vector<Variable> normalised(const TapeLayer& layer, const std::vector<Variable>& x) {
  const double count = static_cast<double>(x.size());
  Variable sum = 0.0;
  for (const Variable& value : x) sum = sum + value;
  const Variable mean = sum / count;
  Variable squares = 0.0;
  for (const Variable& value : x) squares = squares + (value - mean) * (value - mean);
  const Variable deviation = sqrt(squares / count + LayerNorm::kEpsilon);
  std::vector<Variable> z;
  for (std::size_t i = 0; i < x.size(); ++i) {
    z.push_back(layer.weights[i] * ((x[i] - mean) / deviation) + layer.bias[i]);
  }
  return z;
}

// z of one kind of layer, in one row of a pass.
struct PreActivations {
  const TapeLayer& layer;
  const std::vector<Variable>& x;
  const std::vector<double>& mask;                   // empty in predictions
  const std::vector<std::vector<Variable>>& places;  // the input, then a of each layer

  std::vector<Variable> operator()(const Scale&) const {
    std::vector<Variable> z;
    for (std::size_t i = 0; i < x.size(); ++i) z.push_back(layer.weights[i] * x[i]);
    return z;
  }
  std::vector<Variable> operator()(const Dropout&) const {
    if (mask.empty()) return x;
    std::vector<Variable> z;
    for (std::size_t i = 0; i < x.size(); ++i) z.push_back(x[i] * mask[i]);
    return z;
  }
  std::vector<Variable> operator()(const LayerNorm&) const { return normalised(layer, x); }
  std::vector<Variable> operator()(const Embedding& embedding) const { return embedded(embedding, layer, x); }
  std::vector<Variable> operator()(const Add& add) const {
    const std::vector<Variable>& earlier = places[places.size() - 1 - add.back];
    std::vector<Variable> z;
    for (std::size_t i = 0; i < x.size(); ++i) z.push_back(x[i] + earlier[i]);
    return z;
  }
  std::vector<Variable> operator()(const Dense& dense) const {
    std::vector<Variable> z;
    for (std::size_t out = 0; out < dense.outputs; ++out) {
      Variable sum = 0.0;
      for (std::size_t in = 0; in < x.size(); ++in) sum = sum + layer.weights[out * x.size() + in] * x[in];
      z.push_back(dense.bias ? sum + layer.bias[out] : sum);
    }
    return z;
  }
};

// What a dropout layer multiplies a row by; nothing of other layers, and in predictions.
std::vector<double> mask_of(const Architecture& architecture, std::size_t layer, const PassKey& pass, std::size_t row) {
  std::vector<double> mask;
  const auto* const dropout = std::get_if<Dropout>(&architecture.layers[layer]);
  if (dropout == nullptr || pass.pass == Pass::kPrediction) return mask;
  const std::size_t first = nn::first_masked_unit(architecture, layer);
  for (std::size_t unit = 0; unit < dropout->size; ++unit) {
    mask.push_back(nn::mask_number(*dropout, pass, first, row, unit));
  }
  return mask;
}

double nearest(const std::vector<Variable>& values, double so_far) {
  for (const Variable& value : values) so_far = std::min(so_far, std::fabs(value.value()));
  return so_far;
}

void add_adjoints(const std::vector<Variable>& variables, double scale, std::vector<double>& sums) {
  sums.resize(variables.size());
  for (std::size_t i = 0; i < variables.size(); ++i) sums[i] += scale * variables[i].adjoint();
}

}  // namespace

TapeGradients tape_gradients(const DoubleNetwork& network, std::span<const double> input,
                             std::span<const double> target, const LossOptions& options, const PassKey& pass) {
  const std::size_t inputs = network.inputs();
  const std::size_t outputs = network.outputs();
  const std::size_t rows = input.size() / inputs;
  const double scale = options.reduction == Reduction::kMean ? 1.0 / static_cast<double>(rows) : 1.0;
  check_outputs(options, outputs);
  const bool pair = rule(options.loss).link == activation_of(network.architecture().layers.back());

  TapeGradients result;
  result.nearest_kink = std::numeric_limits<double>::infinity();
  result.d_weights.resize(network.architecture().layers.size());
  result.d_bias.resize(network.architecture().layers.size());
  Tape tape;
  for (std::size_t row = 0; row < rows; ++row) {
    tape.clear();
    const std::vector<TapeLayer> layers = parameters_on(tape, network);
    std::vector<Variable> x;
    for (std::size_t i = 0; i < inputs; ++i) x.push_back(tape.variable(input[row * inputs + i]));

    std::vector<Variable> a = x;
    std::vector<std::vector<Variable>> places = {x};
    for (const TapeLayer& layer : layers) {
      const std::vector<double> mask =
          mask_of(network.architecture(), static_cast<std::size_t>(&layer - layers.data()), pass, row);
      const std::vector<Variable> z = std::visit(PreActivations{layer, a, mask, places}, *layer.layer);
      const Activation activation = activation_of(*layer.layer);
      if (!rule(activation).smooth) result.nearest_kink = nearest(z, result.nearest_kink);
      const bool last = &layer == &layers.back();
      a = last && pair ? z : tape_rules::activate(activation, z);
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = passes_on(*layer.layer, i) ? z[i] : a[i];
      places.push_back(a);
    }
    const auto y = target.subspan(row * outputs, outputs);
    if (!rule(options.loss).smooth) {
      for (std::size_t k = 0; k < outputs; ++k) {
        const double s = a[k].value();
        const double distance = options.loss == Loss::kHinge ? 1 - (2 * y[k] - 1) * s : s - y[k];
        result.nearest_kink = std::min(result.nearest_kink, std::fabs(distance));
      }
    }
    // A row that meets only dead relu units has a constant loss; with x beside it, it stands on the tape all the same.
    const Variable score_loss = tape_rules::loss(options, a, y);
    const Variable loss = Tape::record(Tape::Operation::kAdd, score_loss.value(), score_loss, 1, x.front(), 0);

    result.loss += scale * loss.value();
    tape.backward(loss);
    for (std::size_t k = 0; k < layers.size(); ++k) {
      add_adjoints(layers[k].weights, scale, result.d_weights[k]);
      add_adjoints(layers[k].bias, scale, result.d_bias[k]);
    }
    for (const Variable& value : x) result.d_input.push_back(scale * value.adjoint());
  }
  return result;
}

}  // namespace bprop::check
