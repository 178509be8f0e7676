// SPDX-License-Identifier: Apache-2.0
#include "bprop/recipe_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/check.h"
#include "bprop/folds.h"
#include "bprop/train.h"
#include "train/mean_score.h"
#include "train/members.h"
#include "train/setup.h"

namespace bprop {
namespace {

using Point = RecipeChoice::Point;

constexpr std::size_t kFolds = 5;
constexpr std::size_t kSmallRows = 1000;
constexpr std::size_t kSmallCells = 100'000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Whose recipe two others replace there.
bool chooses(Preset preset) { return preset == Preset::kDefault || preset == Preset::kBest; }

bool is_small(const Dataset& data) {
  const std::size_t columns = data.columns().size();
  return data.rows() >= 2 * kFolds && data.rows() < kSmallRows && data.rows() * columns < kSmallCells;
}

bool suits_folds(const TrainOptions& options, const Dataset& data) {
  const Task task = task_of(options, data);
  return task == Task::kNumbers || training::can_be_dealt(data, task);
}

// The means over all trainings, by their validation rows, of the epochs that all of them have.
std::vector<Point> mean_curve(const std::vector<TrainResult>& results) {
  const Metric metric = results[0].metric;
  std::vector<Point> curve;
  for (const EpochReport& first : results[0].history) {
    double rows = 0;
    Point mean{.epoch = first.epoch};
    for (const TrainResult& result : results) {
      const EpochReport* report = result.epoch(first.epoch);
      const double weight = static_cast<double>(result.validation_rows);
      rows += weight;
      mean.loss += weight * (report == nullptr ? kNaN : report->validation_loss);
      mean.score += weight * (report == nullptr ? kNaN : training::addend(metric, report->validation_score));
    }
    mean.loss /= rows;
    mean.score = training::mean_score(metric, mean.score / rows);
    if (std::isfinite(mean.loss)) curve.push_back(mean);
  }
  return curve;
}

double standard_error(const std::vector<TrainResult>& results, std::size_t epoch) {
  double sum = 0;
  double squares = 0;
  for (const TrainResult& result : results) sum += result.epoch(epoch)->validation_score;
  const double count = static_cast<double>(results.size());
  for (const TrainResult& result : results) {
    const double off = result.epoch(epoch)->validation_score - sum / count;
    squares += off * off;
  }
  return std::sqrt(squares / (count - 1) / count);
}

// By the loss where a score is undefined, as AUC is where a class is missing, and between equals.
bool is_better(Metric metric, const Point& a, const Point& b) {
  if (std::isnan(a.score) || std::isnan(b.score) || a.score == b.score) return a.loss < b.loss;
  return larger_is_better(metric) ? a.score > b.score : a.score < b.score;
}

std::optional<Point> best_point(const std::vector<Point>& curve, Metric metric, Ties ties) {
  std::optional<Point> best;
  for (const Point& point : curve) {
    const bool last_of_equals = best && ties == Ties::kLast && point.score == best->score;
    if (!best || last_of_equals || is_better(metric, point, *best)) best = point;
  }
  return best;
}

Point point_of(const Candidate& candidate) {
  return {candidate.epoch, candidate.epoch == 0 ? INFINITY : candidate.loss, candidate.score};
}

// The first candidate that is worse than the best by no more than the standard error of that one's score.
std::size_t first_good_one(const RecipeChoice& choice) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < choice.candidates.size(); ++i) {
    if (is_better(choice.metric, point_of(choice.candidates[i]), point_of(choice.candidates[best]))) best = i;
  }
  const Candidate& top = choice.candidates[best];
  for (std::size_t i = 0; i < best; ++i) {
    const Candidate& candidate = choice.candidates[i];
    if (candidate.epoch > 0 && std::fabs(candidate.score - top.score) <= top.standard_error) return i;
  }
  return best;
}

