// SPDX-License-Identifier: Apache-2.0
#include "explain/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "check/complex_step.h"

namespace bprop::explaining {
namespace {

using check::kDifferenceStep;
using Kind = Selector::Kind;

constexpr double kTolerance = 1e-12;

template <class T>
const std::vector<T>& tensor_of(const BasicGradients<T>& gradients, const Selector& what) {
  if (what.kind == Kind::kInput) return gradients.d_input;
  const LayerGradients<T>& layer = gradients.layers[what.layer];
  switch (what.kind) {
    case Kind::kWeight: return layer.d_weights;
    case Kind::kBias: return layer.d_bias;
    case Kind::kActivation: return layer.d_output;
    default: return layer.delta;
  }
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::fabs(value));
  return result;
}

// Of max(|b|, scale); of nothing, the error itself.
double error(double a, double b, double scale) {
  const double difference = a == b ? 0 : std::fabs(a - b);
  if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
  const double size = std::max(std::fabs(b), scale);
  return size == 0 ? difference : difference / size;
}

// The network above a layer, that layer's a being its input; above the last layer, nothing but the identity.
DoubleNetwork network_above(const DoubleNetwork& network, std::size_t layer) {
  Architecture above;
  const auto& layers = network.architecture().layers;
  above.layers.assign(layers.begin() + static_cast<std::ptrdiff_t>(layer) + 1, layers.end());
  const bool is_last = above.layers.empty();
  const std::size_t outputs = network.outputs();
  if (is_last) above.layers.emplace_back(Scale{outputs});
  DoubleNetwork result(above, {.initializer = Initializer::kZeros, .arithmetic = network.arithmetic()});
  if (is_last) {
    result.set_weights(0, std::vector<double>(outputs, 1.0));
    return result;
  }
  for (std::size_t k = 0; k < above.layers.size(); ++k) {
    result.set_weights(k, network.weights(layer + 1 + k));
    result.set_bias(k, network.bias(layer + 1 + k));
    result.set_running(k, network.running_mean(layer + 1 + k), network.running_variance(layer + 1 + k));
  }
  return result;
}

// Whether a layer above adds what is below this layer's a, which then is not all that the layers above hear.
bool is_passed_by(const Architecture& architecture, std::size_t layer) {
  for (std::size_t k = layer + 1; k < architecture.layers.size(); ++k) {
    if (added_place(architecture.layers[k], k).value_or(layer + 1) <= layer) return true;
  }
  return false;
}

// The same network with units behind a layer that give its a, plus a bias of 0: ∂L/∂b of a row is ∂L/∂a.
DoubleNetwork with_bias_behind(const DoubleNetwork& network, std::size_t layer) {
  Architecture architecture = network.architecture();
  auto& layers = architecture.layers;
  const std::size_t units = outputs_of(layers[layer]);
  for (std::size_t k = layer + 1; k < layers.size(); ++k) {
    if (added_place(layers[k], k).value_or(layer + 1) <= layer) ++std::get<Add>(layers[k]).back;
  }
  const Embedding each{Embedding::Kind::kMix, units, {{0, units, 1, 1}}};
  layers.insert(layers.begin() + static_cast<std::ptrdiff_t>(layer) + 1, each);
  DoubleNetwork result(architecture, {.initializer = Initializer::kZeros, .arithmetic = network.arithmetic()});
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    result.set_weights(k <= layer ? k : k + 1, network.weights(k));
    result.set_bias(k <= layer ? k : k + 1, network.bias(k));
  }
  result.set_weights(layer + 1, std::vector<double>(units, 1.0));
  result.set_bias(layer + 1, std::vector<double>(units, 0.0));
  return result;
}

// The same network with a bias of zeros where a dense layer has none: ∂L/∂b of a row is δ.
DoubleNetwork with_bias(const DoubleNetwork& network, std::size_t layer) {
  Architecture architecture = network.architecture();
  if (auto* const dense = std::get_if<Dense>(&architecture.layers[layer])) dense->bias = true;
  DoubleNetwork result(architecture, {.initializer = Initializer::kZeros, .arithmetic = network.arithmetic()});
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    result.set_weights(k, network.weights(k));
    const std::vector<double> bias = network.bias(k);
    if (!bias.empty()) result.set_bias(k, bias);
    result.set_running(k, network.running_mean(k), network.running_variance(k));
  }
  return result;
}

