// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/html_text.h"
#include "bprop/formula.h"
#include "explain/formula_parts.h"

namespace bprop {
namespace {

std::string row_of(const std::string& parts) { return fmt::format("<mrow>{}</mrow>", parts); }
std::string sign_of(std::string_view sign) { return fmt::format("<mo>{}</mo>", sign); }
std::string letters(std::string_view name) { return fmt::format("<mi>{}</mi>", html_text(name)); }

class MathMl : public explaining::Dialect {
 public:
  explicit MathMl(const NumberStyle& style) : style_(style) {}

  std::string number(double value) const override {
    const bool below_zero = std::signbit(value) && !std::isnan(value);
    const explaining::NumberParts parts = explaining::number_parts(std::fabs(value), style_.digits);
    std::string result = std::isinf(value) ? "<mi>∞</mi>" : fmt::format("<mn>{}</mn>", parts.mantissa);
    if (!parts.exponent.empty()) {
      result += fmt::format("<mo>×</mo><msup><mn>10</mn><mn>{}</mn></msup>", parts.exponent);
    }
    if (below_zero) result = sign_of("−") + result;
    return below_zero || !parts.exponent.empty() ? row_of(result) : result;
  }
  std::string symbol(const Symbol& symbol) const override {
    const std::string base = letters(symbol.base);
    const std::string above = fmt::format("<mtext>{}</mtext>", html_text(symbol.superscript));
    const std::string below = fmt::format("<mtext>{}</mtext>", html_text(symbol.subscript));
    if (symbol.superscript.empty() && symbol.subscript.empty()) return base;
    if (symbol.superscript.empty()) return fmt::format("<msub>{}{}</msub>", base, below);
    if (symbol.subscript.empty()) return fmt::format("<msup>{}{}</msup>", base, above);
    return fmt::format("<msubsup>{}{}{}</msubsup>", base, below, above);
  }
  std::string words(const Formula& formula) const override {
    return formula.mathml.empty() ? fmt::format("<mtext>{}</mtext>", html_text(formula.text)) : formula.mathml;
  }
  std::string plus() const override { return sign_of("+"); }
  std::string minus() const override { return sign_of("−"); }
  std::string sign() const override { return sign_of("−"); }
  std::string times() const override { return sign_of("⋅"); }
  std::string hadamard() const override { return sign_of("⊙"); }
  std::string in_parentheses(const std::string& part) const override {
    return row_of(sign_of("(") + part + sign_of(")"));
  }
  std::string row(const std::string& parts) const override { return row_of(parts); }
  std::string quotient(const std::string& above, const std::string& below) const override {
    return fmt::format("<mfrac>{}{}</mfrac>", above, below);
  }
  std::string power(const std::string& base, const std::string& exponent) const override {
    return fmt::format("<msup>{}{}</msup>", base, exponent);
  }
  std::string call(const std::string& name, const std::vector<std::string>& arguments) const override {
    return row_of(
        fmt::format("{}{}{}{}", letters(name), sign_of("("), fmt::join(arguments, "<mo>,</mo>"), sign_of(")")));
  }
  std::string partial(const std::string& of, const std::string& by) const override {
    return fmt::format("<mfrac><mrow><mo>∂</mo>{}</mrow><mrow><mo>∂</mo>{}</mrow></mfrac>", of, by);
  }
  std::string sum_over(const std::string& index, const std::string& part) const override {
    return row_of(fmt::format("<munder><mo>∑</mo>{}</munder>{}", letters(index), part));
  }
  std::string transposed(const std::string& part) const override {
    return fmt::format("<msup>{}<mi mathvariant=\"normal\">T</mi></msup>", part);
  }
  std::string matrix(std::size_t columns, const std::vector<std::string>& entries) const override {
    std::string table;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i % columns == 0) table += i == 0 ? "<mtr>" : "</mtr><mtr>";
      table += fmt::format("<mtd>{}</mtd>", entries[i]);
    }
    return row_of(fmt::format("{}<mtable>{}</mtr></mtable>{}", sign_of("["), table, sign_of("]")));
  }

 private:
  NumberStyle style_;
};

}  // namespace

std::string mathml_of(const Formula& formula, const NumberStyle& style) {
  return explaining::write(formula, MathMl(style));
}

}  // namespace bprop
