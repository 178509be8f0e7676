// SPDX-License-Identifier: Apache-2.0
//
// The letters of a norm, the same in every notation.
#include <fmt/format.h>

#include "explain/symbols.h"

namespace bprop::explaining {
namespace {

// "u[2:3]"; of a whole layer or row "m[2]".
Formula of_norm(std::string_view letter, std::size_t layer, const std::string& unit = {}) {
  const std::string place = unit.empty() ? fmt::format("{}", layer + 1) : fmt::format("{}:{}", layer + 1, unit);
  return math::symbol(
      Symbol{std::string(letter), fmt::format("({})", layer + 1), unit, fmt::format("{}[{}]", letter, place)});
}

}  // namespace

Formula deviation(Formula variance) {
  return math::call("sqrt", {math::sum({std::move(variance), math::number(LayerNorm::kEpsilon)})});
}

std::string_view kind_in_words(const Layer& layer) {
  if (std::holds_alternative<Embedding>(layer)) return "an embedding layer";
  if (std::holds_alternative<Dropout>(layer)) return "a dropout layer";
  if (std::holds_alternative<Add>(layer)) return "an add layer";
  if (std::holds_alternative<BatchNorm>(layer)) return "a batch norm";
  return std::holds_alternative<LayerNorm>(layer) ? "a layer norm" : "a scale layer";
}

Formula Symbols::normalised(std::size_t layer, std::size_t unit) const {
  return of_norm("u", layer, std::to_string(unit + 1));
}
Formula Symbols::mean(std::size_t layer) const { return of_norm("m", layer); }
Formula Symbols::variance(std::size_t layer) const { return of_norm("v", layer); }
Formula Symbols::mean(std::size_t layer, std::size_t unit) const {
  return is_norm(layer) ? mean(layer) : of_norm("m", layer, std::to_string(unit + 1));
}
Formula Symbols::variance(std::size_t layer, std::size_t unit) const {
  return is_norm(layer) ? variance(layer) : of_norm("v", layer, std::to_string(unit + 1));
}
Formula Symbols::all_normalised(std::size_t layer) const { return of_norm("u", layer); }

}  // namespace bprop::explaining
