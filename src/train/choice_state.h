// SPDX-License-Identifier: Apache-2.0
//
// What the folds of a run chose, as numbers of its checkpoints.
#pragma once

#include "bprop/recipe_choice.h"
#include "checkpoint/state_list.h"

namespace bprop::training {

// Read back, it is a choice that could have been made, or FormatError is thrown.
void list(checkpoint::StateList& state, RecipeChoice& choice);

}  // namespace bprop::training
