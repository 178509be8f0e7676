// SPDX-License-Identifier: Apache-2.0
//
// grade: what a hand calculation got right, and which slip made what is wrong.
//
//   auto answers = bprop::parse_answers(text, net.architecture());
//   bprop::Grade grade = bprop::grade(net, {x, y}, answers, {.learning_rate = 0.5, .freeze_biases = true});
//
// Every hypothesis – the right rule, and each slip of the list – is computed in full. An answer is right if it is
// within half a unit of its last printed digit. A slip is named if what it gives is as near, or if it was rounded on
// the way: within 2 % of the size of the gradient (of the update, after one) and four times nearer than the right rule
// (twice, if the slip explains two other answers of the sheet); of several, the one that explains most answers. An
// answer within 0.5 % of the right one was rounded on the way. Anything else is an unknown error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/document.h"
#include "bprop/explain.h"

namespace bprop {

struct Answer {
  enum class When : std::uint8_t {
    kForward,      // the value in the forward pass: loss, z, a
    kGradient,     // ∂L/∂ of it
    kAfterUpdate,  // after one update of all parameters: loss, weights, biases
  };
  std::string name = {};              // as it was written: "w1"
  std::optional<Selector> what = {};  // none: the loss
  When when = When::kGradient;
  double value = 0;
  double half_unit = 0;  // half a unit of the last printed digit
};

// A list of objects: {"what": "w1" | "1:3,5" | "b2" | "delta 1:2" | "z 1:2" | "a 1:2" | "x3" | "loss", "when":
// "forward" | "gradient" | "after update", "value": 0.1498 | "0.1498"}. Without "when", loss, z and a are of the
// forward pass, everything else is a gradient. A value in quotes keeps zeros at its end as digits. `where` begins the
// sentences. Throws FormatError (which answer, found, expected).
std::vector<Answer> parse_answers(std::string_view text, const Architecture& architecture,
                                  std::string_view where = "answers", Notation notation = Notation::kOurs,
                                  const UnitNames& names = {});

enum class Verdict : std::uint8_t { kRight, kSlip, kRounded, kUnknown };

struct GradedAnswer {
  Answer answer;
  Verdict verdict = Verdict::kUnknown;
  double right = 0;
  std::string slip = {};  // kSlip: "hidden deltas with updated weights"
  double slip_value = 0;  // kSlip: what that gives
};

struct Grade {
  std::vector<GradedAnswer> answers;
  std::size_t right = 0;  // kRight and kRounded
  std::vector<std::string> remarks;
};

// Throws as explain(), and UsageError where an answer needs options.learning_rate and there is none. Cost: a backward
// pass per slip.
template <class T>
Grade grade(const BasicNetwork<T>& network, const ExplainRows& rows, const std::vector<Answer>& answers,
            const ExplainOptions& options = {});

extern template Grade grade(const BasicNetwork<float>&, const ExplainRows&, const std::vector<Answer>&,
                            const ExplainOptions&);
extern template Grade grade(const BasicNetwork<double>&, const ExplainRows&, const std::vector<Answer>&,
                            const ExplainOptions&);

Document document(const Grade& grade, const NumberStyle& style = {});
std::string render_json(const Grade& grade);

}  // namespace bprop
