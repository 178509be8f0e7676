// SPDX-License-Identifier: Apache-2.0
//
// What every layer has (bprop/network.h).
#include "base/check.h"
#include "base/overloaded.h"
#include "bprop/network.h"
#include "nn/group_place.h"

namespace bprop {

std::size_t Embedding::units() const {
  std::size_t units = 0;
  for (const InputGroups& of : groups) units += of.units();
  return units;
}

std::size_t inputs_of(const Layer& layer) {
  return std::visit(
      Overloaded{[](const Dense& dense) { return dense.inputs; }, [](const Scale& scale) { return scale.size; },
                 [](const Embedding& embedding) { return embedding.inputs; }},
      layer);
}

std::size_t outputs_of(const Layer& layer) {
  return std::visit(
      Overloaded{[](const Dense& dense) { return dense.outputs; }, [](const Scale& scale) { return scale.size; },
                 [](const Embedding& embedding) { return embedding.units() + nn::passed_count(embedding); }},
      layer);
}

Activation activation_of(const Layer& layer) {
  return std::visit(Overloaded{[](const Dense& dense) { return dense.activation; },
                               [](const Scale&) { return Activation::kIdentity; },
                               [](const Embedding& embedding) {
                                 return embedding.kind == Embedding::Kind::kWaves ? Activation::kCosine
                                                                                  : Activation::kIdentity;
                               }},
                    layer);
}

Activation activation_of(const Layer& layer, std::size_t out) {
  return passes_on(layer, out) ? Activation::kIdentity : activation_of(layer);
}

bool has_bias(const Layer& layer) { return bias_count(layer) > 0; }

std::size_t bias_count(const Layer& layer) {
  return std::visit(Overloaded{[](const Dense& dense) { return dense.bias ? dense.outputs : 0; },
                               [](const Scale&) { return std::size_t{0}; },
                               [](const Embedding& embedding) {
                                 return embedding.kind == Embedding::Kind::kCategories ? 0 : embedding.units();
                               }},
                    layer);
}

std::size_t weight_count(const Layer& layer) {
  return std::visit(Overloaded{[](const Dense& dense) { return dense.inputs * dense.outputs; },
                               [](const Scale& scale) { return scale.size; },
                               [](const Embedding& embedding) {
                                 std::size_t count = 0;
                                 for (const InputGroups& of : embedding.groups) count += of.units() * of.size;
                                 return count;
                               }},
                    layer);
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
  return std::visit(Overloaded{[](const Dense& dense) { return InputRange{0, dense.inputs}; },
                               [out](const Scale&) { return InputRange{out, out + 1}; },
                               [out](const Embedding& embedding) {
                                 const nn::GroupPlace at = nn::group_of_unit(embedding, out);
                                 return InputRange{at.input, at.input + at.size};
                               }},
                    layer);
}

bool connects(const Layer& layer, std::size_t out, std::size_t in) {
  if (out >= outputs_of(layer) || in >= inputs_of(layer)) return false;
  const InputRange sources = sources_of(layer, out);
  return sources.begin <= in && in < sources.end;
}

std::size_t weight_place(const Layer& layer, std::size_t out, std::size_t in) {
  BPROP_DCHECK(connects(layer, out, in) && !passes_on(layer, out));
  return std::visit(
      Overloaded{[&](const Dense& dense) { return out * dense.inputs + in; }, [&](const Scale&) { return out; },
                 [&](const Embedding& embedding) {
                   const nn::GroupPlace at = nn::group_of_unit(embedding, out);
                   return at.weights + (out - at.unit) * at.size + in - at.input;
                 }},
      layer);
}

WeightEnds weight_ends(const Layer& layer, std::size_t place) {
  BPROP_DCHECK(place < weight_count(layer));
  return std::visit(
      Overloaded{[&](const Dense& dense) { return WeightEnds{place / dense.inputs, place % dense.inputs}; },
                 [&](const Scale&) { return WeightEnds{place, place}; },
                 [&](const Embedding& embedding) {
                   const nn::GroupPlace at = nn::group_of_weight(embedding, place);
                   const std::size_t rest = place - at.weights;
                   return WeightEnds{at.unit + rest / at.size, at.input + rest % at.size};
                 }},
      layer);
}

}  // namespace bprop