// The loss as a function of one number, which can be moved.
class Moved {
 public:
  Moved(const DoubleNetwork& network, const ExplainRows& rows, const LossOptions& loss, std::size_t place,
        bool is_input)
      : step_(network.state(), rows.input, rows.target, loss), place_(place), is_input_(is_input) {}

  double complex_derivative() {
    return is_input_ ? step_.input_derivative(place_) : step_.parameter_derivative(place_);
  }
  double loss(double change) {
    return is_input_ ? step_.loss_with_input(place_, change) : step_.loss_with_parameter(place_, change);
  }

 private:
  check::ComplexStep step_;
  std::size_t place_;
  bool is_input_;
};

void judge(Moved moved, double explained, double scale, double loss, Agreement& result) {
  result.complex_step = moved.complex_derivative();
  result.complex_error = error(explained, *result.complex_step, scale);
  result.difference_step = kDifferenceStep;
  result.difference = (moved.loss(kDifferenceStep) - moved.loss(-kDifferenceStep)) / (2 * kDifferenceStep);
  constexpr double kDifferenceTolerance = 1e-7;
  result.difference_bound = kDifferenceTolerance * scale + check::difference_rounding(loss);
}

}  // namespace

template <class T>
double gradient_of(const BasicGradients<T>& gradients, const Architecture& architecture, const Selector& what) {
  const std::vector<T>& tensor = tensor_of(gradients, what);
  if (what.kind != Kind::kWeight) return static_cast<double>(tensor[what.unit]);
  return static_cast<double>(tensor[weight_place(architecture.layers[what.layer], what.unit, what.from)]);
}

template double gradient_of(const BasicGradients<float>&, const Architecture&, const Selector&);
template double gradient_of(const BasicGradients<double>&, const Architecture&, const Selector&);

Agreement agreement(const DoubleNetwork& network, const DoubleGradients& engine, const ExplainRows& rows,
                    const Selector& what, const LossOptions& loss, double explained, double size) {
  Agreement result;
  const double scale = largest(tensor_of(engine, what));
  result.engine = gradient_of(engine, network.architecture(), what);
  result.engine_error = error(explained, result.engine, scale);

  const nn::LayerLayout at = network.state().layout[what.kind == Kind::kInput ? 0 : what.layer];
  const auto judge_at = [&](const DoubleNetwork& moved, const ExplainRows& moved_rows, std::size_t place,
                            bool is_input) {
    judge(Moved(moved, moved_rows, loss, place, is_input), explained, scale, engine.loss, result);
  };
  const bool is_unit = what.kind == Kind::kPreActivation || what.kind == Kind::kDelta;
  const bool has_no_slope = at.diagonal || (at.grouped && what.unit >= at.bias_count);
  // Of a diagonal, and where an embedding layer has no bias, a is z, so that ∂L/∂z is ∂L/∂a.
  switch (is_unit && has_no_slope ? Kind::kActivation : what.kind) {
    case Kind::kWeight: {
      const std::size_t place = weight_place(network.architecture().layers[what.layer], what.unit, what.from);
      judge_at(network, rows, at.weight_at(place), false);
      break;
    }
    case Kind::kBias: judge_at(network, rows, at.bias + what.unit, false); break;
    case Kind::kInput: judge_at(network, rows, what.unit, true); break;
    case Kind::kActivation: {
      const bool is_last = what.layer + 1 == network.architecture().layers.size();
      const Activation link = rule(loss.loss).link;
      const bool is_pair = activation_of(network.architecture().layers.back()) == link;
      if (is_last && is_pair && link != Activation::kIdentity) break;  // the loss is never a function of a
      if (is_passed_by(network.architecture(), what.layer)) {
        const DoubleNetwork longer = with_bias_behind(network, what.layer);
        judge_at(longer, rows, longer.state().layout[what.layer + 1].bias + what.unit, false);
        break;
      }
      judge_at(network_above(network, what.layer), {engine.layers[what.layer].a, rows.target}, what.unit, true);
      break;
    }
    default: {
      const DoubleNetwork biased = with_bias(network, what.layer);
      judge_at(biased, rows, biased.state().layout[what.layer].bias + what.unit, false);
    }
  }
  // False for NaN and infinity: of what is no number nobody can say that it is right.
  const auto near = [&](double other) {
    return std::fabs(other - explained) <= kTolerance * std::max({std::fabs(other), scale, size}) &&
           std::isfinite(other);
  };
  const bool judged = result.complex_step && std::isfinite(engine.loss);  // a loss without end may have a finite slope
  result.agrees = near(result.engine) && (!judged || near(*result.complex_step));
  return result;
}

}  // namespace bprop::explaining
