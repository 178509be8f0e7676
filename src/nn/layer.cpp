// SPDX-License-Identifier: Apache-2.0
//
// What every layer has (bprop/network.h).
#include "base/check.h"
#include "bprop/network.h"
#include "nn/group_place.h"

namespace bprop {

namespace {

// Numbers in and out.
struct Widths {
  std::size_t in = 0;
  std::size_t out = 0;
};
Widths widths(const Dense& layer) { return {layer.inputs, layer.outputs}; }
Widths widths(const Scale& layer) { return {layer.size, layer.size}; }
Widths widths(const LayerNorm& layer) { return {layer.size, layer.size}; }
Widths widths(const Dropout& layer) { return {layer.size, layer.size}; }
Widths widths(const BatchNorm& layer) { return {layer.size, layer.size}; }
Widths widths(const Embedding& layer) { return {layer.inputs, layer.units() + nn::passed_count(layer)}; }
Widths widths(const Add& layer) { return {layer.size, layer.size}; }

std::size_t weights_in(const Dense& layer) { return layer.inputs * layer.outputs; }
std::size_t weights_in(const Scale& layer) { return layer.size; }
std::size_t weights_in(const LayerNorm& layer) { return layer.size; }
std::size_t weights_in(const Dropout&) { return 0; }
std::size_t weights_in(const BatchNorm& layer) { return layer.size; }
std::size_t weights_in(const Embedding& layer) {
  std::size_t count = 0;
  for (const InputGroups& of : layer.groups) count += of.units() * of.size;
  return count;
}
std::size_t weights_in(const Add&) { return 0; }

std::size_t biases_in(const Dense& layer) { return layer.bias ? layer.outputs : 0; }
std::size_t biases_in(const Scale&) { return 0; }
std::size_t biases_in(const LayerNorm& layer) { return layer.size; }
std::size_t biases_in(const Dropout&) { return 0; }
std::size_t biases_in(const BatchNorm& layer) { return layer.size; }
std::size_t biases_in(const Embedding& layer) { return layer.kind == Embedding::Kind::kCategories ? 0 : layer.units(); }
std::size_t biases_in(const Add&) { return 0; }

}  // namespace

std::size_t Embedding::units() const {
  std::size_t units = 0;
  for (const InputGroups& of : groups) units += of.units();
  return units;
}

std::size_t inputs_of(const Layer& layer) {
  return std::visit([](const auto& of) { return widths(of).in; }, layer);
}

std::size_t outputs_of(const Layer& layer) {
  return std::visit([](const auto& of) { return widths(of).out; }, layer);
}

Activation activation_of(const Layer& layer) {
  if (const auto* const dense = std::get_if<Dense>(&layer)) return dense->activation;
  const auto* const embedding = std::get_if<Embedding>(&layer);
  if (embedding == nullptr || embedding->kind == Embedding::Kind::kCategories) return Activation::kIdentity;
  return embedding->kind == Embedding::Kind::kWaves ? Activation::kCosine : embedding->activation;
}

Activation activation_of(const Layer& layer, std::size_t out) {
  return passes_on(layer, out) ? Activation::kIdentity : activation_of(layer);
}

bool has_bias(const Layer& layer) { return bias_count(layer) > 0; }

std::size_t bias_count(const Layer& layer) {
  return std::visit([](const auto& of) { return biases_in(of); }, layer);
}

bool is_diagonal(const Layer& layer) {
  return !std::holds_alternative<Dense>(layer) && !std::holds_alternative<Embedding>(layer);
}

std::optional<std::size_t> added_place(const Layer& layer, std::size_t index) {
  const auto* const add = std::get_if<Add>(&layer);
  if (add == nullptr) return std::nullopt;
  BPROP_DCHECK(add->back >= 1 && add->back <= index);
  return index - add->back;
}

std::size_t weight_count(const Layer& layer) {
  return std::visit([](const auto& of) { return weights_in(of); }, layer);
}

std::vector<std::uint64_t> weight_shape(const Layer& layer) {
  if (!std::holds_alternative<Dense>(layer)) return {weight_count(layer)};
  return {outputs_of(layer), inputs_of(layer)};
}

bool passes_on(const Layer& layer, std::size_t out) {
  const auto* const embedding = std::get_if<Embedding>(&layer);
  return embedding != nullptr && out >= embedding->units();
}

InputRange sources_of(const Layer& layer, std::size_t out) {
  if (is_diagonal(layer)) return {out, out + 1};
  const auto* const embedding = std::get_if<Embedding>(&layer);
  if (embedding == nullptr) return {0, inputs_of(layer)};
  const nn::GroupPlace at = nn::group_of_unit(*embedding, out);
  return {at.input, at.input + at.size};
}

bool reads(const Layer& layer, std::size_t out, std::size_t in) {
  const bool all = std::holds_alternative<LayerNorm>(layer);
  return all ? out < outputs_of(layer) && in < inputs_of(layer) : connects(layer, out, in);
}

bool connects(const Layer& layer, std::size_t out, std::size_t in) {
  if (out >= outputs_of(layer) || in >= inputs_of(layer)) return false;
  const InputRange sources = sources_of(layer, out);
  return sources.begin <= in && in < sources.end;
}

std::size_t weight_place(const Layer& layer, std::size_t out, std::size_t in) {
  BPROP_DCHECK(connects(layer, out, in) && weight_count(layer) > 0 && !passes_on(layer, out));
  if (is_diagonal(layer)) return out;
  const auto* const embedding = std::get_if<Embedding>(&layer);
  if (embedding == nullptr) return out * inputs_of(layer) + in;
  const nn::GroupPlace at = nn::group_of_unit(*embedding, out);
  return at.weights + (out - at.unit) * at.size + in - at.input;
}

WeightEnds weight_ends(const Layer& layer, std::size_t place) {
  BPROP_DCHECK(place < weight_count(layer));
  if (is_diagonal(layer)) return {place, place};
  const auto* const embedding = std::get_if<Embedding>(&layer);
  if (embedding == nullptr) return {place / inputs_of(layer), place % inputs_of(layer)};
  const nn::GroupPlace at = nn::group_of_weight(*embedding, place);
  const std::size_t rest = place - at.weights;
  return {at.unit + rest / at.size, at.input + rest % at.size};
}

}  // namespace bprop
