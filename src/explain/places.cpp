// SPDX-License-Identifier: Apache-2.0
#include "explain/places.h"

namespace bprop::explaining {
namespace {

Places readers_in(const Embedding& layer, std::size_t from) {
  Places found(0, 0);
  bool passed = true;
  std::size_t unit = 0;
  std::size_t taken = 0;  // numbers below `from` that are not passed on
  for (const InputGroups& of : layer.groups) {
    if (of.begin <= from && from < of.end) {
      const std::size_t first = unit + (from - of.begin) / of.size * of.outputs;
      found = {first, first + of.outputs};
      passed = layer.kind == Embedding::Kind::kWaves;
    }
    if (of.end <= from && layer.kind != Embedding::Kind::kWaves) taken += of.end - of.begin;
    unit += of.units();
  }
  if (!passed) return found;
  const std::size_t passing = unit + from - taken;
  return found.size() == 0 ? Places(passing, passing + 1)
                           : Places(*found.begin(), *found.begin() + found.size(), passing);
}

}  // namespace

Places readers_of(const Layer& layer, std::size_t from) {
  if (const auto* const embedding = std::get_if<Embedding>(&layer)) return readers_in(*embedding, from);
  if (is_diagonal(layer) && !std::holds_alternative<LayerNorm>(layer)) return {from, from + 1};
  return {0, outputs_of(layer)};
}

}  // namespace bprop::explaining
