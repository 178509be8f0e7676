// SPDX-License-Identifier: Apache-2.0
#include "check/tape_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bprop/tape.h"
#include "nn/dropout.h"
#include "nn/leaves.h"
#include "tape/formulas.h"

namespace bprop::check {
namespace {

// The parameters of a layer as variables of the tape.
struct TapeLayer {
  const Layer* layer = nullptr;
  std::vector<Variable> weights;  // (out × in), or a diagonal
  std::vector<Variable> bias;
  std::vector<double> running_mean;  // of a batch norm
  std::vector<double> running_variance;
};

std::vector<TapeLayer> parameters_on(Tape& tape, const DoubleNetwork& network) {
  std::vector<TapeLayer> layers;
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    TapeLayer layer{&network.architecture().layers[k], {}, {}, network.running_mean(k), network.running_variance(k)};
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

using Rows = std::vector<std::vector<Variable>>;

// γ (x − mean) / √(variance + ε) + b, number by number over the rows.
Rows normalised_by_rows(const TapeLayer& layer, const Rows& x) {
  const double count = static_cast<double>(x.size());
  Rows z(x.size());
  for (std::size_t i = 0; i < layer.weights.size(); ++i) {
    Variable sum = 0.0;
    for (const auto& row : x) sum = sum + row[i];
    const Variable mean = sum / count;
    Variable squares = 0.0;
    for (const auto& row : x) squares = squares + (row[i] - mean) * (row[i] - mean);
    const Variable deviation = sqrt(squares / count + BatchNorm::kEpsilon);
    for (std::size_t row = 0; row < x.size(); ++row) {
      z[row].push_back(layer.weights[i] * ((x[row][i] - mean) / deviation) + layer.bias[i]);
    }
  }
  return z;
}

// z of one kind of layer, in one row of a pass.
struct PreActivations {
  const TapeLayer& layer;
  const std::vector<Variable>& x;
  const std::vector<double>& mask;  // empty in predictions
  const std::vector<Rows>& places;  // the input, then a of each layer
  std::size_t row;

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
  // By what is kept running.
  std::vector<Variable> operator()(const BatchNorm&) const {
    std::vector<Variable> z;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double deviation = std::sqrt(layer.running_variance[i] + BatchNorm::kEpsilon);
      z.push_back(layer.weights[i] * ((x[i] - layer.running_mean[i]) / deviation) + layer.bias[i]);
    }
    return z;
  }
  std::vector<Variable> operator()(const Embedding& embedding) const { return embedded(embedding, layer, x); }
  std::vector<Variable> operator()(const Add& add) const {
    const std::vector<Variable>& earlier = places[places.size() - 1 - add.back][row];
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

// How near the scores of a row are to where the loss has a kink.
double nearest_in_loss(const LossOptions& options, const std::vector<Variable>& scores, std::span<const double> y) {
  double nearest = std::numeric_limits<double>::infinity();
  if (rule(options.loss).smooth) return nearest;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const double s = scores[k].value();
    const double distance = options.loss == Loss::kHinge ? 1 - (2 * y[k] - 1) * s : s - y[k];
    nearest = std::min(nearest, std::fabs(distance));
  }
  return nearest;
}

void add_adjoints(const std::vector<Variable>& variables, double scale, std::vector<double>& sums) {
  sums.resize(variables.size());
  for (std::size_t i = 0; i < variables.size(); ++i) sums[i] += scale * variables[i].adjoint();
}

// The rows that are on the tape at a time.
class TapePass {
 public:
  TapePass(const DoubleNetwork& network, const LossOptions& options, const PassKey& pass, double scale,
           TapeGradients& result)
      : network_(network),
        options_(options),
        pass_(pass),
        scale_(scale),
        pair_(rule(options.loss).link == activation_of(network.architecture().layers.back())),
        result_(result) {}

  // first: the number of the first among all rows.
  void operator()(std::size_t first, std::span<const double> input, std::span<const double> target) {
    tape_.clear();
    layers_ = parameters_on(tape_, network_);
    const std::size_t inputs = network_.inputs();
    const std::size_t outputs = network_.outputs();
    Rows x(input.size() / inputs);
    for (std::size_t i = 0; i < input.size(); ++i) x[i / inputs].push_back(tape_.variable(input[i]));
    kinks_.assign(x.size(), std::numeric_limits<double>::infinity());
    const Rows scores = scores_of(first, x);

    // A row that meets only dead relu units has a constant loss; with x beside it, it stands on the tape all the same.
    Variable loss = Tape::record(Tape::Operation::kAdd, 0, x[0].front(), 0, x[0].front(), 0);
    for (std::size_t row = 0; row < x.size(); ++row) {
      const auto y = target.subspan(row * outputs, outputs);
      kinks_[row] = std::min(kinks_[row], nearest_in_loss(options_, scores[row], y));
      loss = loss + tape_rules::loss(options_, scores[row], y);
    }
    result_.loss += scale_ * loss.value();
    tape_.backward(loss);
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      add_adjoints(layers_[k].weights, scale_, result_.d_weights[k]);
      add_adjoints(layers_[k].bias, scale_, result_.d_bias[k]);
    }
    for (const auto& row : x) {
      for (const Variable& value : row) result_.d_input.push_back(scale_ * value.adjoint());
    }
    for (const double kink : kinks_) {
      result_.row_kinks.push_back(kink);
      result_.nearest_kink = std::min(result_.nearest_kink, kink);
    }
  }

 private:
  Rows scores_of(std::size_t first, const Rows& x) {
    Rows a = x;
    std::vector<Rows> places = {x};
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const Rows z = pre_activations(first, k, places);
      const Activation activation = activation_of(*layers_[k].layer);
      for (std::size_t row = 0; row < a.size(); ++row) {
        if (!rule(activation).smooth) kinks_[row] = nearest(z[row], kinks_[row]);
        a[row] = k + 1 == layers_.size() && pair_ ? z[row] : tape_rules::activate(activation, z[row]);
        for (std::size_t i = 0; i < a[row].size(); ++i) {
          if (passes_on(*layers_[k].layer, i)) a[row][i] = z[row][i];
        }
      }
      places.push_back(a);
    }
    return a;
  }

