// SPDX-License-Identifier: Apache-2.0
#include "bprop/selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/check.h"
#include "base/named.h"
#include "bprop/suggestion.h"
#include "explain/name_shapes.h"
#include "explain/symbols.h"

namespace bprop {
namespace {

using explaining::NameOrder;
using explaining::NameShape;
using Kind = Selector::Kind;

constexpr std::array<std::string_view, 6> kNotations = {"ours", "000", "001", "002", "003", "004"};

// Numbers of a kind in a layer, as flat names count them.
std::size_t count_in(const Layer& layer, Kind kind) {
  return kind == Kind::kWeight ? weight_count(layer) : outputs_of(layer);
}

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string expected(Kind kind) {
  switch (kind) {
    case Kind::kWeight: return "a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or w17";
    case Kind::kBias: return "a bias such as 1:3 (layer 1, unit 3) or b3";
    case Kind::kInput: return "an input's number or name";
    default: return "a unit such as 1:3 (layer 1, unit 3)";
  }
}

// w17, by its letter and number.
Selector from_flat(Kind kind, char letter, std::size_t flat, const Architecture& architecture, std::string_view text) {
  std::size_t rest = flat;
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    const Layer& layer = architecture.layers[k];
    const std::size_t count = count_in(layer, kind);
    if (rest <= count && kind != Kind::kWeight) return {kind, k, rest - 1, 0};
    if (rest <= count) {
      const WeightEnds ends = weight_ends(layer, rest - 1);
      return {kind, k, ends.out, ends.in};
    }
    rest -= count;
  }
  std::size_t last = 0;
  for (const Layer& layer : architecture.layers) last += count_in(layer, kind);
  throw UsageError(fmt::format("{}: there is no such number, the last is {}{}", text, letter, last));
}

// layers.0.weight[3] of a layer that is not dense; both from 0.
Selector weight_in_file(std::size_t layer, std::size_t place, const Architecture& architecture, std::string_view text) {
  const auto& layers = architecture.layers;
  if (layer >= layers.size()) return weight(layer, 0, 0);  // there is none
  if (std::holds_alternative<Dense>(layers[layer])) {
    throw UsageError(fmt::format("{}: layer {} is dense, expected {}", text, layer + 1, expected(Kind::kWeight)));
  }
  if (place >= weight_count(layers[layer])) {
    throw UsageError(
        fmt::format("{}: layer {} has {}", text, layer + 1, counted(weight_count(layers[layer]), "weight")));
  }
  const WeightEnds ends = weight_ends(layers[layer], place);
  return weight(layer, ends.out, ends.in);
}

// s[1:3] of a scale layer, γ[1:3] of a layer or batch norm; layer and unit from 0.
template <class... Of>
Selector factor(std::string_view kind, std::size_t layer, std::size_t unit, const Architecture& architecture,
                std::string_view text) {
  if (layer < architecture.layers.size() && !(std::holds_alternative<Of>(architecture.layers[layer]) || ...)) {
    throw UsageError(fmt::format("{}: layer {} is no {}, expected {}", text, layer + 1, kind, expected(Kind::kWeight)));
  }
  return weight(layer, unit, unit);
}

Selector placed(Kind kind, const NameShape& shape, const std::vector<std::size_t>& numbers,
                const Architecture& architecture, std::string_view text) {
  const auto at = [&](std::size_t i) {
    if (numbers[i] == 0) throw UsageError(fmt::format("{}: expected {}, counted from 1", text, expected(kind)));
    return numbers[i] - 1;
  };
  switch (shape.order) {
    case NameOrder::kLayerToFrom: return {kind, at(0), at(1), at(2)};
    case NameOrder::kLayerFromTo: return {kind, at(0), at(2), at(1)};
    case NameOrder::kLayerUnit: return {kind, at(0), at(1), 0};
    case NameOrder::kLayerUnitPlusOne:
      if (numbers[0] < 2)
        throw UsageError(fmt::format("{}: layer 1 is the input here, expected a layer from 2 on", text));
      return {kind, at(0) - 1, at(1), 0};
    case NameOrder::kFlat: return from_flat(kind, shape.pattern.front(), at(0) + 1, architecture, text);
    case NameOrder::kInput: return {kind, 0, at(0), 0};
    case NameOrder::kHidden:
      if (architecture.layers.size() != 2) {
        throw UsageError(fmt::format("{}: there is not one hidden layer, expected the layer as well", text));
      }
      return {kind, 0, at(0), 0};
    case NameOrder::kLast: return {kind, architecture.layers.size() - 1, at(0), 0};
    case NameOrder::kFactor: return factor<Scale>("scale layer", at(0), at(1), architecture, text);
    case NameOrder::kNormFactor:
      return factor<LayerNorm, BatchNorm>("layer norm or batch norm", at(0), at(1), architecture, text);
    case NameOrder::kFactorInFile: return weight_in_file(numbers[0], numbers[1], architecture, text);
    default: return {kind, numbers[0], numbers[1], numbers.size() > 2 ? numbers[2] : 0};  // in a file
  }
}

std::size_t place_of(std::string_view name, const std::vector<std::string>& names, std::string_view what,
                     std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number > 0) return number - 1;
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  throw UsageError(fmt::format("{}: there is no {} '{}'{}", text, what, name, suggestion(std::string(name), names)));
}

