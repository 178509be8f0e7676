// SPDX-License-Identifier: Apache-2.0
//
// Where the epochs of a choice by folds lie in a training on all rows, whose schedule may have other epochs: at the
// same share of it.
#pragma once

#include <algorithm>
#include <limits>

#include "bprop/train.h"

namespace bprop::training {

// Of `epochs`, where to end; at least 1.
inline std::size_t chosen_epoch(const RecipeChoice& choice, std::size_t epochs) {
  const Candidate& best = choice.best();
  return std::max<std::size_t>((best.epoch * epochs + best.epochs / 2) / best.epochs, 1);
}

// The folds' means at the report's epoch; those of the chosen epoch at the last.
inline bool fill_from(const RecipeChoice& choice, std::size_t last_epoch, EpochReport& report) {
  const std::size_t wanted = report.epoch * choice.best().epoch / last_epoch;
  const auto at = std::ranges::lower_bound(choice.curve, wanted, {}, &RecipeChoice::Point::epoch);
  if (at == choice.curve.end()) return false;
  report.validation_loss = at->loss;
  report.validation_score = at->score;
  return true;
}

}  // namespace bprop::training
