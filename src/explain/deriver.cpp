// SPDX-License-Identifier: Apache-2.0
#include "explain/deriver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bprop::explaining {
namespace {

using Origin = Source::Origin;

constexpr std::size_t kFewUnits = 16;  // above the layer asked about: all of them get steps

std::size_t deepest_layer(const NetworkParts& parts, const Selector& what, const ExplainOptions& options) {
  const std::size_t first = first_layer(what);
  const std::size_t last = parts.layers() - 1;
  if (options.depth) return first + std::min(last - first, *options.depth);
  std::size_t above = 0;
  for (std::size_t l = first + 1; l <= last; ++l) above += parts.units(l);
  return above <= kFewUnits ? last : std::min(last, first + 1);
}

}  // namespace

Deriver::Deriver(const NetworkParts& parts, const BatchValues& batch, const ExplainOptions& options,
                 const Symbols& symbols)
    : parts_(parts), batch_(batch), options_(options), symbols_(symbols), row_(&batch.rows.front()) {}

double Deriver::row_gradient(const NetworkParts& parts, const RowValues& row, const Selector& what) {
  const LayerValues& layer = row.layers[first_layer(what)];
  switch (what.kind) {
    case Selector::Kind::kWeight: return layer.delta[what.unit] * row.incoming(what.layer, what.from);
    case Selector::Kind::kActivation: return layer.d_output[what.unit];
    case Selector::Kind::kInput: return row.d_input(parts, what.unit);
    default: return layer.delta[what.unit];
  }
}

std::vector<Step> Deriver::operator()(const Selector& what) {
  what_ = what;
  deepest_ = deepest_layer(parts_, what, options_);
  switch (what.kind) {
    case Selector::Kind::kDelta:
    case Selector::Kind::kPreActivation: place({Kind::kDelta, what.layer, what.unit}); break;
    case Selector::Kind::kActivation: place({Kind::kOutput, what.layer, what.unit}); break;
    default: place({batch_.rows.size() > 1 ? Kind::kBatch : Kind::kGradient, what.layer, what.unit});
  }
  std::vector<Step> steps;
  while (steps.size() < keys_.size()) {
    const Key key = keys_[steps.size()];
    make(key, steps.emplace_back());
  }
  return steps;
}

std::size_t Deriver::place(const Key& key) {
  const auto [found, is_new] = places_.emplace(key, keys_.size());
  if (is_new) keys_.push_back(key);
  if (is_new && std::get<Kind>(key) == Kind::kDelta) ++partials_;
  return found->second;
}

void Deriver::make(const Key& key, Step& step) {
  const auto& [kind, layer, unit] = key;
  switch (kind) {
    case Kind::kBatch: return batch(what_, step);
    case Kind::kGradient:
      return what_.kind == Selector::Kind::kInput ? input_gradient(what_, step) : gradient(what_, step);
    case Kind::kDelta: return delta(layer, unit, step);
    case Kind::kLongWay: return long_way(layer, unit, step);
    case Kind::kSlope: return slope(layer, unit, step);
    case Kind::kOutput:
      return parts_.is_last(layer) ? loss_output(layer, unit, step) : hidden_output(layer, unit, step);
    case Kind::kMean: return mean(layer, step);
    case Kind::kVariance: return variance(layer, step);
    case Kind::kNormalised: return normalised(layer, unit, step);
    case Kind::kThroughNorm: {
      const std::size_t size = parts_.units(layer);
      return through_norm(layer, unit / size, unit % size, step);
    }
  }
}

Formula Deriver::loss_of_row(std::size_t number) const {
  return batch_.rows.size() == 1 ? symbols_.row_loss() : symbols_.loss_of_row(number);
}

void Deriver::use(Use used, Step& step) {
  if (used.step) {
    const auto& [kind, layer, unit] = *used.step;
    if (kind != Kind::kDelta || layer <= deepest_) {
      if (kind == Kind::kDelta) ++uses_;
      used.source.origin = Origin::kStep;
      used.source.step = place(*used.step);
    }
  }
  step.sources.push_back(std::move(used.source));
}

Deriver::Use Deriver::delta_of(std::size_t layer, std::size_t unit) const {
  return {{delta_symbol(layer, unit), row_->layers[layer].delta[unit], Origin::kBackward, 0},
          Key{Kind::kDelta, layer, unit}};
}

Deriver::Use Deriver::output_of(std::size_t layer, std::size_t unit) const {
  return {
      {math::partial(row_loss(), symbols_.a(layer, unit)), row_->layers[layer].d_output[unit], Origin::kBackward, 0},
      Key{Kind::kOutput, layer, unit}};
}

Deriver::Use Deriver::slope_of(std::size_t layer, std::size_t unit) const {
  return {{symbols_.slope(layer, unit), row_->layers[layer].slope[unit], Origin::kForward, 0},
          Key{Kind::kSlope, layer, unit}};
}

