// SPDX-License-Identifier: Apache-2.0
#include "explain/symbols.h"

#include <fmt/format.h>

#include <algorithm>

namespace bprop::explaining {
namespace {

constexpr std::size_t kLastDigit = 9;

// Two indices, as people write them: "21", but "12,1".
std::string pair(std::size_t first, std::size_t second) {
  const char* const between = first > kLastDigit || second > kLastDigit ? "," : "";
  return fmt::format("{}{}{}", first, between, second);
}

Formula indexed(std::string_view base, std::string superscript, std::string subscript, std::string plain = {}) {
  return math::symbol(Symbol{std::string(base), std::move(superscript), std::move(subscript), std::move(plain)});
}

Formula ours(std::string_view base, std::size_t layer, const std::string& indices) {
  return indexed(base, fmt::format("({})", layer), indices, fmt::format("{}[{}:{}]", base, layer, indices));
}

Formula ours_of_layer(std::string_view base, std::size_t layer) {
  return indexed(base, fmt::format("({})", layer), "", fmt::format("{}[{}]", base, layer));
}

}  // namespace

Symbols::Symbols(const Architecture& architecture, Notation notation)
    : layers_(architecture.layers), notation_(notation) {}

std::string Symbols::table_letter(std::size_t layer) const {
  constexpr std::size_t kLetters = 26;
  const std::string letter(1, static_cast<char>('a' + layer % kLetters));
  return layer < kLetters ? letter : table_letter(layer / kLetters - 1) + letter;
}

std::size_t Symbols::flat_weight(std::size_t layer, std::size_t unit, std::size_t from) const {
  std::size_t before = 0;
  for (std::size_t k = 0; k < layer; ++k) before += weight_count(layers_[k]);
  return before + weight_place(layers_[layer], unit, from) + 1;
}

std::size_t Symbols::flat_unit(std::size_t layer, std::size_t unit) const {
  std::size_t before = 0;
  for (std::size_t k = 0; k < layer; ++k) before += outputs_of(layers_[k]);
  return before + unit + 1;
}

Formula Symbols::loss() const {
  switch (notation_) {
    case Notation::k000: return math::symbol("ε");
    case Notation::k001: return math::symbol("ℒ");
    case Notation::k003: return math::symbol("C");
    default: return math::symbol("L");
  }
}

Formula Symbols::row_loss() const { return notation_ == Notation::k002 ? math::symbol("l") : loss(); }
Formula Symbols::loss_of_row(std::size_t number) const {
  const std::string index = std::to_string(number);
  if (notation_ == Notation::kOurs) return indexed("l", "", index, fmt::format("l[{}]", index));
  return indexed(row_loss().symbol.base, "", index);
}
Formula Symbols::learning_rate() const { return math::symbol("η"); }

Formula Symbols::input(std::size_t feature) const {
  const std::string index = std::to_string(feature + 1);
  switch (notation_) {
    case Notation::kOurs: return indexed("x", "", index, fmt::format("x[{}]", index));
    case Notation::k003: return indexed("a", "1", index);
    case Notation::k004: return indexed("a", "0", index);
    default: return indexed("x", "", index);
  }
}

Formula Symbols::target(std::size_t output) const {
  const std::string index = std::to_string(output + 1);
  switch (notation_) {
    case Notation::kOurs: return indexed("y", "", index, fmt::format("y[{}]", index));
    case Notation::k000: return indexed("d", "", index);
    case Notation::k001: return indexed("ẑ", "", index);
    default: return indexed("y", "", index);
  }
}

Formula Symbols::weight(std::size_t layer, std::size_t unit, std::size_t from) const {
  if (passes_on(layers_[layer], unit)) return math::number(1);
  switch (notation_) {
    case Notation::kOurs:
      if (is_diagonal(layers_[layer])) return ours(normalises(layer) ? "γ" : "s", layer + 1, std::to_string(unit + 1));
      return ours("w", layer + 1, fmt::format("{},{}", unit + 1, from + 1));
    case Notation::k000:
    case Notation::k002: {
      const std::string flat = std::to_string(flat_weight(layer, unit, from));
      return indexed("w", "", flat, "w" + flat);
    }
    case Notation::k001:
      return indexed("w", table_letter(layer), pair(from + 1, unit + 1),
                     fmt::format("w{}[{}][{}]", table_letter(layer), from + 1, unit + 1));
    case Notation::k003: return indexed("w", std::to_string(layer + 1), pair(unit + 1, from + 1));
    case Notation::k004: return indexed("w", std::to_string(layer + 1), pair(from + 1, unit + 1));
  }
  return {};
}

Formula Symbols::bias(std::size_t layer, std::size_t unit) const {
  const std::string index = std::to_string(unit + 1);
  switch (notation_) {
    case Notation::kOurs: return ours("b", layer + 1, index);
    case Notation::k000:
    case Notation::k002: {
      const std::string flat = std::to_string(flat_unit(layer, unit));
      return indexed("b", "", flat, "b" + flat);
    }
    case Notation::k001:
      return indexed("b", table_letter(layer), index, fmt::format("b{}[{}]", table_letter(layer), index));
    default: return indexed("b", std::to_string(layer + 1), index);
  }
}

// z or a of a unit; 000 and 001 have other letters in hidden layers, numbered where there are several.
Formula Symbols::unit(std::size_t layer, std::size_t unit, std::string_view letter, std::string_view hidden,
                      std::string_view last) const {
  const std::string index = std::to_string(unit + 1);
  switch (notation_) {
    case Notation::kOurs: return ours(letter, layer + 1, index);
    case Notation::k000:
    case Notation::k001:
      if (is_last(layer)) return indexed(last, "", index);
      return indexed(hidden, layers() > 2 ? std::to_string(layer + 1) : "", index);
    case Notation::k002: {
      const std::string flat = std::to_string(flat_unit(layer, unit));
      return indexed(letter, "", flat, std::string(letter) + flat);
    }
    case Notation::k003: return indexed(letter, std::to_string(layer + 2), index);
    case Notation::k004: return indexed(letter, std::to_string(layer + 1), index);
  }
  return {};
}

Formula Symbols::z(std::size_t layer, std::size_t unit) const {
  if (notation_ == Notation::k001) return indexed("s", table_letter(layer), std::to_string(unit + 1));
  return this->unit(layer, unit, "z", "q", "z");
}

Formula Symbols::a(std::size_t layer, std::size_t unit) const {
  return notation_ == Notation::k001 ? this->unit(layer, unit, "a", "y", "z") : this->unit(layer, unit, "a", "h", "y");
}

Formula Symbols::delta(std::size_t layer, std::size_t unit) const {
  if (!has_delta()) return math::partial(row_loss(), z(layer, unit));
  const std::string index = std::to_string(unit + 1);
  if (notation_ == Notation::k001) return indexed("δ", table_letter(layer), index);
  if (notation_ == Notation::k003) return indexed("δ", std::to_string(layer + 2), index);
  return ours("δ", layer + 1, index);
}

Formula Symbols::slope(std::size_t layer, std::size_t unit) const {
  return math::call(fmt::format("{}'", activation_letter()), {z(layer, unit)});
}

Formula Symbols::of(const Selector& selector) const {
  switch (selector.kind) {
    case Selector::Kind::kWeight: return weight(selector.layer, selector.unit, selector.from);
    case Selector::Kind::kBias: return bias(selector.layer, selector.unit);
    case Selector::Kind::kPreActivation:
    case Selector::Kind::kDelta: return z(selector.layer, selector.unit);
    case Selector::Kind::kActivation: return a(selector.layer, selector.unit);
    case Selector::Kind::kInput: return input(selector.unit);
  }
  return {};
}

Formula Symbols::weights(std::size_t layer) const {
  switch (notation_) {
    case Notation::kOurs: return ours_of_layer(normalises(layer) ? "γ" : is_scale(layer) ? "s" : "W", layer + 1);
    case Notation::k001: return indexed("w", table_letter(layer), "");
    case Notation::k004: return indexed("w", std::to_string(layer + 1), "");
    default: return indexed(is_diagonal(layers_[layer]) ? "w" : "W", std::to_string(layer + 1), "");
  }
}

Formula Symbols::biases(std::size_t layer) const {
  if (notation_ == Notation::kOurs) return ours_of_layer("b", layer + 1);
  return indexed("b", notation_ == Notation::k001 ? table_letter(layer) : std::to_string(layer + 1), "");
}

Formula Symbols::pre_activations(std::size_t layer) const {
  switch (notation_) {
    case Notation::kOurs: return ours_of_layer("z", layer + 1);
    case Notation::k000:
      return indexed(is_last(layer) ? "z" : "q", is_last(layer) ? "" : std::to_string(layer + 1), "");
    case Notation::k001: return indexed("s", table_letter(layer), "");
    case Notation::k003: return indexed("z", std::to_string(layer + 2), "");
    default: return indexed("z", std::to_string(layer + 1), "");
  }
}

Formula Symbols::activations(std::size_t layer) const {
  switch (notation_) {
    case Notation::kOurs: return ours_of_layer("a", layer + 1);
    case Notation::k000:
      return indexed(is_last(layer) ? "y" : "h", is_last(layer) ? "" : std::to_string(layer + 1), "");
    case Notation::k001:
      return indexed(is_last(layer) ? "z" : "y", is_last(layer) ? "" : std::to_string(layer + 1), "");
    case Notation::k003: return indexed("a", std::to_string(layer + 2), "");
    default: return indexed("a", std::to_string(layer + 1), "");
  }
}

Formula Symbols::deltas(std::size_t layer) const {
  if (!has_delta()) return math::partial(row_loss(), pre_activations(layer));
  if (notation_ == Notation::k001) return indexed("δ", table_letter(layer), "");
  if (notation_ == Notation::k003) return indexed("δ", std::to_string(layer + 2), "");
  return ours_of_layer("δ", layer + 1);
}

Formula Symbols::targets() const {
  return math::symbol(notation_ == Notation::k000 ? "d" : notation_ == Notation::k001 ? "ẑ" : "y");
}

Formula Symbols::all_inputs() const {
  switch (notation_) {
    case Notation::k003: return indexed("a", "1", "");
    case Notation::k004: return indexed("a", "0", "");
    default: return math::symbol("x");
  }
}

std::string_view Symbols::activation_letter() const {
  switch (notation_) {
    case Notation::kOurs: return "φ";
    case Notation::k003: return "g";
    default: return "σ";
  }
}

bool Symbols::column_vectors() const { return notation_ == Notation::k003 || notation_ == Notation::k002; }

std::string Symbols::delta_letter(std::size_t layer) const {
  return has_delta() ? "δ" : fmt::format("∂{}/∂{}", text_of(row_loss()), z_letter(layer));
}

GeneralSymbols Symbols::in_general(std::size_t first) const {
  GeneralSymbols all{"", "", delta_letter(layers() - 1), ""};
  const std::string loss = text_of(row_loss());
  // Where the last layer has letters of its own, both.
  const auto add = [](std::string& text, const std::string& one) {
    if (text != one) text += text.empty() ? one : fmt::format(", {}", one);
  };
  for (const std::size_t layer : {first, layers() - 1}) {
    add(all.d_output, fmt::format("∂{}/∂{}", loss, a_letter(layer)));
    add(all.slope, fmt::format("{}'({})", activation_letter(), z_letter(layer)));
    add(all.delta_in_full, fmt::format("∂{}/∂{}", loss, z_letter(layer)));
  }
  if (has_delta()) all.delta_in_full = fmt::format("δ = {}", all.delta_in_full);
  return all;
}

}  // namespace bprop::explaining
