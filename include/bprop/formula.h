// SPDX-License-Identifier: Apache-2.0
//
// Formula: mathematics as data, made by the functions below and written as Unicode text, LaTeX or MathML.
//
//   Formula f = math::product({math::symbol("δ"), math::number(0.05)});
//   text_of(f)      // "δ · 0.05"
//   latex_of(f)     // "\delta \cdot 0.05"
//   mathml_of(f)    // "<mrow><mi>δ</mi><mo>⋅</mo><mn>0.05</mn></mrow>"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bprop {

// A letter (or a name of several) with what stands above and below it.
struct Symbol {
  std::string base;              // "w", "δ", "rate"
  std::string superscript = {};  // "2"
  std::string subscript = {};    // "3,5"
  std::string plain = {};        // how it is typed, "w[2:3,5]"; "": the base with raised and lowered digits, "w²₃,₅"
  bool operator==(const Symbol&) const = default;
};

struct Formula {
  enum class Kind : std::uint8_t {
    kNumber,
    kSymbol,
    kWords,       // text and LaTeX given; binds less than anything, so it gets parentheses within other formulas
    kSum,         // parts added; a negative part is subtracted
    kProduct,     //
    kHadamard,    // element by element: ⊙
    kQuotient,    // parts[0] / parts[1]
    kPower,       // parts[0] ^ parts[1]
    kNegative,    // −parts[0]
    kCall,        // name(parts[0], …)
    kAt,          // parts[0](parts[1]): what it is at an update
    kPartial,     // ∂parts[0]/∂parts[1]
    kSumOver,     // Σ over the index `symbol` of parts[0]
    kTransposed,  // parts[0]ᵀ
    kMatrix,      // parts, row-major, in `columns` columns
  };

  Kind kind = Kind::kNumber;
  double number = 0;
  Symbol symbol = {};
  std::string text = {};    // kWords; the name of a kCall
  std::string latex = {};   // kWords
  std::string mathml = {};  // kWords, where it is more than the text
  std::size_t columns = 0;
  std::vector<Formula> parts = {};
};

namespace math {
Formula number(double value);
Formula symbol(std::string_view base);
Formula symbol(Symbol symbol);
Formula words(std::string_view text, std::string_view latex);
Formula words(std::string_view text);  // in LaTeX: upright
Formula sum(std::vector<Formula> parts);
Formula difference(Formula a, Formula b);
Formula product(std::vector<Formula> parts);
Formula hadamard(Formula a, Formula b);
Formula quotient(Formula above, Formula below);
Formula power(Formula base, Formula exponent);
Formula negative(Formula part);
Formula call(std::string_view name, std::vector<Formula> arguments);
Formula at(Formula of, Formula update);
Formula partial(Formula of, Formula by);
Formula sum_over(std::string_view index, Formula part);
Formula transposed(Formula part);
Formula matrix(std::size_t columns, std::vector<Formula> parts);

}  // namespace math

// Significant digits of the numbers; 17 give back the same double.
struct NumberStyle {
  int digits = 6;
};

// The text and LaTeX of a rule (ActivationRule::derivative_text, …) with its letters replaced:
//   rule_formula("a (1 − a)", "a (1 - a)", {{"a", math::number(0.5)}})  is the words "0.5 (1 − 0.5)"
Formula rule_formula(std::string_view text, std::string_view latex,
                     const std::vector<std::pair<std::string_view, Formula>>& letters, const NumberStyle& style = {});

std::string text_of(const Formula& formula, const NumberStyle& style = {});
std::string latex_of(const Formula& formula, const NumberStyle& style = {});   // for math mode
std::string mathml_of(const Formula& formula, const NumberStyle& style = {});  // what stands within <math>

}  // namespace bprop
