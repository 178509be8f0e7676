// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bprop/formula.h"
#include "explain/formula_parts.h"

namespace bprop {
namespace {

// Digits and signs that Unicode has raised and lowered; everything else stays behind ^ or _.
constexpr std::string_view kPlain = "0123456789+-";
constexpr std::string_view kRaised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁺", "⁻"};
constexpr std::string_view kLowered[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉", "₊", "₋"};

std::string moved(std::string_view text, const std::string_view (&to)[12], std::string_view mark) {
  std::string result;
  for (const char c : text) {
    const std::size_t place = kPlain.find(c);
    if (place != std::string_view::npos) {
      result += to[place];
    } else if (c == ',') {
      result += c;
    } else {
      return fmt::format("{}{}", mark, text);
    }
  }
  return result;
}

class Text : public explaining::Dialect {
 public:
  explicit Text(const NumberStyle& style) : style_(style) {}

  std::string number(double value) const override {
    if (std::isnan(value)) return "nan";
    return fmt::format("{:.{}g}", value == 0 ? 0.0 : value, style_.digits);  // no −0
  }
  std::string symbol(const Symbol& symbol) const override {
    if (!symbol.plain.empty()) return symbol.plain;
    return symbol.base + moved(symbol.superscript, kRaised, "^") + moved(symbol.subscript, kLowered, "_");
  }
  std::string words(const Formula& formula) const override { return formula.text; }
  std::string plus() const override { return " + "; }
  std::string minus() const override { return " − "; }
  std::string sign() const override { return "−"; }
  std::string times() const override { return " · "; }
  std::string hadamard() const override { return " ⊙ "; }
  std::string in_parentheses(const std::string& part) const override { return '(' + part + ')'; }
  bool fraction_bar() const override { return false; }
  std::string quotient(const std::string& above, const std::string& below) const override {
    return above + " / " + below;
  }
  std::string power(const std::string& base, const std::string& exponent) const override {
    const bool small = std::ranges::all_of(exponent, [](char c) { return c >= '0' && c <= '9'; });
    return base + (small ? moved(exponent, kRaised, "^") : '^' + exponent);
  }
  std::string call(const std::string& name, const std::vector<std::string>& arguments) const override {
    return fmt::format("{}({})", name, fmt::join(arguments, ", "));
  }
  std::string partial(const std::string& of, const std::string& by) const override {
    return fmt::format("∂{}/∂{}", of, by);
  }
  std::string sum_over(const std::string& index, const std::string& part) const override {
    return fmt::format("Σ_{} {}", index, part);
  }
  std::string transposed(const std::string& part) const override { return part + "ᵀ"; }
  std::string matrix(std::size_t columns, const std::vector<std::string>& entries) const override {
    std::string result = "[";
    for (std::size_t i = 0; i < entries.size(); ++i) {
      result += i == 0 ? "" : i % columns == 0 ? "; " : "  ";
      result += entries[i];
    }
    return result + ']';
  }

 private:
  NumberStyle style_;
};

}  // namespace

std::string text_of(const Formula& formula, const NumberStyle& style) {
  return explaining::write(formula, Text(style));
}

}  // namespace bprop
