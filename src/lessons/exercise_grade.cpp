// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "base/sentence.h"
#include "base/strict_json.h"
#include "bprop/error.h"
#include "bprop/exercise.h"
#include "bprop/model.h"
#include "explain/grade_json.h"
#include "lessons/exercise_work.h"

namespace bprop {
namespace teaching {

Grade graded(const FreshExercise& exercise, std::string_view list, const std::string& where) {
  if (exercise.network.empty()) {
    return grade_expression(exercise.expression, parse_named_numbers(exercise.at),
                            parse_expression_answers(list, where));
  }
  const Model model = model_from_toml(exercise.network, "exercise");
  const ExplainRows rows{model.exercise->input, model.exercise->target};
  return bprop::grade(std::get<DoubleNetwork>(model.network), rows, parse_answers(list, model.architecture(), where),
                      {.loss = model.loss, .learning_rate = model.exercise->learning_rate});
}

}  // namespace teaching

namespace {

using SheetJson = nlohmann::json;

constexpr JsonLimits kLimits{.depth = 6, .items = 1'000'000};
constexpr std::string_view kKeys[] = {"lesson", "seed", "number", "network", "expression", "at", "answers"};

// {"exercises": [{…, "answers": […]}, …]}; null where it is something else.
const SheetJson* exercises_of(const SheetJson& sheet) {
  if (!sheet.is_object() || sheet.size() != 1 || !sheet.contains("exercises")) return nullptr;
  const SheetJson& list = sheet["exercises"];
  const auto is_one = [](const SheetJson& entry) {
    return entry.is_object() && entry.contains("lesson") && entry.contains("seed") && entry.contains("number") &&
           entry.contains("answers") && entry["answers"].is_array();
  };
  return list.is_array() && !list.empty() && std::ranges::all_of(list, is_one) ? &list : nullptr;
}

bool is_empty(const SheetJson& answer) {
  return answer.is_object() && answer.contains("value") && answer["value"].is_string() &&
         answer["value"].get_ref<const std::string&>().empty();
}

// The lists of answers, by the exercises' numbers from 0; null: none.
class SheetReader {
 public:
  SheetReader(const ExerciseSet& set, std::string_view where) : set_(set), where_(where) {}

