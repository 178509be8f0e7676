// SPDX-License-Identifier: Apache-2.0
//
// All verbs, in the order of help. Each is defined in the file of its name.
#pragma once

#include <memory>
#include <vector>

#include "verb.h"

namespace bprop::cli {

std::unique_ptr<Verb> train_verb();
std::unique_ptr<Verb> report_verb();
std::unique_ptr<Verb> evaluate_verb();
std::unique_ptr<Verb> predict_verb();
std::unique_ptr<Verb> importance_verb();
std::unique_ptr<Verb> inspect_verb();
std::unique_ptr<Verb> check_verb();
std::unique_ptr<Verb> explain_verb();
std::unique_ptr<Verb> lesson_verb();
std::unique_ptr<Verb> exercise_verb();
std::unique_ptr<Verb> draw_verb();
std::unique_ptr<Verb> doctor_verb();
std::unique_ptr<Verb> gradients_verb();
std::unique_ptr<Verb> import_verb();
std::unique_ptr<Verb> list_verb();
std::unique_ptr<Verb> bench_verb();

std::vector<std::unique_ptr<Verb>> all_verbs();

}  // namespace bprop::cli
