// SPDX-License-Identifier: Apache-2.0
#include "explain/judge.h"

#include <cmath>
#include <map>

namespace bprop::explaining {
namespace {

constexpr double kClearlyNearer = 4;   // a slip is named from so many times nearer on
constexpr double kNearer = 2;          // … where the slip explains other answers of the sheet
constexpr std::size_t kOthers = 2;     // … so many
constexpr double kRounded = 0.005;     // of the gradient's (update's) size
constexpr double kSlipRounded = 0.02;  // the same, for a slip
constexpr double kLastBits = 1e-12;    // relative: the answer has all digits of a double

double residual(const SheetQuestion& question, double value) { return std::fabs(question.answer.value - value); }

// 0 has no digit that could be right, but where it is the answer.
double tolerance(const Answer& answer) {
  if (answer.value == 0) return kLastBits;
  return answer.half_unit * (1 + 1e-9) + kLastBits * std::fabs(answer.value);
}

bool is_right(const SheetQuestion& question) {
  return residual(question, question.right) <= tolerance(question.answer);
}

// `times` nearer than the right rule, and near in itself: among many slips one is always the nearest.
bool is_nearer(const SheetQuestion& question, const SlipValue& slip, double times) {
  const double of_slip = residual(question, slip.value);
  return times * of_slip <= residual(question, question.right) && of_slip <= kSlipRounded * question.size;
}

bool is_explained(const SheetQuestion& question, const SlipValue& slip) {
  if (residual(question, slip.value) <= tolerance(question.answer)) return true;
  return question.answer.value != 0 && is_nearer(question, slip, kClearlyNearer);
}

// How many wrong answers of the sheet each slip explains: the likelier one is named where several would do.
using Explained = std::map<std::string, std::size_t>;

Explained explained(const std::vector<SheetQuestion>& sheet) {
  Explained result;
  for (const SheetQuestion& question : sheet) {
    for (const SlipValue& slip : question.slips) {
      if (!is_right(question) && is_explained(question, slip)) ++result[slip.name];
    }
  }
  return result;
}

const SlipValue* likeliest_slip(const SheetQuestion& question, const Explained& explained) {
  const SlipValue* best = nullptr;
  const auto explains = [&](const SlipValue& slip) {
    const auto found = explained.find(slip.name);
    return found == explained.end() ? 0 : found->second;
  };
  for (const SlipValue& slip : question.slips) {
    const bool made_before = explains(slip) >= kOthers && is_nearer(question, slip, kNearer);
    if (!is_explained(question, slip) && !made_before) continue;
    const bool likelier =
        best == nullptr || explains(slip) > explains(*best) ||
        (explains(slip) == explains(*best) && residual(question, slip.value) < residual(question, best->value));
    if (likelier) best = &slip;
  }
  return best;
}

bool follows(const SheetQuestion& question, const CarriedNumber& from) {
  return std::isfinite(from.spread) && residual(question, from.value) <= tolerance(question.answer) + from.spread;
}

// A slip on top of an earlier error. Where rounding leaves much room, some slip always fits, and none is named.
bool makes_slip(const SheetQuestion& question, const EarlierAnswers::Slip& slip) {
  return slip.number.source != CarriedNumber::kNoError && question.answer.value != 0 &&
         slip.number.spread <= kSlipRounded * std::fabs(slip.right) && follows(question, slip.number);
}

GradedAnswer judged(const SheetQuestion& question, const Explained& explained, EarlierAnswers& earlier,
                    std::size_t place) {
  GradedAnswer graded{.answer = question.answer, .right = question.right};
  bool is_rounded = residual(question, question.right) <= kRounded * question.size;
  for (const CarriedNumber& from : earlier.give(place)) {
    if (!follows(question, from)) continue;
    if (from.source == CarriedNumber::kNoError) {
      is_rounded = true;
      continue;
    }
    graded.verdict = Verdict::kFollows;
    graded.follows_from = from.source;
    graded.from_earlier = from.value;
    return graded;
  }
  const auto name = [&](const std::string& slip, double value) {
    graded.verdict = Verdict::kSlip;
    graded.slip = slip;
    graded.slip_value = value;
  };
  for (const EarlierAnswers::Slip& slip : earlier.slips(place)) {
    if (!makes_slip(question, slip)) continue;
    name(slip.name, slip.number.value);
    graded.follows_from = slip.number.source;
    graded.from_earlier = slip.right;
    return graded;
  }
  if (const SlipValue* slip = likeliest_slip(question, explained)) {
    name(slip->name, slip->value);
  } else if (is_rounded) {
    graded.verdict = Verdict::kRounded;
  }
  return graded;
}

bool is_wrong(Verdict verdict) { return verdict == Verdict::kSlip || verdict == Verdict::kUnknown; }

}  // namespace

Grade judged(const std::vector<SheetQuestion>& sheet, EarlierAnswers& earlier) {
  Grade grade;
  const Explained known = explained(sheet);
  for (std::size_t i = 0; i < sheet.size(); ++i) {
    GradedAnswer& graded = grade.answers.emplace_back(
        is_right(sheet[i])
            ? GradedAnswer{.answer = sheet[i].answer, .verdict = Verdict::kRight, .right = sheet[i].right}
            : judged(sheet[i], known, earlier, i));
    if (!is_wrong(graded.verdict)) ++grade.right;
    if (graded.verdict == Verdict::kFollows) ++grade.follow;
    earlier.add(i, is_wrong(graded.verdict) ? i : graded.follows_from.value_or(CarriedNumber::kNoError));
  }
  return grade;
}

}  // namespace bprop::explaining
