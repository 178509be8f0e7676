// SPDX-License-Identifier: Apache-2.0
#include "explain/carried_pass.h"

#include <cmath>

#include "explain/carried_loss.h"

namespace bprop::explaining {
namespace {

using Kind = Selector::Kind;
using When = Answer::When;

Selector unit(Kind kind, std::size_t layer, std::size_t place) { return {.kind = kind, .layer = layer, .unit = place}; }

// ∂L/∂z is δ, whatever it is called.
Selector same_number(When when, Selector what) {
  if (when == When::kGradient && what.kind == Kind::kPreActivation) what.kind = Kind::kDelta;
  return what;
}

// u of a norm that reads x.
std::vector<CarriedNumber> normalised(const NetworkParts& parts, std::size_t layer,
                                      const std::vector<CarriedNumber>& x) {
  std::vector<CarriedNumber> u;
  for (std::size_t j = 0; j < x.size(); ++j) {
    u.push_back(carried([&](std::span<const double> values) { return parts.normalised(layer, values).u[j]; }, x));
  }
  return u;
}

}  // namespace

void GivenNumbers::put(const Answer& answer, const CarriedNumber& number) {
  if (answer.what) numbers_[{answer.when, same_number(answer.when, *answer.what)}] = number;
}

CarriedNumber GivenNumbers::at(When when, const Selector& what, const CarriedNumber& computed) const {
  const auto found = numbers_.find({when, what});
  return found == numbers_.end() ? computed : found->second;
}

CarriedPass::CarriedPass(const CarriedTask& task, const GivenNumbers& given, const CarriedRule& by)
    : task_(task), given_(given), by_(by) {
  if (task.rows() > 1) return;
  const auto parameter = [&](const Selector& what) -> CarriedNumber { return task.parts.parameter(what); };
  layers_ = forward(0, parameter, [&](const Selector& what, const CarriedNumber& computed) {
    return given.at(When::kForward, what, computed);
  });
  backward();
}

CarriedNumber CarriedPass::operator()(const Answer& answer) const {
  if (answer.when == When::kAfterUpdate) return answer.what ? updated(*answer.what) : loss_afterwards();
  if (answer.when == When::kGradient) return gradient(same_number(answer.when, *answer.what));
  if (layers_.empty()) return std::nan("");
  if (!answer.what) return loss(layers_, 0);
  const Layer& layer = layers_[answer.what->layer];
  return answer.what->kind == Kind::kActivation ? layer.a[answer.what->unit] : layer.z[answer.what->unit];
}

// z = W a + b and a = φ(z); settle() says what each becomes.
template <class Parameter, class Settle>
CarriedPass::Layers CarriedPass::forward(std::size_t row, Parameter parameter, Settle settle) const {
  const NetworkParts& parts = task_.parts;
  const auto first = task_.input.begin() + static_cast<std::ptrdiff_t>(row * parts.architecture.inputs());
  const std::vector<CarriedNumber> input(first, first + static_cast<std::ptrdiff_t>(parts.architecture.inputs()));
  std::vector<CarriedNumber> incoming = input;
  Layers layers(parts.layers());
  for (std::size_t l = 0; l < parts.layers(); ++l) {
    const std::size_t units = parts.units(l);
    Layer& layer = layers[l];
    const auto added = added_place(parts.architecture.layers[l], l);
    if (parts.normalises(l)) incoming = layer.u = normalised(parts, l, incoming);
    for (std::size_t j = 0; j < units; ++j) {
      CarriedNumber z = parts.bias(l, j) ? parameter(bias(l, j)) : CarriedNumber();
      if (parts.passes_on(l, j)) z = incoming[*parts.sources(l, j).begin()];
      for (const std::size_t i : parts.sources(l, j)) {
        if (!parts.passes_on(l, j)) z = z + parameter(weight(l, j, i)) * incoming[i];
      }
      if (added) z = z + (*added == 0 ? input : layers[*added - 1].a)[j];
      layer.z.push_back(settle(unit(Kind::kPreActivation, l, j), z));
    }
    layer.a = activations(parts.activation(l), layer.z);
    for (std::size_t j = 0; j < units; ++j) {
      if (parts.passes_on(l, j)) layer.a[j] = layer.z[j];
      layer.a[j] = settle(unit(Kind::kActivation, l, j), layer.a[j]);
    }
    incoming = layer.a;
  }
  return layers;
}

void CarriedPass::backward() {
  last_layer();
  for (std::size_t l = task_.parts.layers() - 1; l-- > 0;) {
    // ∂L/∂a = Σ δ w over the units that hear it
    for (std::size_t j = 0; j < layers_[l].a.size(); ++j) {
      CarriedNumber sum;
      for (const Hearer& by : task_.parts.hearers(l + 1, j)) {
        if (by.is_added && by_.forget_added) continue;
        const CarriedNumber& delta = layers_[by.layer].delta[by.unit];
        sum = sum + (by.is_added ? delta : delta * slope_by_read(by.layer, by.unit, j));
      }
      layers_[l].d_output.push_back(given_.at(When::kGradient, unit(Kind::kActivation, l, j), sum));
    }
    find_deltas(l);
  }
}

// A pair's δ is p − y, but for who wrote down ∂L/∂a and went on from there.
void CarriedPass::last_layer() {
  const std::size_t l = task_.parts.layers() - 1;
  Layer& last = layers_[l];
  const OutputRule output = output_rule(task_.parts, task_.options.loss);
  last.d_output = output_gradients(output, task_.options.loss, last.a, task_.target);
  bool long_way = output != OutputRule::kPair;
  for (std::size_t k = 0; k < last.a.size(); ++k) {
    const Selector what = unit(Kind::kActivation, l, k);
    long_way = long_way || given_.has(When::kGradient, what);
    last.d_output[k] = given_.at(When::kGradient, what, last.d_output[k]);
  }
  if (long_way) return find_deltas(l);
  last.delta = pair_deltas(task_.options.loss, last.a, task_.target);
  for (std::size_t k = 0; k < last.a.size(); ++k) {
    last.delta[k] = given_.at(When::kGradient, unit(Kind::kDelta, l, k), last.delta[k]);
  }
}

// δ = ∂L/∂a φ'(z); of softmax δ_j = Σ_k ∂L/∂a_k a_k ([k = j] − a_j).
void CarriedPass::find_deltas(std::size_t l) {
  Layer& layer = layers_[l];
  const bool is_softmax = task_.parts.activation(l) == Activation::kSoftmax;
  for (std::size_t j = 0; j < layer.a.size(); ++j) {
    CarriedNumber computed;
    for (std::size_t k = 0; is_softmax && k < layer.a.size(); ++k) {
      computed = computed + layer.d_output[k] * layer.a[k] * (CarriedNumber(k == j ? 1.0 : 0.0) - layer.a[j]);
    }
    if (!is_softmax) computed = layer.d_output[j] * slope(l, j);
    layer.delta.push_back(given_.at(When::kGradient, unit(Kind::kDelta, l, j), computed));
  }
}

CarriedNumber CarriedPass::slope(std::size_t l, std::size_t j) const {
  if (by_.slope == CarriedRule::Slope::kForgotten) return 1.0;
  const ActivationRule& phi = rule(task_.parts.activation(l, j));
  if (phi.derivative_from_output && by_.slope == CarriedRule::Slope::kFromOutput) {
    const double z = layers_[l].z[j].value;
    return carried([&](double a) { return phi.derivative(z, a); }, layers_[l].a[j]);
  }
  return carried([&](double z) { return phi.derivative(z, phi.value(z)); }, layers_[l].z[j]);
}

// Through which the unit above hears this one.
CarriedNumber CarriedPass::backward_weight(std::size_t l, std::size_t k, std::size_t j) const {
  if (by_.without && by_.without->layer == l && by_.without->unit == k) return 0.0;
  if (by_.weights == CarriedRule::Weights::kUpdated) return updated(bprop::weight(l, k, j));
  const bool is_transposed = by_.weights == CarriedRule::Weights::kTransposed && can_be_transposed(task_.parts, l);
  return is_transposed ? task_.parts.weight(l, j, k) : task_.parts.weight(l, k, j);
}

// ∂z/∂(what the layer reads): that weight, in a norm times ∂u/∂x.
CarriedNumber CarriedPass::slope_by_read(std::size_t l, std::size_t k, std::size_t j) const {
  if (!task_.parts.normalises(l)) return backward_weight(l, k, j);
  return backward_weight(l, k, k) *
         carried([&](std::span<const double> x) { return task_.parts.normalised(l, x).slope(k, j); }, read_by(l));
}

std::vector<CarriedNumber> CarriedPass::read_by(std::size_t l) const {
  if (l > 0) return layers_[l - 1].a;
  return {task_.input.begin(), task_.input.end()};
}

CarriedNumber CarriedPass::loss(const Layers& layers, std::size_t row) const {
  const auto outputs = static_cast<std::ptrdiff_t>(task_.parts.architecture.outputs());
  const auto first = task_.target.begin() + static_cast<std::ptrdiff_t>(row) * outputs;
  return loss_of(output_rule(task_.parts, task_.options.loss), task_.options.loss, layers.back().a,
                 std::vector<double>(first, first + outputs));
}

CarriedNumber CarriedPass::gradient(const Selector& what) const {
  const std::size_t l = what.layer;
  if (layers_.empty()) {
    const LayerGradients<double>& layer = task_.right.layers[l];
    const double computed = what.kind == Kind::kWeight ? layer.d_weights[task_.parts.place(l, what.unit, what.from)]
                                                       : layer.d_bias[what.unit];
    return given_.at(When::kGradient, what, computed);
  }
  const Layer& layer = layers_[l];
  CarriedNumber computed;
  switch (what.kind) {
    case Kind::kWeight: computed = layer.delta[what.unit] * (layer.u.empty() ? read_by(l) : layer.u)[what.from]; break;
    case Kind::kBias: computed = layer.delta[what.unit]; break;
    case Kind::kActivation: return layer.d_output[what.unit];
    case Kind::kInput:
      for (const Hearer& by : task_.parts.hearers(0, what.unit)) {
        if (by.is_added && by_.forget_added) continue;
        const CarriedNumber slope = by.is_added                 ? CarriedNumber(1.0)
                                    : task_.parts.normalises(0) ? slope_by_read(0, by.unit, what.unit)
                                                                : task_.parts.weight(0, by.unit, what.unit);
        computed = computed + layers_[by.layer].delta[by.unit] * slope;
      }
      break;
    default: return layer.delta[what.unit];
  }
  return given_.at(When::kGradient, what, computed);
}

// w − η ∂L/∂w
CarriedNumber CarriedPass::updated(const Selector& what) const {
  const CarriedNumber before = task_.parts.parameter(what);
  const bool frozen =
      what.kind == Kind::kBias ? task_.options.freeze_biases : !task_.parts.has_weight(what.layer, what.unit);
  const CarriedNumber after = frozen ? before : before - CarriedNumber(*task_.options.learning_rate) * gradient(what);
  return given_.at(When::kAfterUpdate, what, after);
}

CarriedNumber CarriedPass::loss_afterwards() const {
  CarriedNumber sum;
  for (std::size_t row = 0; row < task_.rows(); ++row) {
    const Layers layers = forward(
        row, [&](const Selector& what) { return updated(what); },
        [](const Selector&, const CarriedNumber& computed) { return computed; });
    sum = sum + loss(layers, row);
  }
  const bool is_mean = task_.options.loss.reduction == Reduction::kMean;
  return is_mean ? CarriedNumber(1.0 / static_cast<double>(task_.rows())) * sum : sum;
}

}  // namespace bprop::explaining