// A choice by folds lays no rows aside.
void check_choice(const TrainOptions& o) {
  training::check_members(o);
  BPROP_CHECK(!o.validation, UsageError, "validation is {}, but choose lays no rows aside, expected one of the two",
              *o.validation);
  BPROP_CHECK(o.keep_best, UsageError, "keep_best is off, but choose trains until the best epoch");
  BPROP_CHECK(!o.calibrate, UsageError, "calibrate needs validation rows, and choose lays none aside");
  BPROP_CHECK(o.patience == 0, UsageError, "patience is {}, but choose needs every fold's epochs, expected 0",
              o.patience);
}

// A training that leaves nothing behind but its curve, one of so many.
TrainOptions of_a_fold(TrainOptions recipe, std::size_t trainings) {
  recipe.time_limit /= static_cast<double>(trainings);
  recipe.choose = 0;
  recipe.members = 1;
  recipe.doctor_every = 0;
  recipe.run_directory.clear();
  recipe.log.clear();
  recipe.tensorboard.clear();
  recipe.record.clear();
  return recipe;
}

}  // namespace

std::size_t choice_folds(const TrainOptions& o, const Dataset& data) {
  if (o.choose) return *o.choose;
  const bool needs_validation = o.validation || o.calibrate || o.patience > 0 || !o.keep_best;
  const bool by_itself = chooses(o.preset) && !training::names_part(o) && !needs_validation;
  return by_itself && data.target() && is_small(data) && suits_folds(o, data) ? kFolds : 0;
}

std::vector<Preset> candidates(const TrainOptions& options) {
  if (!options.candidates.empty()) return options.candidates;
  if (chooses(options.preset)) return {Preset::kLinear, Preset::kPlain};
  return {options.preset};
}

TrainOptions candidate(const TrainOptions& options, Preset preset) {
  TrainOptions recipe = options;
  recipe.preset = preset;
  recipe.members = resolved(options, Task::kNumbers).members;
  return recipe;
}

RecipeChoice choose_recipe(const Dataset& data, std::size_t folds, std::span<const TrainOptions> recipes,
                           const TrainObserver& observer) {
  BPROP_CHECK(!recipes.empty(), UsageError, "candidates is empty, expected a preset at least");
  BPROP_CHECK(folds >= 2 && folds <= data.rows(), UsageError,
              "choose is {}, expected 2 to the number of rows, {}, or 0", folds, data.rows());
  for (const TrainOptions& recipe : recipes) check_choice(recipe);
  const TrainObserver of_folds{.begin = observer.begin, .step = observer.step, .stop = observer.stop};
  std::optional<bool> stratify;
  if ((recipes[0].task || recipes[0].loss) && data.targets().size() == 1) {
    stratify = task_of(recipes[0], data) == Task::kClasses;
  }
  const std::vector<TrainTest> parts = split_folds(data, folds, recipes[0].seed, stratify);
  RecipeChoice choice{.folds = folds};
  std::vector<std::vector<Point>> curves;
  for (const TrainOptions& recipe : recipes) {
    std::vector<TrainResult> results;
    for (const TrainTest& part : parts) {
      results.push_back(train(part.train, part.test, of_a_fold(recipe, recipes.size() * folds + 1), of_folds));
      choice.seconds += results.back().seconds;
      choice.interrupted = results.back().stop_reason == StopReason::kInterrupted;
      if (choice.interrupted) return choice;
    }
    choice.metric = results[0].metric;
    const std::size_t epochs = total_epochs(of_a_fold(recipe, 1), results[0].train_rows);
    choice.candidates.push_back({.preset = recipe.preset, .epochs = epochs, .score = kNaN, .loss = kNaN});
    curves.push_back(mean_curve(results));
    const std::optional<Point> point = best_point(curves.back(), choice.metric, *recipe.ties);
    if (!point) continue;
    choice.candidates.back() = {
        recipe.preset, point->epoch, epochs, point->score, standard_error(results, point->epoch), point->loss};
  }
  choice.chosen = first_good_one(choice);
  choice.curve = std::move(curves[choice.chosen]);
  return choice;
}

}  // namespace bprop
