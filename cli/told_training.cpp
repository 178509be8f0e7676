// SPDX-License-Identifier: Apache-2.0
#include "told_training.h"

#include <fmt/format.h>

#include <algorithm>

#include "bprop/error.h"

namespace bprop::cli {

const TrainOptions& recipe_of(const RecipeChoice& choice, const std::vector<TrainOptions>& recipes) {
  const auto chosen = std::ranges::find(recipes, choice.best().preset, &TrainOptions::preset);
  if (chosen == recipes.end()) {
    throw UsageError(fmt::format("preset {} was chosen when the run was begun, and is not there any more",
                                 name(choice.best().preset)));
  }
  return *chosen;
}

TrainResult train_as_told(const std::optional<Model>& start, const std::optional<WatchedChoice>& choice,
                          const TrainValidationTest& parts, TrainOptions options, const TrainObserver& observer) {
  if (start) return train_from(*start, parts.train, parts.validation, options, observer);
  if (choice && choice->any()) return train_as_chosen(parts.train, options, *choice, observer);
  const bool bagged = *options.members > 1 && !options.validation && parts.validation.rows() == 0;
  if (!choice && !bagged) return train(parts.train, parts.validation, options, observer);
  options.choose = 0;  // where there was a choice: says itself why no candidate came to the end of an epoch
  return train(parts.train, options, observer);
}

}  // namespace bprop::cli
