// SPDX-License-Identifier: Apache-2.0
#include "explain/formula_parts.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace bprop::explaining {
namespace {

using FormulaKind = Formula::Kind;

class Writer {
 public:
  explicit Writer(const Dialect& dialect) : dialect_(dialect) {}

  std::string operator()(const Formula& formula) const {
    const auto& parts = formula.parts;
    switch (formula.kind) {
      case FormulaKind::kNumber: return dialect_.number(formula.number);
      case FormulaKind::kSymbol: return dialect_.symbol(formula.symbol);
      case FormulaKind::kWords: return dialect_.words(formula);
      case FormulaKind::kSum: return sum(parts);
      case FormulaKind::kProduct: return joined(parts, dialect_.times(), Binding::kProduct);
      case FormulaKind::kHadamard: return joined(parts, dialect_.hadamard(), Binding::kHadamard);
      case FormulaKind::kNegative: return dialect_.row(dialect_.sign() + within(parts[0], Binding::kProduct));
      case FormulaKind::kQuotient: return quotient(parts[0], parts[1]);
      case FormulaKind::kPower: return dialect_.power(within(parts[0], Binding::kAtom), exponent(parts[1]));
      case FormulaKind::kCall: return dialect_.call(formula.text, all(parts));
      case FormulaKind::kAt:
        return dialect_.row(within(parts[0], Binding::kPartial) + dialect_.in_parentheses((*this)(parts[1])));
      case FormulaKind::kPartial:
        return dialect_.partial(within(parts[0], Binding::kAtom), within(parts[1], Binding::kAtom));
      case FormulaKind::kSumOver: return dialect_.sum_over(formula.symbol.base, within(parts[0], Binding::kProduct));
      case FormulaKind::kTransposed: return dialect_.transposed(within(parts[0], Binding::kAtom));
      case FormulaKind::kMatrix: return dialect_.matrix(formula.columns, all(parts));
    }
    return {};
  }

 private:
  std::string within(const Formula& part, Binding least) const {
    const std::string written = (*this)(part);
    return binding(part) < least ? dialect_.in_parentheses(written) : written;
  }

  std::vector<std::string> all(const std::vector<Formula>& parts) const {
    std::vector<std::string> written;
    for (const Formula& part : parts) written.push_back((*this)(part));
    return written;
  }

  std::string sum(const std::vector<Formula>& parts) const {
    std::string written = within(parts[0], Binding::kSum);
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (is_negative(parts[i])) {
        const Formula rest = without_sign(parts[i]);
        written += dialect_.minus() +
                   (is_negative(rest) ? dialect_.in_parentheses((*this)(rest)) : within(rest, Binding::kProduct));
      } else {
        written += dialect_.plus() + within(parts[i], Binding::kProduct);
      }
    }
    return dialect_.row(written);
  }

  std::string joined(const std::vector<Formula>& parts, const std::string& between, Binding least) const {
    std::string written;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      // A sign at the very front needs no parentheses.
      const bool number_in_front = i == 0 && parts[i].kind == FormulaKind::kNumber;
      const bool bar = parts[i].kind == FormulaKind::kQuotient && !dialect_.fraction_bar() && i > 0;
      const std::string part = number_in_front ? (*this)(parts[i]) : within(parts[i], least);
      written += (i > 0 ? between : "") + (bar ? dialect_.in_parentheses(part) : part);
    }
    return dialect_.row(written);
  }

  std::string quotient(const Formula& above, const Formula& below) const {
    if (dialect_.fraction_bar()) return dialect_.quotient((*this)(above), (*this)(below));
    return dialect_.quotient(within(above, Binding::kProduct), within(below, Binding::kPower));
  }

  std::string exponent(const Formula& part) const {
    return dialect_.fraction_bar() ? (*this)(part) : within(part, Binding::kAtom);
  }

  const Dialect& dialect_;
};

}  // namespace

std::string write(const Formula& formula, const Dialect& dialect) { return Writer(dialect)(formula); }

NumberParts number_parts(double value, int digits) {
  if (std::isnan(value)) return {"nan"};
  if (std::isinf(value)) return {fmt::format("{}", value)};
  const std::string text = fmt::format("{:.{}g}", value == 0 ? 0.0 : value, digits);  // no −0
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return {text};
  int exponent = 0;
  const char* begin = text.data() + e + 1;
  if (*begin == '+') ++begin;
  std::from_chars(begin, text.data() + text.size(), exponent);
  return {text.substr(0, e), std::to_string(exponent)};
}

}  // namespace bprop::explaining
