// SPDX-License-Identifier: Apache-2.0
#include "explain/name_shapes.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace bprop::explaining {
namespace {

using Kind = Selector::Kind;

constexpr std::string_view kRaised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
constexpr std::string_view kLowered[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};

// So that one more can be said of it.
constexpr std::size_t kLargestNumber = std::size_t{1} << 53;

}  // namespace

std::string typed(std::string_view text) {
  std::string result;
  for (const std::string_view character : characters(text)) {
    const auto raised = std::ranges::find(kRaised, character);
    const auto lowered = std::ranges::find(kLowered, character);
    const auto digit = [&](char mark, auto place) {
      const std::size_t run = result.find_last_not_of("0123456789,");
      if (run == std::string::npos || result[run] != mark) result += mark;
      result += static_cast<char>('0' + place);
    };
    if (raised != std::end(kRaised)) {
      digit('^', raised - std::begin(kRaised));
    } else if (lowered != std::end(kLowered)) {
      digit('_', lowered - std::begin(kLowered));
    } else if (character != "{" && character != "}" && character != " ") {
      result += character;
    }
  }
  return result;
}

std::optional<std::vector<std::size_t>> match(std::string_view text, std::string_view pattern) {
  std::vector<std::size_t> numbers;
  for (const char p : pattern) {
    if (p == '#') {
      std::size_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end == text.data() || value > kLargestNumber) return std::nullopt;
      numbers.push_back(value);
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    } else if (p == '&') {
      if (text.size() != 2 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
      for (const char c : text) numbers.push_back(static_cast<std::size_t>(c - '0'));
      text = {};
    } else if (p == '@') {
      std::size_t value = 0;
      std::size_t size = 0;
      while (size < text.size() && size < 6 && text[size] >= 'a' && text[size] <= 'z') {
        value = value * 26 + static_cast<std::size_t>(text[size++] - 'a') + 1;
      }
      if (size == 0) return std::nullopt;
      numbers.push_back(value);
      text.remove_prefix(size);
    } else {
      if (!text.starts_with(p)) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  if (!text.empty()) return std::nullopt;
  return numbers;
}

std::vector<NameShape> name_shapes(Kind kind, Notation notation) {
  std::vector<NameShape> all;
  const auto add = [&](std::string_view pattern, NameOrder order) { all.push_back({pattern, order}); };
  const bool is_note = notation != Notation::kOurs;
  const bool by_letter = notation == Notation::k001;
  const bool counts_layers = notation == Notation::k003 || notation == Notation::k004;
  const NameOrder counted = notation == Notation::k003 ? NameOrder::kLayerUnitPlusOne : NameOrder::kLayerUnit;
  switch (kind) {
    case Kind::kWeight: {
      const NameOrder order = notation == Notation::k003 ? NameOrder::kLayerToFrom : NameOrder::kLayerFromTo;
      if (by_letter) {
        for (const auto pattern : {"w@[#][#]", "w^@_#,#", "w^@_&"}) add(pattern, order);
      } else if (is_note) {
        for (const auto pattern : {"w^#_#,#", "w^#_&"}) add(pattern, order);
      }
      add("w[#:#,#]", NameOrder::kLayerToFrom);
      add("#:#,#", NameOrder::kLayerToFrom);
      add("w#", NameOrder::kFlat);
      add("w_#", NameOrder::kFlat);
      add("s[#:#]", NameOrder::kFactor);
      add("γ[#:#]", NameOrder::kNormFactor);
      add("layers.#.weight[#,#]", NameOrder::kFile);
      add("layers.#.weight[#]", NameOrder::kFactorInFile);
      break;
    }
    case Kind::kBias:
      if (by_letter) {
        for (const auto pattern : {"b@[#]", "b^@_#"}) add(pattern, NameOrder::kLayerUnit);
      } else if (is_note) {
        add("b^#_#", NameOrder::kLayerUnit);
      }
      add("b[#:#]", NameOrder::kLayerUnit);
      add("#:#", NameOrder::kLayerUnit);
      add("b#", NameOrder::kFlat);
      add("b_#", NameOrder::kFlat);
      add("layers.#.bias[#]", NameOrder::kFile);
      break;
    case Kind::kInput:
      for (const auto pattern : {"#", "x[#]", "x_#", "x#"}) add(pattern, NameOrder::kInput);
      if (notation == Notation::k003) add("a^1_#", NameOrder::kInput);
      if (notation == Notation::k004) add("a^0_#", NameOrder::kInput);
      break;
    case Kind::kPreActivation:
    case Kind::kDelta:
      add("#:#", NameOrder::kLayerUnit);
      for (const auto pattern : {"z[#:#]", "δ[#:#]"}) add(pattern, NameOrder::kLayerUnit);
      if (notation == Notation::k000) {
        add("q_#", NameOrder::kHidden);
        add("q^#_#", NameOrder::kLayerUnit);
        add("z_#", NameOrder::kLast);
      }
      if (by_letter) {
        for (const auto pattern : {"s^@_#", "δ^@_#"}) add(pattern, NameOrder::kLayerUnit);
      }
      if (notation == Notation::k002) add("z#", NameOrder::kFlat);
      if (counts_layers) {
        for (const auto pattern : {"z^#_#", "δ^#_#"}) add(pattern, counted);
      }
      break;
    case Kind::kActivation:
      add("#:#", NameOrder::kLayerUnit);
      add("a[#:#]", NameOrder::kLayerUnit);
      if (notation == Notation::k000 || by_letter) {
        const bool is_first_note = notation == Notation::k000;
        add(is_first_note ? "h_#" : "y_#", NameOrder::kHidden);
        add(is_first_note ? "h^#_#" : "y^#_#", NameOrder::kLayerUnit);
        add(is_first_note ? "y_#" : "z_#", NameOrder::kLast);
      }
      if (notation == Notation::k002) add("a#", NameOrder::kFlat);
      if (counts_layers) add("a^#_#", counted);
      break;
  }
  return all;
}

}  // namespace bprop::explaining
