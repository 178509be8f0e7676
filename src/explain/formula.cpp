// SPDX-License-Identifier: Apache-2.0
#include "bprop/formula.h"

#include <fmt/format.h>

#include "base/html_text.h"
#include "explain/formula_parts.h"

namespace bprop {
namespace {

using FormulaKind = Formula::Kind;

Formula of(FormulaKind kind, std::vector<Formula> parts) {
  Formula formula;
  formula.kind = kind;
  formula.parts = std::move(parts);
  return formula;
}

Formula of_one(FormulaKind kind, Formula part) {
  std::vector<Formula> parts;
  parts.push_back(std::move(part));
  return of(kind, std::move(parts));
}

Formula of_two(FormulaKind kind, Formula a, Formula b) {
  std::vector<Formula> parts;
  parts.push_back(std::move(a));
  parts.push_back(std::move(b));
  return of(kind, std::move(parts));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Browsers drop ordinary spaces at the ends of <mtext>.
std::string with_hard_spaces(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ') {
      result += "\u00a0";
    } else {
      result += c;
    }
  }
  return result;
}

// Copies `text`, with each run of letters that is one of the names replaced by write(its formula). A run behind a
// backslash is a command and stays.
template <class Write>
std::string replaced(std::string_view text, const std::vector<std::pair<std::string_view, Formula>>& letters,
                     Write write) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::string_view run = text.substr(begin, end - begin);
    const bool is_command = begin > 0 && text[begin - 1] == '\\';
    const Formula* found = nullptr;
    for (const auto& [name, formula] : letters) {
      if (!is_command && run == name) found = &formula;
    }
    if (found != nullptr) {
      result += write(*found);
    } else {
      result += run;
    }
    if (end < text.size()) result += text[end];
    begin = end + 1;
  }
  return result;
}

}  // namespace

namespace math {

Formula number(double value) {
  Formula formula;
  formula.number = value;
  return formula;
}

Formula symbol(std::string_view base) { return symbol(Symbol{.base = std::string(base)}); }

Formula symbol(Symbol symbol) {
  Formula formula;
  formula.kind = FormulaKind::kSymbol;
  formula.symbol = std::move(symbol);
  return formula;
}

Formula words(std::string_view text, std::string_view latex) {
  Formula formula;
  formula.kind = FormulaKind::kWords;
  formula.text = text;
  formula.latex = latex;
  return formula;
}

Formula words(std::string_view text) { return words(text, ""); }
Formula sum(std::vector<Formula> parts) {
  return parts.size() == 1 ? parts[0] : of(FormulaKind::kSum, std::move(parts));
}
Formula difference(Formula a, Formula b) { return of_two(FormulaKind::kSum, std::move(a), negative(std::move(b))); }
Formula product(std::vector<Formula> parts) {
  return parts.size() == 1 ? parts[0] : of(FormulaKind::kProduct, std::move(parts));
}
Formula hadamard(Formula a, Formula b) { return of_two(FormulaKind::kHadamard, std::move(a), std::move(b)); }
Formula quotient(Formula above, Formula below) {
  return of_two(FormulaKind::kQuotient, std::move(above), std::move(below));
}
Formula power(Formula base, Formula exponent) {
  return of_two(FormulaKind::kPower, std::move(base), std::move(exponent));
}

Formula negative(Formula part) { return of_one(FormulaKind::kNegative, std::move(part)); }

Formula call(std::string_view name, std::vector<Formula> arguments) {
  Formula formula = of(FormulaKind::kCall, std::move(arguments));
  formula.text = name;
  return formula;
}

Formula at(Formula of, Formula update) { return of_two(FormulaKind::kAt, std::move(of), std::move(update)); }
Formula partial(Formula of, Formula by) { return of_two(FormulaKind::kPartial, std::move(of), std::move(by)); }

Formula sum_over(std::string_view index, Formula part) {
  Formula formula = of_one(FormulaKind::kSumOver, std::move(part));
  formula.symbol.base = index;
  return formula;
}

Formula transposed(Formula part) { return of_one(FormulaKind::kTransposed, std::move(part)); }

Formula matrix(std::size_t columns, std::vector<Formula> parts) {
  Formula formula = of(FormulaKind::kMatrix, std::move(parts));
  formula.columns = columns;
  return formula;
}

}  // namespace math

Formula rule_formula(std::string_view text, std::string_view latex,
                     const std::vector<std::pair<std::string_view, Formula>>& letters, const NumberStyle& style) {
  // A power of 10 is a product.
  const auto alone = [&](const Formula& f) {
    if (f.kind == FormulaKind::kNumber && !explaining::number_parts(f.number, style.digits).exponent.empty())
      return false;
    return explaining::binding(f) >= explaining::Binding::kAtom;
  };
  const auto in_text = [&](const Formula& f) {
    return fmt::format(fmt::runtime(alone(f) ? "{}" : "({})"), text_of(f, style));
  };
  // Braces, because a power may follow.
  const auto in_latex = [&](const Formula& f) {
    return fmt::format(fmt::runtime(alone(f) ? "{{{}}}" : "{{({})}}"), latex_of(f, style));
  };
  const auto in_mathml = [&](const Formula& f) {
    const std::string_view open = alone(f) ? "" : "<mo>(</mo>";
    return fmt::format("</mtext>{}{}{}<mtext>", open, mathml_of(f, style), alone(f) ? "" : "<mo>)</mo>");
  };
  Formula formula = math::words(replaced(text, letters, in_text), replaced(latex, letters, in_latex));
  formula.mathml =
      fmt::format("<mrow><mtext>{}</mtext></mrow>", replaced(with_hard_spaces(html_text(text)), letters, in_mathml));
  return formula;
}

namespace explaining {

Binding binding(const Formula& formula) {
  switch (formula.kind) {
    case FormulaKind::kNumber: return formula.number < 0 ? Binding::kSum : Binding::kAtom;
    case FormulaKind::kWords: return Binding::kWords;
    case FormulaKind::kSum:
    case FormulaKind::kNegative: return Binding::kSum;
    case FormulaKind::kHadamard: return Binding::kHadamard;
    case FormulaKind::kProduct:
    case FormulaKind::kSumOver:
    case FormulaKind::kQuotient: return Binding::kProduct;
    case FormulaKind::kPartial: return Binding::kPartial;
    case FormulaKind::kPower:
    case FormulaKind::kTransposed: return Binding::kPower;
    case FormulaKind::kSymbol:
    case FormulaKind::kCall:
    case FormulaKind::kAt:
    case FormulaKind::kMatrix: return Binding::kAtom;
  }
  return Binding::kAtom;
}

bool is_negative(const Formula& formula) {
  if (formula.kind == FormulaKind::kProduct) return is_negative(formula.parts[0]);
  return formula.kind == FormulaKind::kNegative || (formula.kind == FormulaKind::kNumber && formula.number < 0);
}

Formula without_sign(const Formula& formula) {
  if (formula.kind == FormulaKind::kNegative) return formula.parts[0];
  if (formula.kind == FormulaKind::kNumber) return math::number(-formula.number);
  Formula product = formula;
  product.parts[0] = without_sign(formula.parts[0]);
  return product;
}

}  // namespace explaining
}  // namespace bprop