Deriver::Use Deriver::weight_of(std::size_t layer, std::size_t unit, std::size_t from) const {
  return {{symbols_.weight(layer, unit, from), parts_.weight(layer, unit, from), Origin::kParameter, 0}};
}

Deriver::Use Deriver::incoming_of(std::size_t layer, std::size_t from) const {
  return parts_.normalises(layer) ? normalised_of(layer, from) : read_number_of(layer, from);
}

Deriver::Use Deriver::read_number_of(std::size_t layer, std::size_t from) const {
  return {{symbols_.read_number(layer, from), row_->read_by(layer)[from],
           layer == 0 ? Origin::kInput : Origin::kForward, 0}};
}

Deriver::Use Deriver::activation_of(std::size_t layer, std::size_t unit) const {
  return {{symbols_.a(layer, unit), row_->layers[layer].a[unit], Origin::kForward, 0}};
}

Deriver::Use Deriver::target_of(std::size_t unit) const {
  return {{symbols_.target(unit), row_->target[unit], Origin::kTarget, 0}};
}

Deriver::Term Deriver::delta_of_hearer(const Hearer& by, std::size_t from) const {
  const Use delta = delta_of(by.layer, by.unit);
  if (by.is_added || !parts_.has_weight(by.layer, by.unit)) {
    return {delta.source.symbol, delta.source.value, math::number(delta.source.value), {delta}};
  }
  const Use weight = slope_by_read_of(by.layer, by.unit, from);
  return {math::product({delta.source.symbol, weight.source.symbol}),
          delta.source.value * weight.source.value,
          math::product({math::number(delta.source.value), math::number(weight.source.value)}),
          {delta, weight}};
}

void Deriver::gradient(const Selector& what, Step& step) {
  const bool is_bias = what.kind == Selector::Kind::kBias;
  const std::size_t layer = what.layer;
  const double delta = row_->layers[layer].delta[what.unit];
  step.name = is_bias ? name_of_unit("d_bias", layer, what.unit)
                      : fmt::format("d_weights {}:{},{}", layer + 1, what.unit + 1, what.from + 1);
  step.left = math::partial(row_loss(), symbols_.of(what));
  const Formula by_z = math::partial(row_loss(), symbols_.z(layer, what.unit));
  step.symbols.push_back(math::product({by_z, math::partial(symbols_.z(layer, what.unit), symbols_.of(what))}));
  use(delta_of(layer, what.unit), step);
  if (is_bias) {
    step.reason = fmt::format("the chain rule: the bias reaches the loss through {} alone, which grows as it does",
                              text_of(symbols_.z(layer, what.unit)));
    step.symbols.push_back(delta_symbol(layer, what.unit));
    step.numbers = math::number(delta);
    step.value = delta;
    return;
  }
  const double incoming = row_->incoming(layer, what.from);
  step.reason = fmt::format("the chain rule: the {} reaches the loss through {} alone, where it multiplies {}",
                            symbols_.weight_word(layer), text_of(symbols_.z(layer, what.unit)),
                            text_of(symbols_.incoming(layer, what.from)));
  step.symbols.push_back(math::product({delta_symbol(layer, what.unit), symbols_.incoming(layer, what.from)}));
  step.numbers = math::product({math::number(delta), math::number(incoming)});
  step.value = delta * incoming;
  use(incoming_of(layer, what.from), step);
}

std::string Deriver::readers_in_words(std::size_t layer, std::size_t from) const {
  const std::size_t number = symbols_.layer_number(layer);
  const std::string_view alone = parts_.adders[layer].empty() ? ", alone" : "";
  if (parts_.is_norm(layer)) return fmt::format("every unit of layer {}, a layer norm", number);
  if (parts_.is_embedding(layer)) {
    std::vector<std::string> units;
    for (const std::size_t unit : parts_.readers(layer, from)) {
      units.push_back(std::to_string(symbols_.unit_number(layer, unit)));
    }
    if (units.size() > 3) units = {fmt::format("{} … {}", units.front(), units[units.size() - 2]), units.back()};
    return fmt::format("unit{} {} of layer {}, an embedding layer{}", units.size() == 1 ? "" : "s",
                       fmt::join(units, ", "), number, alone);
  }
  if (!parts_.is_diagonal(layer)) return fmt::format("every unit of layer {}", number);
  return fmt::format("unit {} of layer {}, {}{}", symbols_.unit_number(layer, from), number,
                     kind_in_words(parts_.architecture.layers[layer]), alone);
}

