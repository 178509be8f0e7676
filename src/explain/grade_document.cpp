// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bprop/grade.h"
#include "explain/grade_json.h"

namespace bprop {
namespace {

// With the digits that were written: zeros at the end are digits, too.
std::string as_written(const Answer& answer) {
  constexpr int kMost = 15;
  constexpr double kSmallest = 1e-4;  // smaller ones are written with an exponent
  const double decimals = std::round(-std::log10(2 * answer.half_unit));
  const bool is_plain = decimals >= 0 && decimals <= kMost && std::fabs(answer.value) >= kSmallest;
  return is_plain ? fmt::format("{:.{}f}", answer.value, static_cast<int>(decimals))
                  : text_of(math::number(answer.value), {.digits = kMost});
}

// Of the answer in this place.
std::string verdict(const Grade& grade, std::size_t place) {
  const GradedAnswer& graded = grade.answers[place];
  switch (graded.verdict) {
    case Verdict::kRight: return "right";
    case Verdict::kSlip: return "wrong: a slip";
    case Verdict::kRounded: return "right, but rounded";
    case Verdict::kFollows: return fmt::format("follows from {}", grade.answers[*graded.follows_from].answer.name);
    case Verdict::kUnknown: break;
  }
  return "wrong: unknown";
}

std::string title(const Grade& grade) {
  std::string all = fmt::format("{} of {} answers are right", grade.right, grade.answers.size());
  const auto rounded = std::ranges::count(grade.answers, Verdict::kRounded, &GradedAnswer::verdict);
  if (rounded > 0) all += fmt::format("; {} of them only within 0.5 %, rounded on the way", rounded);
  if (grade.follow > 0) {
    all += fmt::format("; {} of them follow{} from an earlier error", grade.follow, grade.follow == 1 ? "s" : "");
  }
  return all;
}

}  // namespace

std::string_view name(Answer::When when) {
  constexpr std::string_view kWords[] = {"forward", "gradient", "after update"};
  return kWords[static_cast<std::size_t>(when)];
}

Document document(const Grade& grade, const NumberStyle& style) {
  // As many digits as were written, and one more to see by how much it is off.
  const auto digits = [&](double value) { return text_of(math::number(value), {.digits = std::max(style.digits, 9)}); };
  FormulaTable table{{"answer", "when", "written", "right", "verdict"}, {}};
  std::vector<Block> blocks(grade.remarks.begin(), grade.remarks.end());
  for (std::size_t i = 0; i < grade.answers.size(); ++i) {
    const GradedAnswer& graded = grade.answers[i];
    table.rows.push_back({math::words(graded.answer.name), math::words(name(graded.answer.when)),
                          math::words(as_written(graded.answer)), math::words(digits(graded.right)),
                          math::words(verdict(grade, i))});
  }
  blocks.emplace_back(std::move(table));
  for (const GradedAnswer& graded : grade.answers) {
    if (graded.verdict != Verdict::kSlip) continue;
    const std::string& name = graded.answer.name;
    const std::string slip = fmt::format("{} gives {}, the right rule", graded.slip, digits(graded.slip_value));
    blocks.emplace_back(graded.follows_from ? fmt::format("{}: from your earlier {}, {} {}.", name,
                                                          grade.answers[*graded.follows_from].answer.name, slip,
                                                          digits(graded.from_earlier))
                                            : fmt::format("{}: {} {}.", name, slip, digits(graded.right)));
  }
  return {title(grade), {{"", std::move(blocks)}}};
}

explaining::Json explaining::json_of(const Grade& grade) {
  constexpr std::string_view kVerdicts[] = {"right", "slip", "rounded", "unknown", "follows"};
  Json result = {{"right", grade.right}, {"follow", grade.follow}, {"answers", Json::array()}};
  for (const GradedAnswer& graded : grade.answers) {
    Json entry = {{"what", graded.answer.name},
                  {"when", name(graded.answer.when)},
                  {"value", graded.answer.value},
                  {"right", json_number(graded.right)},
                  {"verdict", kVerdicts[static_cast<std::size_t>(graded.verdict)]}};
    if (graded.verdict == Verdict::kSlip) {
      entry["slip"] = graded.slip;
      entry["slip_value"] = json_number(graded.slip_value);
    }
    if (graded.follows_from) {
      entry["follows_from"] = grade.answers[*graded.follows_from].answer.name;
      entry["from_earlier"] = json_number(graded.from_earlier);
    }
    result["answers"].push_back(std::move(entry));
  }
  return result;
}

std::string render_json(const Grade& grade) { return explaining::json_text(explaining::json_of(grade)); }

}  // namespace bprop
