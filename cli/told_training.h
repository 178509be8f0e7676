// SPDX-License-Identifier: Apache-2.0
//
// Which of the library's ways of training a command line means.
#pragma once

#include <optional>
#include <vector>

#include "bprop/train.h"
#include "watched_training.h"

namespace bprop::cli {

// The recipe that was chosen, by its preset: a run that goes on has only that one. Throws UsageError if it is not
// there.
const TrainOptions& recipe_of(const RecipeChoice& choice, const std::vector<TrainOptions>& recipes);

// From a model or anew, by a choice or without. Rows of validation are a file's, a share, or none where a recipe was
// chosen.
TrainResult train_as_told(const std::optional<Model>& start, const std::optional<WatchedChoice>& choice,
                          const TrainValidationTest& parts, TrainOptions options, const TrainObserver& observer);

}  // namespace bprop::cli
