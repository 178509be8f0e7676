// SPDX-License-Identifier: Apache-2.0
//
// Choosing a recipe by cross-validation, for small tables: rows laid aside for validation would be missing from
// learning, and too few of them choose an epoch badly. Instead each candidate is trained on all parts of the rows but
// one, k times; the mean over the parts says after which epoch each is best. Of the candidates the first is chosen that
// is worse than the best by no more than the standard error of that one's score – who lists the simplest first gets it
// unless another is clearly better (the rule of Breiman et al., Classification and Regression Trees, 1984) – and
// trained on all rows, until its epoch.
//
// train() does all of it where choice_folds() says so. Cost: k trainings a candidate, and one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/metrics.h"
#include "bprop/preset.h"

namespace bprop {

struct TrainOptions;
struct TrainObserver;
struct TrainResult;

// The best epoch of a candidate's mean curve. Its score is a little too good: it is the best of many.
struct Candidate {
  Preset preset = Preset::kPlain;
  std::size_t epoch = 0;      // 0: none that all its trainings came to the end of
  std::size_t epochs = 0;     // of its schedule
  double score = 0;           // over all rows, each seen by a model that was not trained on it
  double standard_error = 0;  // of the score: standard deviation over the folds (n − 1) / √n
  double loss = 0;
};

struct RecipeChoice {
  std::size_t folds = 0;
  Metric metric = Metric::kAccuracy;
  std::vector<Candidate> candidates{};
  std::size_t chosen = 0;  // of candidates
  // The chosen one's means after each epoch, ascending.
  struct Point {
    std::size_t epoch = 0;
    double loss = 0;
    double score = 0;
  };
  std::vector<Point> curve{};
  bool interrupted = false;  // by the observer
  double seconds = 0;

  const Candidate& best() const { return candidates[chosen]; }
  bool any() const { return !interrupted && !candidates.empty() && best().epoch > 0; }
};

// Into how many parts train() deals these rows to choose a recipe; 0: it does not. What the options say, or else 5 for
// a small table – below 1,000 rows and 100,000 cells, each class with two rows at least – by Preset::kDefault and
// Preset::kBest when no part of a recipe, no validation, and nothing that needs it (calibrate, patience, keep_best) is
// asked for.
std::size_t choice_folds(const TrainOptions& options, const Dataset& data);

// The presets that compete: those of the options, or else linear and plain for Preset::kDefault and Preset::kBest – on
// small tables they measure better than their own recipe does (docs/benchmarks-tables.md) – and for another preset
// itself.
std::vector<Preset> candidates(const TrainOptions& options);
// The options with a preset that competes in the place of their own, of which the members stay.
TrainOptions candidate(const TrainOptions& options, Preset preset);

// `recipes`: resolved options, equal but for what their presets decide. A time limit is shared evenly by all trainings
// and the one to come. Of the observer, begin, step and stop are used. Throws what split_folds() and train() do.
RecipeChoice choose_recipe(const Dataset& data, std::size_t folds, std::span<const TrainOptions> recipes,
                           const TrainObserver& observer);

// Trains the chosen one of the recipes on all rows, for as much of its schedule as was best; of several members each,
// which then differ by their seeds only. The reports of its epochs
// have the folds' means as validation. Throws what train() does.
TrainResult train_as_chosen(const Dataset& data, const TrainOptions& recipe, const RecipeChoice& choice,
                            const TrainObserver& observer);

}  // namespace bprop
