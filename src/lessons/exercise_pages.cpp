// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bprop/exercise.h"
#include "explain/json_parts.h"
#include "lessons/exercise_work.h"

namespace bprop {
namespace teaching {

std::string as_list(std::span<const ExerciseAnswer> answers, const char* value, std::string_view indent) {
  using explaining::Json;
  std::string text = "[";
  for (const ExerciseAnswer& answer : answers) {
    text +=
        fmt::format("{}\n{}  {{\"what\": {}", &answer == answers.data() ? "" : ",", indent, Json(answer.what).dump());
    if (!answer.when.empty()) text += fmt::format(", \"when\": \"{}\"", answer.when);
    text += fmt::format(", \"value\": \"{}\"}}", value == nullptr ? answer.value : value);
  }
  return text + fmt::format("\n{}]", indent);
}

}  // namespace teaching

namespace {

using explaining::Json;

Json task_json(const FreshExercise& exercise) {
  if (!exercise.network.empty()) return {{"network", exercise.network}};
  return {{"expression", exercise.expression}, {"at", exercise.at}};
}

// Each exercise on lines of its own, an answer a line.
std::string sheet_of(const ExerciseSet& set, bool is_key) {
  std::string text = "{\"exercises\": [";
  for (const FreshExercise& exercise : set.exercises) {
    text += fmt::format("{}\n  {{\"lesson\": \"{}\", \"seed\": {}, \"number\": {},", exercise.number == 1 ? "" : ",",
                        set.lesson, set.seed, exercise.number);
    if (is_key) {
      const Json task = task_json(exercise);
      for (const auto& item : task.items()) {
        text += fmt::format("\n   \"{}\": {},", item.key(), item.value().dump());
      }
    }
    text += fmt::format("\n   \"answers\": {}}}", teaching::as_list(exercise.answers, is_key ? nullptr : "", "   "));
  }
  return text + "\n]}\n";
}

constexpr std::string_view kHowToAnswer =
    "Write each value into the sheet, in quotes, with as many digits as you are sure of; an answer left empty is not "
    "graded. bprop exercise with the same lesson, seed and count and --grade SHEET says what is right, which slip made "
    "what is wrong, and what only follows from an earlier error.";
constexpr std::string_view kNamesInNetworks =
    "Layers and units count from 1. \"weight 1:2,3\" leads into unit 2 of layer 1 from input 3, \"bias 1:2\" is that "
    "unit's bias, \"z 1:2\" its sum, \"a 1:2\" its output, \"delta 1:2\" the derivative of the loss by its z. "
    "\"forward\" asks for a value of the forward pass, \"gradient\" for the derivative of the loss by it, \"after "
    "update\" for its value after one step of gradient descent.";

FormulaTable questions(const FreshExercise& exercise) {
  const bool is_network = !exercise.network.empty();
  FormulaTable table{{"question", "what"}, {}};
  if (is_network) table.head.emplace_back("when");
  std::size_t number = 0;
  for (const ExerciseAnswer& answer : exercise.answers) {
    auto& row = table.rows.emplace_back();
    row = {math::number(static_cast<double>(++number)), math::words(answer.what)};
    if (is_network) row.push_back(math::words(answer.when));
  }
  return table;
}

}  // namespace

Document document(const ExerciseSet& set, SheetPlace sheet) {
  const std::size_t count = set.exercises.size();
  Document page{fmt::format("{}: {} exercise{}, seed {}", set.lesson, count, count == 1 ? "" : "s", set.seed), {}};
  for (const FreshExercise& exercise : set.exercises) {
    Section& section = page.sections.emplace_back();
    section.heading = fmt::format("Exercise {}", exercise.number);
    section.blocks.emplace_back(exercise.task);
    if (!exercise.network.empty()) {
      section.blocks.emplace_back(Listing{exercise.network});
    } else {
      section.blocks.emplace_back(Listing{fmt::format("{}\n", exercise.expression)});
      section.blocks.emplace_back(fmt::format("at {}", exercise.at));
    }
    section.blocks.emplace_back(questions(exercise));
  }
  page.sections.push_back({"How to answer", {std::string(kHowToAnswer)}});
  if (!set.exercises.front().network.empty()) {
    page.sections.back().blocks.emplace_back(std::string(kNamesInNetworks));
  }
  if (sheet == SheetPlace::kOnThePage) {
    page.sections.push_back({"The sheet, to be filled in", {Listing{answer_sheet(set)}}});
  }
  return page;
}

std::string render_json(const ExerciseSet& set) {
  Json result = {{"exercises", Json::array()}};
  for (const FreshExercise& exercise : set.exercises) {
    Json entry = {{"lesson", set.lesson}, {"seed", set.seed}, {"number", exercise.number}, {"task", exercise.task}};
    entry.update(task_json(exercise));
    entry["questions"] = Json::array();
    for (const ExerciseAnswer& answer : exercise.answers) {
      Json question = {{"what", answer.what}};
      if (!answer.when.empty()) question["when"] = answer.when;
      entry["questions"].push_back(std::move(question));
    }
    result["exercises"].push_back(std::move(entry));
  }
  return explaining::json_text(result);
}

std::string answer_sheet(const ExerciseSet& set) { return sheet_of(set, false); }
std::string answer_key(const ExerciseSet& set) { return sheet_of(set, true); }

}  // namespace bprop