  // places: the input and the a of each layer before.
  Rows pre_activations(std::size_t first, std::size_t k, const std::vector<Rows>& places) const {
    const TapeLayer& layer = layers_[k];
    const Rows& x = places.back();
    const bool by_rows = pass_.pass == Pass::kTraining && x.size() > 1;
    if (by_rows && std::holds_alternative<BatchNorm>(*layer.layer)) return normalised_by_rows(layer, x);
    Rows z;
    for (std::size_t row = 0; row < x.size(); ++row) {
      const std::vector<double> mask = mask_of(network_.architecture(), k, pass_, first + row);
      z.push_back(std::visit(PreActivations{layer, x[row], mask, places, row}, *layer.layer));
    }
    return z;
  }

  const DoubleNetwork& network_;
  const LossOptions& options_;
  const PassKey& pass_;
  double scale_;
  bool pair_;
  TapeGradients& result_;
  Tape tape_;
  std::vector<TapeLayer> layers_;
  std::vector<double> kinks_;
};

}  // namespace

TapeGradients tape_gradients(const DoubleNetwork& network, std::span<const double> input,
                             std::span<const double> target, const LossOptions& options, const PassKey& pass) {
  const std::size_t inputs = network.inputs();
  const std::size_t outputs = network.outputs();
  const std::size_t rows = input.size() / inputs;
  const double scale = options.reduction == Reduction::kMean ? 1.0 / static_cast<double>(rows) : 1.0;
  check_outputs(options, outputs);

  TapeGradients result;
  result.nearest_kink = std::numeric_limits<double>::infinity();
  result.d_weights.resize(network.architecture().layers.size());
  result.d_bias.resize(network.architecture().layers.size());
  const bool together = pass.pass == Pass::kTraining && network.architecture().has_batch_norm();
  const std::size_t parts = together ? nn::leaf_count(rows) : rows;
  TapePass on_tape(network, options, pass, scale, result);
  for (std::size_t index = 0; index < parts; ++index) {
    const nn::Leaf part = nn::leaf(rows, parts, index);
    on_tape(part.begin, input.subspan(part.begin * inputs, part.rows() * inputs),
            target.subspan(part.begin * outputs, part.rows() * outputs));
  }
  return result;
}

}  // namespace bprop::check