// "1:setosa,petal length": names where there are some.
std::optional<Selector> named(Kind kind, std::string_view text, const Architecture& architecture,
                              const UnitNames& names) {
  if (kind == Kind::kInput) {
    if (names.inputs.empty()) return std::nullopt;
    return Selector{kind, 0, place_of(text, names.inputs, "input", text), 0};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto layer = explaining::match(text.substr(0, colon), "#");
  if (!layer || layer->front() == 0 || layer->front() > architecture.layers.size()) return std::nullopt;
  const bool is_first = layer->front() == 1;
  const bool is_last = layer->front() == architecture.layers.size();
  const std::vector<std::string> none;
  std::string_view unit = text.substr(colon + 1);
  Selector selector{kind, layer->front() - 1, 0, 0};
  if (kind == Kind::kWeight) {
    // Inputs of layer 1 and classes of the last may have commas in their names.
    const std::size_t comma = is_last && !is_first ? unit.rfind(',') : unit.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    selector.from = place_of(unit.substr(comma + 1), is_first ? names.inputs : none, is_first ? "input" : "unit", text);
    unit = unit.substr(0, comma);
  }
  selector.unit = place_of(unit, is_last ? names.outputs : none, is_last ? "output" : "unit", text);
  return selector;
}

}  // namespace

Selector weight(std::size_t layer, std::size_t unit, std::size_t from) { return {Kind::kWeight, layer, unit, from}; }
Selector bias(std::size_t layer, std::size_t unit) { return {Kind::kBias, layer, unit, 0}; }
Selector delta(std::size_t layer, std::size_t unit) { return {Kind::kDelta, layer, unit, 0}; }
Selector activation(std::size_t layer, std::size_t unit) { return {Kind::kActivation, layer, unit, 0}; }
Selector input(std::size_t feature) { return {Kind::kInput, 0, feature, 0}; }

std::span<const std::string_view> notation_names() { return kNotations; }

Notation notation_named(std::string_view name) {
  return static_cast<Notation>(place_named("notation", name, kNotations));
}

Selector selector_named(Kind kind, std::string_view text, const Architecture& architecture, Notation notation,
                        const UnitNames& names) {
  if (kind == Kind::kInput) {
    // A column may be called as inputs are: x1.
    const auto column = std::ranges::find(names.inputs, text);
    const bool is_number = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (column != names.inputs.end() && !is_number)
      return input(static_cast<std::size_t>(column - names.inputs.begin()));
  }
  const std::string plain = explaining::typed(text);
  for (const NameShape& shape : explaining::name_shapes(kind, notation)) {
    const auto numbers = explaining::match(plain, shape.pattern);
    if (!numbers) continue;
    const Selector selector = placed(kind, shape, *numbers, architecture, text);
    check_selector(selector, architecture);
    return selector;
  }
  const auto selector = named(kind, text, architecture, names);
  if (!selector) throw UsageError(fmt::format("{}: expected {}", text, expected(kind)));
  check_selector(*selector, architecture);
  return *selector;
}

