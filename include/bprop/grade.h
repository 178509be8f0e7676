// SPDX-License-Identifier: Apache-2.0
//
// grade: what a hand calculation got right, and which slip made what is wrong. Of networks, and of expressions.
//
//   auto answers = bprop::parse_answers(text, net.architecture());
//   bprop::Grade grade = bprop::grade(net, {x, y}, answers, {.learning_rate = 0.5, .freeze_biases = true});
//
// Every hypothesis – the right rule, and each slip of the list – is computed in full. An answer is right if it is
// within half a unit of its last printed digit. A slip is named if what it gives is as near, or if it was rounded on
// the way: within 2 % of the size of the gradient (of the update, after one) and four times nearer than the right rule
// (twice, if the slip explains two other answers of the sheet); of several, the one that explains most answers. An
// answer within 0.5 % of the right one was rounded on the way. Anything else is an unknown error.
//
// An early error is carried forward: answers are read in the sheet's order, and one that is not right is compared with
// what the right rule gives from those before it – first from the wrong ones alone, then from all, as they were
// written. It follows from them if it is as near as its last digit and the rounding of their last digits allow (a whole
// number counts as exact), and then it is right, but for the error that it comes from; a slip on top is named. What
// follows from right answers that were rounded, was rounded. Of several rows only updates follow, from the gradients
// before them: what lies between is of one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/document.h"
#include "bprop/explain.h"
#include "bprop/expression.h"

namespace bprop {

struct Answer {
  enum class When : std::uint8_t {
    kForward,      // the value in the forward pass: loss, z, a
    kGradient,     // ∂L/∂ of it
    kAfterUpdate,  // after one update of all parameters: loss, weights, biases
  };
  std::string name = {};              // as it was written: "w1"
  std::optional<Selector> what = {};  // none: the loss, or a number of an expression
  When when = When::kGradient;
  double value = 0;
  double half_unit = 0;  // half a unit of the last printed digit
};

std::string_view name(Answer::When when);  // "forward", "gradient", "after update"

// A list of objects: {"what": "w1" | "1:3,5" | "b2" | "delta 1:2" | "z 1:2" | "a 1:2" | "x3" | "loss", "when":
// "forward" | "gradient" | "after update", "value": 0.1498 | "0.1498"}. Without "when", loss, z and a are of the
// forward pass, everything else is a gradient. A value in quotes keeps zeros at its end as digits. `where` begins the
// sentences. Throws FormatError (which answer, found, expected).
std::vector<Answer> parse_answers(std::string_view text, const Architecture& architecture,
                                  std::string_view where = "answers", Notation notation = Notation::kOurs,
                                  const UnitNames& names = {});

enum class Verdict : std::uint8_t { kRight, kSlip, kRounded, kUnknown, kFollows };

struct GradedAnswer {
  Answer answer;
  Verdict verdict = Verdict::kUnknown;
  double right = 0;
  std::string slip = {};  // kSlip: "hidden deltas with updated weights"
  double slip_value = 0;  // kSlip: what that gives
  // kFollows, and kSlip on top of an earlier error:
  std::optional<std::size_t> follows_from = {};  // the place of the first wrong answer that it comes from
  double from_earlier = 0;                       // what the right rule gives from the earlier answers
};

struct Grade {
  std::vector<GradedAnswer> answers;
  std::size_t right = 0;   // kRight, kRounded and kFollows
  std::size_t follow = 0;  // kFollows
  std::vector<std::string> remarks;
};

// Throws as explain(), and UsageError where an answer needs options.learning_rate and there is none. Cost: a backward
// pass per slip, and four passes, unit by unit, after each z, a or δ of the sheet
// if another answer behind it is not right; on top of an error one more for each slip.
template <class T>
Grade grade(const BasicNetwork<T>& network, const ExplainRows& rows, const std::vector<Answer>& answers,
            const ExplainOptions& options = {});

extern template Grade grade(const BasicNetwork<float>&, const ExplainRows&, const std::vector<Answer>&,
                            const ExplainOptions&);
extern template Grade grade(const BasicNetwork<double>&, const ExplainRows&, const std::vector<Answer>&,
                            const ExplainOptions&);

// An answer about an expression.
struct ExpressionAnswer {
  std::string name = {};    // as it was written: "∂f/∂s"
  std::string of = {};      // the variable
  std::string by = {};      // of a derivative; "": it is the variable's value
  bool is_partial = false;  // with ∂: where the statement of `of` uses `by`, of that statement alone
  double value = 0;
  double half_unit = 0;
};

// A list of objects: {"what": "f" | "df/ds" | "d f/d s" | "∂f/∂s", "value": 24 | "24.0"}. Throws FormatError.
std::vector<ExpressionAnswer> parse_expression_answers(std::string_view text, std::string_view where = "answers");

// As above: values of variables, partial derivatives of a statement, derivatives over all paths, each carried forward.
// Slips: a path that is missing, a factor of the chain rule that is forgotten or has the wrong sign, and in one
// statement those of the product, quotient, power and chain rules. In the grade, values are "forward", the others
// "gradient". Throws UsageError as explain_expression() ("at q=1: …"), and "dg/ds: there is no variable 'g'". Cost:
// that of explain_expression(), and a statement's operations for each of its slips.
Grade grade_expression(std::string_view expression, const std::vector<NamedNumber>& at,
                       const std::vector<ExpressionAnswer>& answers);

Document document(const Grade& grade, const NumberStyle& style = {});
std::string render_json(const Grade& grade);

}  // namespace bprop