// ", and unit 1 of layer 3, which adds it"; nothing where no layer adds it.
std::string Deriver::adders_in_words(std::size_t place, std::size_t from) const {
  std::string words;
  for (const std::size_t adder : parts_.adders[place]) {
    words += fmt::format(", and unit {} of layer {}, which adds it", symbols_.unit_number(adder, from),
                         symbols_.layer_number(adder));
  }
  return words;
}

void Deriver::input_gradient(const Selector& what, Step& step) {
  std::vector<Term> terms;
  for (const Hearer& by : parts_.hearers(0, what.unit)) terms.push_back(delta_of_hearer(by, what.unit));
  step.name = fmt::format("d_input {}", what.unit + 1);
  step.left = math::partial(row_loss(), symbols_.input(what.unit));
  step.reason = fmt::format("the chain rule: the input reaches the loss through {}{}", readers_in_words(0, what.unit),
                            adders_in_words(0, what.unit));
  add_up(std::move(terms), step);
}

void Deriver::delta(std::size_t layer, std::size_t unit, Step& step) {
  step.name = name_of_unit("delta", layer, unit);
  step.left = delta_symbol(layer, unit);
  if (parts_.is_last(layer) && output_rule(parts_, options_.loss) == OutputRule::kPair) {
    return pair_delta(layer, unit, step);
  }
  through_activation(layer, unit, step);
}

// δ from ∂l/∂a, by the activation's slope or Jacobian.
void Deriver::through_activation(std::size_t layer, std::size_t unit, Step& step) {
  if (parts_.activation(layer) == Activation::kSoftmax) return softmax_delta(layer, unit, step);
  const double d_output = row_->layers[layer].d_output[unit];
  const double slope = row_->layers[layer].slope[unit];
  const Formula by_a = math::partial(row_loss(), symbols_.a(layer, unit));
  step.reason = fmt::format("the chain rule: {} reaches the loss through {} alone, with the activation's slope",
                            text_of(symbols_.z(layer, unit)), text_of(symbols_.a(layer, unit)));
  step.symbols = {math::product({by_a, symbols_.slope(layer, unit)})};
  step.numbers = math::product({math::number(d_output), math::number(slope)});
  step.value = d_output * slope;
  use(output_of(layer, unit), step);
  use(slope_of(layer, unit), step);
}

void Deriver::slope(std::size_t layer, std::size_t unit, Step& step) {
  const ActivationRule& activation = rule(parts_.activation(layer, unit));
  const LayerValues& values = row_->layers[layer];
  step.name = name_of_unit("slope", layer, unit);
  step.left = symbols_.slope(layer, unit);
  step.reason = parts_.is_diagonal(layer) ? fmt::format("{} has no activation: what it gives grows as its sum does",
                                                        kind_in_words(parts_.architecture.layers[layer]))
                : parts_.passes_on(layer, unit)
                    ? std::string("the unit passes its number on: what it gives grows as that does")
                    : fmt::format("the slope of {}{}", activation.name,
                                  activation.derivative_from_output ? ", from its output" : "");
  step.symbols = {rule_formula(activation.derivative_text, activation.derivative_latex,
                               {{"z", symbols_.z(layer, unit)}, {"a", symbols_.a(layer, unit)}}, options_.numbers)};
  step.numbers =
      rule_formula(activation.derivative_text, activation.derivative_latex,
                   {{"z", math::number(values.z[unit])}, {"a", math::number(values.a[unit])}}, options_.numbers);
  step.value = values.slope[unit];
  if (!activation.smooth && values.z[unit] == 0) {
    step.reason += fmt::format("; at its kink, where bprop takes {}", activation.kink);
  } else if (step.value == 0) {
    step.reason += "; the unit is flat here, and nothing passes through it";
  }
  if (activation.derivative_from_output) return use(activation_of(layer, unit), step);
  use({{symbols_.z(layer, unit), values.z[unit], Origin::kForward, 0}}, step);
}

void Deriver::hidden_output(std::size_t layer, std::size_t unit, Step& step) {
  std::vector<Term> terms;
  const std::size_t above = layer + 1;
  for (const Hearer& by : parts_.hearers(above, unit)) terms.push_back(delta_of_hearer(by, unit));
  step.name = name_of_unit("d_output", layer, unit);
  step.left = math::partial(row_loss(), symbols_.a(layer, unit));
  step.reason = fmt::format("the chain rule: {} reaches the loss through {}, {}{}", text_of(symbols_.a(layer, unit)),
                            readers_in_words(above, unit),
                            parts_.is_norm(above)         ? "since the row's mean and variance hear it"
                            : parts_.is_batch_norm(above) ? "by its factor and its running variance"
                            : parts_.has_weights(above)   ? "by the weights of the forward pass"
                            : parts_.is_add(above)        ? "which adds another number to it"
                                                          : "which passes it on as it is in predictions",
                            adders_in_words(above, unit));
  add_up(std::move(terms), step);
}

}  // namespace bprop::explaining