std::string name_of(const Selector& selector, const Architecture& architecture, Notation notation) {
  check_selector(selector, architecture);
  const explaining::Symbols symbols(architecture, notation);
  return text_of(selector.kind == Kind::kDelta && symbols.has_delta() ? symbols.delta(selector.layer, selector.unit)
                                                                      : symbols.of(selector));
}

void check_selector(const Selector& selector, const Architecture& architecture) {
  if (selector.kind == Kind::kInput) {
    BPROP_CHECK(selector.unit < architecture.inputs(), ShapeError, "there is no input {}, the network has {}",
                selector.unit + 1, architecture.inputs());
    return;
  }
  const std::size_t layers = architecture.layers.size();
  BPROP_CHECK(selector.layer < layers, ShapeError, "there is no layer {}, the network has {}", selector.layer + 1,
              layers);
  const Layer& layer = architecture.layers[selector.layer];
  BPROP_CHECK(selector.unit < outputs_of(layer), ShapeError, "there is no unit {} in layer {}, which has {}",
              selector.unit + 1, selector.layer + 1, counted(outputs_of(layer), "unit"));
  BPROP_CHECK(selector.kind != Kind::kBias || has_bias(layer), ShapeError, "layer {} has no bias", selector.layer + 1);
  BPROP_CHECK(selector.kind != Kind::kBias || selector.unit < bias_count(layer), ShapeError,
              "unit {} of layer {} passes a number on, without a bias", selector.unit + 1, selector.layer + 1);
  if (selector.kind != Kind::kWeight) return;
  BPROP_CHECK(weight_count(layer) > 0, ShapeError, "layer {}, {}, has no weights", selector.layer + 1,
              explaining::kind_in_words(layer));
  BPROP_CHECK(!passes_on(layer, selector.unit), ShapeError, "unit {} of layer {} passes a number on, without a weight",
              selector.unit + 1, selector.layer + 1);
  const std::string_view read = selector.layer == 0 ? "input" : "unit";
  BPROP_CHECK(selector.from < inputs_of(layer), ShapeError, "there is no {} {} before layer {}, which has {}", read,
              selector.from + 1, selector.layer + 1, counted(inputs_of(layer), "input"));
  const InputRange sources = sources_of(layer, selector.unit);
  BPROP_CHECK(connects(layer, selector.unit, selector.from) || sources.end == sources.begin + 1, ShapeError,
              "unit {} of layer {}, an embedding layer, reads {}s {} to {} only", selector.unit + 1, selector.layer + 1,
              read, sources.begin + 1, sources.end);
  BPROP_CHECK(connects(layer, selector.unit, selector.from), ShapeError, "unit {} of layer {}, {}, {} {} {} only",
              selector.unit + 1, selector.layer + 1, explaining::kind_in_words(layer),
              std::holds_alternative<LayerNorm>(layer) ? "has a factor for" : "reads", read, sources.end);
}

std::size_t flat_index(const Selector& selector, const Architecture& architecture) {
  check_selector(selector, architecture);
  if (selector.kind == Kind::kInput) return selector.unit;
  const bool is_weight = selector.kind == Kind::kWeight;
  std::size_t before = 0;
  for (std::size_t k = 0; k < selector.layer; ++k) before += count_in(architecture.layers[k], selector.kind);
  const Layer& layer = architecture.layers[selector.layer];
  return before + (is_weight ? weight_place(layer, selector.unit, selector.from) : selector.unit);
}

}  // namespace bprop
