// SPDX-License-Identifier: Apache-2.0
//
// Answers to be graded: of a network, of an expression, and sheets of exercises, as the first byte chooses.
#include "bprop/exercise.h"
#include "bprop/grade.h"
#include "bprop/model.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

void grade_network(std::string_view bytes) {
  static const DoubleNetwork network("2 -> 2 sigmoid -> 1", {.seed = 1, .arithmetic = Arithmetic::kPortable});
  static constexpr double kInput[] = {0.5, -1}, kTarget[] = {0.25};
  const auto answers = parse_answers(bytes, network.architecture());
  if (answers.size() > 4) return;  // each costs passes of its own
  (void)render_json(grade(network, {kInput, kTarget}, answers, {.learning_rate = 0.5}));
}

void grade_statements(std::string_view bytes) {
  const auto answers = parse_expression_answers(bytes);
  if (answers.size() > 4) return;
  (void)render_json(grade_expression("f = x*y; x = r^2; y = r + s", {{"r", 2}, {"s", 3}}, answers));
}

void grade_sheet(std::string_view bytes) {
  static const ExerciseSet set = exercise("two-layers", 7, 2);
  (void)exercise_text(bytes);
  (void)render_json(grade(set, bytes, "sheet"));
}

}  // namespace

void examine(std::string_view bytes) {
  switch (take_byte(bytes) % 3) {
    case 0: return grade_network(bytes);
    case 1: return grade_statements(bytes);
    default: return grade_sheet(bytes);
  }
}

}  // namespace bprop::fuzz
