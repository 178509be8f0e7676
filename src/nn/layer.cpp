// SPDX-License-Identifier: Apache-2.0
//
// What every layer has (bprop/network.h).
#include "base/check.h"
#include "bprop/network.h"

namespace bprop {
namespace {

const Dense* dense_or_null(const Layer& layer) { return std::get_if<Dense>(&layer); }

// Of a layer that gives as many numbers as it reads.
std::size_t size_of(const Layer& layer) {
  const auto* const norm = std::get_if<LayerNorm>(&layer);
  return norm != nullptr ? norm->size : std::get<Scale>(layer).size;
}

}  // namespace

std::size_t inputs_of(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return dense != nullptr ? dense->inputs : size_of(layer);
}

std::size_t outputs_of(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return dense != nullptr ? dense->outputs : size_of(layer);
}

Activation activation_of(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return dense != nullptr ? dense->activation : Activation::kIdentity;
}

bool has_bias(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return std::holds_alternative<LayerNorm>(layer) || (dense != nullptr && dense->bias);
}

bool is_diagonal(const Layer& layer) { return !std::holds_alternative<Dense>(layer); }

std::size_t weight_count(const Layer& layer) {
  const Dense* const dense = dense_or_null(layer);
  return dense != nullptr ? dense->inputs * dense->outputs : size_of(layer);
}

std::vector<std::uint64_t> weight_shape(const Layer& layer) {
  if (is_diagonal(layer)) return {outputs_of(layer)};
  return {outputs_of(layer), inputs_of(layer)};
}

bool reads(const Layer& layer, std::size_t out, std::size_t in) {
  return out < outputs_of(layer) && in < inputs_of(layer) && (!std::holds_alternative<Scale>(layer) || out == in);
}

bool connects(const Layer& layer, std::size_t out, std::size_t in) {
  return out < outputs_of(layer) && in < inputs_of(layer) && (!is_diagonal(layer) || out == in);
}

std::size_t weight_place(const Layer& layer, std::size_t out, std::size_t in) {
  BPROP_DCHECK(connects(layer, out, in));
  return is_diagonal(layer) ? out : out * inputs_of(layer) + in;
}

WeightEnds weight_ends(const Layer& layer, std::size_t place) {
  BPROP_DCHECK(place < weight_count(layer));
  if (is_diagonal(layer)) return {place, place};
  return {place / inputs_of(layer), place % inputs_of(layer)};
}

}  // namespace bprop
