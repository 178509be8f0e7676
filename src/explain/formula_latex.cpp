// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/latex_text.h"
#include "bprop/formula.h"
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
    if (name == "sqrt") return fmt::format("\\sqrt{{{}}}", fmt::join(arguments, ", "));
    for (const std::string_view command : kCommands) {
      if (name == command) return fmt::format("\\{}\\left({}\\right)", name, fmt::join(arguments, ", "));
    }
    return fmt::format("{}\\left({}\\right)", latex_symbol(name), fmt::join(arguments, ", "));
  }
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

}  // namespace

std::string latex_of(const Formula& formula, const NumberStyle& style) {
  return explaining::write(formula, Latex(style));
}

}  // namespace bprop
