// SPDX-License-Identifier: Apache-2.0
//
// exercise: fresh exercises of a lesson's kind, to be done by hand, with their answers, and the grade of a sheet.
//
//   auto set = bprop::exercise("two-layers", 7, 3);          // three, the same whenever 7 is asked for
//   std::cout << bprop::render_text(bprop::document(set));
//   auto marks = bprop::grade(set, text, "sheet.json");      // of the sheet that somebody filled in
//
// An exercise is a pure function of its lesson, seed and number. Its numbers have few digits, and no unit stands near a
// kink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/document.h"
#include "bprop/grade.h"

namespace bprop {

struct ExerciseKind {
  std::string_view name;     // "two-layers": a lesson's
  std::string_view summary;  // what is asked, in a line
};

// In the order of the lessons.
std::span<const ExerciseKind> exercise_kinds();

struct ExerciseAnswer {
  std::string what;   // "z 1:1", "weight 1:1,2", "loss"; of an expression "y", "∂f/∂y", "df/ds"
  std::string when;   // "forward", "gradient", "after update"; of an expression ""
  std::string value;  // with six significant digits
};

struct FreshExercise {
  std::size_t number = 1;
  std::string task = {};        // what is to be done, in words
  std::string network = {};     // typed by hand, as `bprop explain` reads it; or
  std::string expression = {};  // statements,
  std::string at = {};          // and the values of its inputs, "r=2,s=3"
  std::vector<ExerciseAnswer> answers = {};
};

struct ExerciseSet {
  std::string lesson;
  std::uint64_t seed = 0;
  std::vector<FreshExercise> exercises;
};

// Those of numbers 1 to count. Throws UsageError: there is no such kind; count is not 1 to 1,000. Cost: some hundred
// microseconds each.
ExerciseSet exercise(std::string_view name, std::uint64_t seed, std::size_t count = 1);

// As they are handed out: tasks and questions without answers, at the end the empty sheet unless it goes elsewhere.
enum class SheetPlace : std::uint8_t { kOnThePage, kElsewhere };
Document document(const ExerciseSet& set, SheetPlace sheet = SheetPlace::kOnThePage);
std::string render_json(const ExerciseSet& set);

// {"exercises": [{"lesson": …, "seed": …, "number": …, "answers": [{"what": …, "when": …, "value": …}, …]}, …]}: the
// sheet with empty values; the key with the right ones and the network or expression. The list of answers is what
// grade() reads.
std::string answer_sheet(const ExerciseSet& set);
std::string answer_key(const ExerciseSet& set);

// What a text is, so that nobody's work is written over.
enum class ExerciseText : std::uint8_t { kOther, kEmptySheet, kFilledSheet, kKey };
ExerciseText exercise_text(std::string_view text);

struct ExerciseGrade {
  std::vector<Grade> grades;  // of each exercise; a remark names what has no answer
  std::size_t missing = 0;    // questions without an answer
  bool all_right = false;     // every question answered, and every answer right
};

// Of a sheet or a key, or, where the set is of one exercise, of a list of answers. An empty value is no answer. Throws
// FormatError that begins with `where`: what there is wrong, and a sheet of another lesson, seed or number.
ExerciseGrade grade(const ExerciseSet& set, std::string_view text, std::string_view where);

Document document(const ExerciseGrade& grade, const NumberStyle& style = {});
std::string render_json(const ExerciseGrade& grade);

}  // namespace bprop
