// SPDX-License-Identifier: Apache-2.0
//
// The kinds of exercises: each draws a task and its questions, without answers.
#pragma once

#include <span>

#include "lessons/exercise_draft.h"

namespace bprop::teaching {

struct Kind {
  ExerciseKind info;
  FreshExercise (*draw)(Dice& dice);
};
std::span<const Kind> kinds();

// Those with an expression in the place of a network.
FreshExercise draw_naive_search(Dice& dice);
FreshExercise draw_chain_rule(Dice& dice);

}  // namespace bprop::teaching
