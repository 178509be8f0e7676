// SPDX-License-Identifier: Apache-2.0
//
// The chain rule on any expression, given as text: every path, the form with intermediate variables, the form without
// them, in symbols and – where the inputs have values – numbers.
//
//   auto why = bprop::explain_expression("f = x*y*z; x = r; y = r*s; z = s",
//                                        {.at = {{"r", 2}, {"s", 3}}, .derivatives = {{"f", "s"}}});
//   why.derivatives[0].value                      // 24
//   std::cout << bprop::render_text(bprop::document(why));
//
// Text: statements NAME = EXPRESSION in any order, between them ';' or a line break; each name is defined once, and one
// that no statement defines is an input. + - * / ^ (also − · × ÷ ² ³ …; ^ from the right, −x^2 is −(x^2)), numbers, pi,
// exp log sqrt sin cos tanh max min, the activations by name, their derivatives as sigmoid'(x), and [x ≥ y], which is 1
// or 0 (≥ > ≤ <). A '#' begins a remark.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/document.h"

namespace bprop {

struct NamedNumber {
  std::string name;
  double value = 0;
};

// ∂of/∂by; both are variables of the expression, `by` an input or an intermediate one.
struct NamedDerivative {
  std::string of;
  std::string by;
};

struct ExpressionOptions {
  std::vector<NamedNumber> at = {};               // a value for every input; empty: symbols alone
  std::vector<NamedDerivative> derivatives = {};  // empty: of every output (used by no other) by every input
  std::size_t paths = 8;                          // most paths listed, up to 1,000
  NumberStyle numbers = {};
};

// Of what follows, values and numbers are absent where inputs have none.
struct ExpressionVariable {
  std::string name;
  Formula symbol;
  std::optional<Formula> definition;  // as it was written, "…" if that is very long; none: an input
  std::optional<double> value;
};

// ∂of/∂by of the statement of `of` alone: every other name in it is held.
struct ExpressionPartial {
  std::size_t of = 0;  // places in the list of variables
  std::size_t by = 0;
  Formula left;
  Formula symbols;
  std::optional<double> value;
};

struct ExpressionPath {
  std::vector<std::size_t> variables;  // from the one derived by to the one derived
  Formula partials;                    // ∂f/∂y · ∂y/∂s
  Formula symbols;                     // x · z · r
  std::optional<Formula> numbers;      // 6 · 2
  std::optional<double> value;
};

// ∂f/∂v of one variable v, from those of the variables that use v: the chain rule with what lies between eliminated.
struct ExpressionStep {
  std::size_t by = 0;
  Formula left;
  std::vector<Formula> symbols;  // by what uses v; then worked out, intermediate variables kept
  std::optional<Formula> numbers;
  std::optional<double> value;
};

struct ExpressionDerivative {
  std::size_t of = 0;
  std::size_t by = 0;
  Formula left;
  std::optional<double> value;

  std::string path_count;             // exact, decimal digits
  std::vector<ExpressionPath> paths;  // all; else the largest, the largest first; without values those found first
  bool all_paths = false;

  std::vector<ExpressionStep> steps;    // each variable on the way once, from f down; the last is what was asked for
  std::optional<Formula> of_in_inputs;  // f and ∂f/∂by with every intermediate variable put in; none: too long
  std::optional<Formula> by_in_inputs;
  std::string products_path_by_path;  // exact counts of multiplications
  std::string products_once;

  // The judges, and how far they are, as shares of the sum of |products| over all paths.
  std::optional<double> tape;
  double tape_error = 0;
  std::optional<double> complex_step;
  double complex_error = 0;
  bool agrees = true;  // both within 1e-12; without values there is nothing to judge
};

struct ExpressionExplanation {
  std::vector<ExpressionVariable> variables;  // inputs, then each after those that it uses
  std::vector<ExpressionPartial> partials;
  std::vector<ExpressionDerivative> derivatives;
  std::vector<Equation> rules;  // the activations' derivatives that occur, as the rule table has them
  std::vector<std::string> remarks;
  NumberStyle numbers;
};

// Throws UsageError. What is wrong in the text: "column 9: found ')', expected a number, a name or '('", in a text of
// several lines "line 2, column 9: ..."; in the options, the sentence begins with the option: "at q=1: ...",
// "derivative f,q: ...", "paths is 0, ...". At most 1 MB and 10,000 operations; symbols cost time, numbers next to
// none.
ExpressionExplanation explain_expression(std::string_view text, const ExpressionOptions& options);

// "r=2, s=pi/2" and "f,s; g,r". Throw UsageError with the column, as above.
std::vector<NamedNumber> parse_named_numbers(std::string_view text);
std::vector<NamedDerivative> parse_named_derivatives(std::string_view text);

// The explanation as a page: render_text, render_markdown, render_latex, render_html write it.
Document document(const ExpressionExplanation& explanation);

std::string render_json(const ExpressionExplanation& explanation);
std::string render_dot(const ExpressionExplanation& explanation);  // variables, and a partial on every edge

}  // namespace bprop
