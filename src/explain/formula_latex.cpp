// SPDX-License-Identifier: Apache-2.0
#include "explain/formula_latex.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/latex_text.h"
#include "explain/formula_parts.h"

namespace bprop {
namespace {

// Functions that LaTeX has a command for.
constexpr std::string_view kCommands[] = {"exp", "log", "sin", "cos", "tanh", "max", "min"};

class Latex : public explaining::Dialect {
 public:
  explicit Latex(const NumberStyle& style) : style_(style) {}

  std::string number(double value) const override {
    if (std::isnan(value)) return "\\text{NaN}";
    if (std::isinf(value)) return value > 0 ? "\\infty" : "-\\infty";
    const explaining::NumberParts parts = explaining::number_parts(value, style_.digits);
    if (parts.exponent.empty()) return parts.mantissa;
    return fmt::format("{} \\times 10^{{{}}}", parts.mantissa, parts.exponent);
  }
  std::string symbol(const Symbol& symbol) const override {
    std::string result = latex_symbol(symbol.base);
    if (!symbol.superscript.empty()) result += fmt::format("^{{{}}}", latex_symbols(symbol.superscript));
    if (!symbol.subscript.empty()) result += fmt::format("_{{{}}}", latex_symbols(symbol.subscript));
    return result;
  }
  std::string words(const Formula& formula) const override {
    return formula.latex.empty() ? fmt::format("\\text{{{}}}", latex_text(formula.text)) : formula.latex;
  }
  std::string plus() const override { return " + "; }
  std::string minus() const override { return " - "; }
  std::string sign() const override { return "-"; }
  std::string times() const override { return " \\cdot "; }
  std::string hadamard() const override { return " \\odot "; }
  std::string in_parentheses(const std::string& part) const override { return fmt::format("\\left({}\\right)", part); }
  std::string quotient(const std::string& above, const std::string& below) const override {
    return fmt::format("\\frac{{{}}}{{{}}}", above, below);
  }
  std::string power(const std::string& base, const std::string& exponent) const override {
    return fmt::format("{{{}}}^{{{}}}", base, exponent);
  }
  std::string call(const std::string& name, const std::vector<std::string>& arguments) const override {
    const std::string list = fmt::format("{}", fmt::join(arguments, ", "));
    if (name == "sqrt") return root(list);
    const bool is_command = std::ranges::find(kCommands, name) != std::end(kCommands);
    return (is_command ? fmt::format("\\{}", name) : latex_symbol(name)) + in_parentheses(list);
  }
  virtual std::string root(const std::string& part) const { return fmt::format("\\sqrt{{{}}}", part); }
  std::string partial(const std::string& of, const std::string& by) const override {
    return fmt::format("\\frac{{\\partial {}}}{{\\partial {}}}", of, by);
  }
  std::string sum_over(const std::string& index, const std::string& part) const override {
    return fmt::format("\\sum_{{{}}} {}", index, part);
  }
  std::string transposed(const std::string& part) const override { return fmt::format("{{{}}}^{{\\mathsf T}}", part); }
  std::string matrix(std::size_t columns, const std::vector<std::string>& entries) const override {
    std::string result = "\\begin{bmatrix}";
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) result += i % columns == 0 ? " \\\\ " : " & ";
      result += entries[i];
    }
    return result + "\\end{bmatrix}";
  }

 private:
  NumberStyle style_;
};

// Lines may end before operators; what is short stays together.
class BreakableLatex final : public Latex {
 public:
  using Latex::Latex;

  std::string plus() const override { return " \\allowbreak + "; }
  std::string minus() const override { return " \\allowbreak - "; }
  // Rather before a sum's operator.
  std::string times() const override { return " \\penalty200 \\cdot "; }
  std::string hadamard() const override { return " \\penalty200 \\odot "; }
  std::string in_parentheses(const std::string& part) const override {
    if (is_short(part)) return Latex::in_parentheses(part);
    // \left and \right would keep it in one line.
    const std::string_view size = part.find("\\frac") == std::string::npos ? "big" : "Big";
    return fmt::format("\\{0}l({1}\\{0}r)", size, part);
  }
  std::string quotient(const std::string& above, const std::string& below) const override {
    if (is_short(above) && is_short(below)) return Latex::quotient(above, below);
    return fmt::format("{} \\allowbreak / {}", in_parentheses(above), in_parentheses(below));
  }
  std::string power(const std::string& base, const std::string& exponent) const override {
    return is_short(base) ? Latex::power(base, exponent) : fmt::format("{}^{{{}}}", base, exponent);
  }
  std::string root(const std::string& part) const override {
    return is_short(part) ? Latex::root(part) : power(in_parentheses(part), "1/2");
  }

 private:
  static bool is_short(std::string_view latex) {
    constexpr std::size_t kMost = 40;  // digits: less than half a line
    return explaining::latex_width(latex) <= kMost;
  }
};

}  // namespace

namespace explaining {

std::string breakable_latex_of(const Formula& formula, const NumberStyle& style) {
  return write(formula, BreakableLatex(style));
}

std::size_t latex_width(std::string_view latex) {
  constexpr std::string_view kNothing = "{}^_ ";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  std::size_t width = 0;
  for (std::size_t i = 0; i < latex.size(); ++i) {
    const bool continues = (static_cast<unsigned char>(latex[i]) & 0xC0U) == 0x80U;
    if (kNothing.find(latex[i]) == std::string_view::npos && !continues) ++width;
    if (latex[i] != '\\') continue;
    while (i + 1 < latex.size() && is_letter(latex[i + 1])) ++i;
  }
  return width;
}

}  // namespace explaining

std::string latex_of(const Formula& formula, const NumberStyle& style) {
  return explaining::write(formula, Latex(style));
}

}  // namespace bprop
