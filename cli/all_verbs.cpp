// SPDX-License-Identifier: Apache-2.0
#include "verbs.h"

namespace bprop::cli {

std::vector<std::unique_ptr<Verb>> all_verbs() {
  std::vector<std::unique_ptr<Verb>> verbs;
  for (auto* make :
       {train_verb, report_verb, evaluate_verb, predict_verb, importance_verb, inspect_verb, check_verb, doctor_verb,
        explain_verb, lesson_verb, exercise_verb, draw_verb, gradients_verb, import_verb, list_verb, bench_verb}) {
    verbs.push_back(make());
  }
  return verbs;
}

}  // namespace bprop::cli