  std::vector<SheetJson> operator()(const SheetJson& sheet) const {
    std::vector<SheetJson> lists(set_.exercises.size());
    if (sheet.is_array() && lists.size() == 1) {
      lists[0] = sheet;
      return lists;
    }
    const SheetJson* exercises = exercises_of(sheet);
    if (exercises == nullptr) {
      fail("is no sheet of exercises, expected {\"exercises\": [...]} as the empty sheet has it");
    }
    for (const SheetJson& entry : *exercises) {
      SheetJson& list = lists[number(entry) - 1];
      if (!list.is_null()) fail(fmt::format("has exercise {} twice, expected once", number(entry)));
      list = entry["answers"];
    }
    return lists;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const { throw FormatError(fmt::format("{}: {}", where_, reason)); }

  std::size_t number(const SheetJson& entry) const {
    for (const auto& item : entry.items()) {
      if (std::ranges::find(kKeys, item.key()) == std::end(kKeys)) {
        fail(fmt::format("has the unknown key {} in an exercise, expected {}", in_quotes(item.key()),
                         fmt::join(kKeys, ", ")));
      }
    }
    if (entry["lesson"] != set_.lesson || entry["seed"] != set_.seed) {
      fail(fmt::format("is of lesson {}, seed {}; expected \"{}\", seed {}", entry["lesson"].dump(),
                       entry["seed"].dump(), set_.lesson, set_.seed));
    }
    const SheetJson& number = entry["number"];
    const bool is_known = number.is_number_unsigned() && number.get<std::uint64_t>() >= 1 &&
                          number.get<std::uint64_t>() <= set_.exercises.size();
    if (!is_known) {
      fail(fmt::format("has exercise {}, expected 1 to {}, which is the count asked for", number.dump(),
                       set_.exercises.size()));
    }
    return number.get<std::size_t>();
  }

  const ExerciseSet& set_;
  std::string_view where_;
};

// What was asked and has no answer, by whatever name it is called.
std::vector<std::string> missing(const FreshExercise& exercise, const Grade& grade) {
  std::vector<Answer> asked;
  if (exercise.network.empty()) {
    for (const ExerciseAnswer& answer : exercise.answers) asked.push_back({.name = answer.what});
  } else {
    const Model model = model_from_toml(exercise.network, "exercise");
    asked = parse_answers(teaching::as_list(exercise.answers, "0"), model.architecture());
  }
  std::vector<std::string> result;
  for (const Answer& question : asked) {
    const auto answers_it = [&](const GradedAnswer& given) {
      if (exercise.network.empty()) return given.answer.name == question.name;
      return given.answer.what == question.what && given.answer.when == question.when;
    };
    if (std::ranges::any_of(grade.answers, answers_it)) continue;
    const bool is_update = question.when == Answer::When::kAfterUpdate;
    result.push_back(is_update ? fmt::format("{} after the update", question.name) : question.name);
  }
  return result;
}

std::string title(const ExerciseGrade& all) {
  Grade together;
  for (const Grade& grade : all.grades) {
    together.right += grade.right;
    together.follow += grade.follow;
    together.answers.insert(together.answers.end(), grade.answers.begin(), grade.answers.end());
  }
  const std::string right = document(together).title;
  if (all.missing == 0) return right;
  return fmt::format("{}; {} question{} without an answer", right, all.missing, all.missing == 1 ? " is" : "s are");
}

}  // namespace

ExerciseText exercise_text(std::string_view text) {
  const auto parsed = parse_strict_json(text, kLimits, "");
  const SheetJson* exercises = parsed ? exercises_of(parsed->root()) : nullptr;
  if (exercises == nullptr) return ExerciseText::kOther;
  const auto is_key = [](const SheetJson& entry) { return entry.contains("network") || entry.contains("expression"); };
  if (std::ranges::all_of(*exercises, is_key)) return ExerciseText::kKey;
  const auto has_none = [](const SheetJson& entry) { return std::ranges::all_of(entry["answers"], is_empty); };
  return std::ranges::all_of(*exercises, has_none) ? ExerciseText::kEmptySheet : ExerciseText::kFilledSheet;
}

ExerciseGrade grade(const ExerciseSet& set, std::string_view text, std::string_view where) {
  const auto parsed = parse_strict_json(text, kLimits, where);
  if (!parsed) throw FormatError(parsed.failure().message);
  const std::vector<SheetJson> lists = SheetReader(set, where)(parsed->root());
  ExerciseGrade result;
  result.all_right = true;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const FreshExercise& exercise = set.exercises[i];
    SheetJson given = SheetJson::array();
    for (const SheetJson& answer : lists[i]) {
      if (!is_empty(answer)) given.push_back(answer);
    }
    Grade& grade = result.grades.emplace_back();
    const std::string place = lists.size() == 1 ? std::string(where) : fmt::format("{}: exercise {}", where, i + 1);
    if (!given.empty()) grade = teaching::graded(exercise, given.dump(), place);
    const std::vector<std::string> left_out = missing(exercise, grade);
    if (!left_out.empty()) grade.remarks.push_back(fmt::format("Without an answer: {}.", fmt::join(left_out, ", ")));
    result.missing += left_out.size();
    result.all_right = result.all_right && left_out.empty() && grade.right == grade.answers.size();
  }
  return result;
}

Document document(const ExerciseGrade& grade, const NumberStyle& style) {
  Document page{title(grade), {}};
  for (std::size_t i = 0; i < grade.grades.size(); ++i) {
    Document one = document(grade.grades[i], style);
    Section& section = page.sections.emplace_back(std::move(one.sections.front()));
    if (grade.grades.size() > 1) section.heading = fmt::format("Exercise {}: {}", i + 1, one.title);
  }
  return page;
}

std::string render_json(const ExerciseGrade& grade) {
  explaining::Json result = {
      {"all_right", grade.all_right}, {"missing", grade.missing}, {"exercises", explaining::Json::array()}};
  for (const Grade& one : grade.grades) {
    explaining::Json entry = explaining::json_of(one);
    entry["remarks"] = one.remarks;
    result["exercises"].push_back(std::move(entry));
  }
  return explaining::json_text(result);
}

}  // namespace bprop
