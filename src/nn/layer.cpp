// SPDX-License-Identifier: Apache-2.0
//
// What every layer has (bprop/network.h).
#include "base/check.h"
#include "bprop/network.h"

namespace bprop {
namespace {

const Dense* dense_or_null(const Layer& layer) { return std::get_if<Dense>(&layer); }

// Numbers in and out.
struct Widths {
  std::size_t in = 0;
  std::size_t out = 0;
};
Widths widths(const Dense& layer) { return {layer.inputs, layer.outputs}; }
Widths widths(const Scale& layer) { return {layer.size, layer.size}; }
Widths widths(const LayerNorm& layer) { return {layer.size, layer.size}; }
Widths widths(const Dropout& layer) { return {layer.size, layer.size}; }

std::size_t weights_in(const Dense& layer) { return layer.inputs * layer.outputs; }
std::size_t weights_in(const Scale& layer) { return layer.size; }
std::size_t weights_in(const LayerNorm& layer) { return layer.size; }
std::size_t weights_in(const Dropout&) { return 0; }

}  // namespace

std::size_t inputs_of(const Layer& layer) {
  return std::visit([](const auto& of) { return widths(of).in; }, layer);
}

std::size_t outputs_of(const Layer& layer) {
  return std::visit([](const auto& of) { return widths(of).out; }, layer);
}

Activation activation_of(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return dense != nullptr ? dense->activation : Activation::kIdentity;
}

bool has_bias(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return std::holds_alternative<LayerNorm>(layer) || (dense != nullptr && dense->bias);
}

bool is_diagonal(const Layer& layer) { return dense_or_null(layer) == nullptr; }

std::size_t weight_count(const Layer& layer) {
  return std::visit([](const auto& of) { return weights_in(of); }, layer);
}

std::vector<std::uint64_t> weight_shape(const Layer& layer) {
  if (is_diagonal(layer)) return {weight_count(layer)};
  return {outputs_of(layer), inputs_of(layer)};
}

bool reads(const Layer& layer, std::size_t out, std::size_t in) {
  return out < outputs_of(layer) && in < inputs_of(layer) &&
         (!is_diagonal(layer) || std::holds_alternative<LayerNorm>(layer) || out == in);
}

bool connects(const Layer& layer, std::size_t out, std::size_t in) {
  return out < outputs_of(layer) && in < inputs_of(layer) && (!is_diagonal(layer) || out == in);
}

std::size_t weight_place(const Layer& layer, std::size_t out, std::size_t in) {
  BPROP_DCHECK(connects(layer, out, in) && weight_count(layer) > 0);
  return is_diagonal(layer) ? out : out * inputs_of(layer) + in;
}

WeightEnds weight_ends(const Layer& layer, std::size_t place) {
  BPROP_DCHECK(place < weight_count(layer));
  if (is_diagonal(layer)) return {place, place};
  return {place / inputs_of(layer), place % inputs_of(layer)};
}

}  // namespace bprop
