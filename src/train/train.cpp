// SPDX-License-Identifier: Apache-2.0
#include "bprop/train.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/collectives.h"
#include "bprop/resume.h"
#include "bprop/review.h"
#include "train/calibrate.h"
#include "train/loop.h"
#include "train/members.h"
#include "train/row_weights.h"
#include "train/setup.h"
#include "train/trace_record.h"
#include "train/train_model.h"
#include "train/trainer_options.h"

namespace bprop {
namespace {

struct StopText {
  std::string_view name;
  std::string_view sentence;
};
constexpr std::array kStopTexts = {
    StopText{"epochs", "all epochs are done"},
    StopText{"steps", "the limit of updates is reached"},
    StopText{"min_change",
             "the last update changed the weights by less than min-change (this measures η‖∇L‖: a small "
             "learning rate alone can stop training)"},
    StopText{"patience", "the validation loss has not improved for the epochs of patience"},
    StopText{"time_limit", "the time limit is reached"},
    StopText{"interrupted", "training was interrupted"},
    StopText{"diverged", "a number became NaN or infinite"},
    StopText{"chosen_epoch", "the epoch that the folds chose is done"},
};

void check_resume(const TrainOptions& o) {
  BPROP_CHECK(!o.resume || !o.run_directory.empty(), UsageError,
              "resume is given without a run_directory, expected the folder of the run");
}

void check_options(const TrainOptions& o) {
  training::check_record(o);
  training::check_members(o);
  if (is_first(o.communicator)) check_run_directory(o.run_directory);
  check_resume(o);
  BPROP_CHECK(std::isfinite(o.checkpoint_every.seconds) && o.checkpoint_every.seconds >= 0, UsageError,
              "checkpoint_every is {} seconds, expected a time above 0, or 0 for never", o.checkpoint_every.seconds);
  if (is_first(o.communicator)) check_log(o.log);
  if (is_first(o.communicator)) check_tensorboard(o.tensorboard);
  TrainerOptions trainer = training::trainer_options(o);
  trainer.loss.label_smoothing = o.label_smoothing.value_or(0);
  trainer.loss.huber_delta = o.huber_delta.value_or(1);
  trainer.loss.focal_gamma = o.focal_gamma.value_or(LossOptions{}.focal_gamma);
  trainer.loss.quantiles = o.quantiles.value_or(LossOptions{}.quantiles);
  training::check(trainer);
  BPROP_CHECK(o.epochs.value_or(1) > 0, UsageError, "epochs is 0, expected at least 1");
  BPROP_CHECK(*o.batch > 0, UsageError, "batch is 0, expected at least 1");
  const double validation = o.validation.value_or(0);
  BPROP_CHECK(validation >= 0 && validation < 1, UsageError, "validation is {}, expected a share from 0 to below 1",
              validation);
  BPROP_CHECK(std::isfinite(o.min_change) && o.min_change >= 0, UsageError,
              "min_change is {}, expected a norm above 0, or 0 for never", o.min_change);
  BPROP_CHECK(o.ema >= 0 && o.ema < 1, UsageError, "ema is {}, expected a decay from 0 (none) to below 1", o.ema);
  BPROP_CHECK(std::isfinite(o.time_limit) && o.time_limit >= 0, UsageError,
              "time_limit is {}, expected seconds above 0, or 0 for none", o.time_limit);
  BPROP_CHECK(o.record.empty() || (o.row_weights.empty() && !o.class_weights.any()), UsageError,
              "record: an explanation of an update knows no weights, expected neither row_weights nor class_weights");
  BPROP_CHECK(o.record.empty() || o.leaves == 0, UsageError,
              "record: an explanation of an update cuts its rows by 256, but leaves is {}, expected 0", o.leaves);
}

bool wants_numbers(Loss loss) {
  return rule(loss).target == LossTarget::kNumbers || rule(loss).target == LossTarget::kCounts;
}

TrainOptions for_table(TrainOptions options, const Dataset& data) {
  check_resume(options);
  if (options.resume && !options.arithmetic) options.arithmetic = begun_run(options.run_directory).arithmetic;
  const Task task = task_of(options, data);
  if (options.loss && wants_numbers(*options.loss)) options.task = task;
  return resolved(std::move(options), task);
}

// For a model that has its own layers and preprocessing.
TrainOptions without_preset(TrainOptions options) {
  BPROP_CHECK(options.members.value_or(1) == 1, UsageError,
              "members is {}, but a network that is there is trained on by itself, expected 1", *options.members);
  options.preset = Preset::kPlain;
  return resolved(std::move(options), Task::kNumbers);
}

}  // namespace

Task task_of(const TrainOptions& options, const Dataset& data) {
  if (options.task) return *options.task;
  return options.loss && wants_numbers(*options.loss) ? Task::kNumbers : task_of(data);
}

std::string_view name(StopReason reason) { return kStopTexts[static_cast<std::size_t>(reason)].name; }
std::string sentence(StopReason reason) { return std::string(kStopTexts[static_cast<std::size_t>(reason)].sentence); }

const EpochReport* TrainResult::epoch(std::size_t number) const {
  const auto found = std::lower_bound(history.begin(), history.end(), number,
                                      [](const EpochReport& report, std::size_t n) { return report.epoch < n; });
  return found != history.end() && found->epoch == number ? &*found : nullptr;
}

namespace {

// Recipe and epoch by folds, then all rows. If no candidate came to the end of an epoch, the first one says why.
TrainResult train_chosen(const Dataset& data, std::size_t folds, const TrainOptions& given,
                         const TrainObserver& observer) {
  std::vector<TrainOptions> recipes;
  for (const Preset preset : candidates(given)) {
    recipes.push_back(for_table(candidate(given, preset), data));
    check_options(recipes.back());
  }
  const RecipeChoice choice = given.resume ? begun_run(given.run_directory).choice.value_or(RecipeChoice())
                                           : choose_recipe(data, folds, recipes, observer);
  if (choice.any()) return train_as_chosen(data, recipes[choice.chosen], choice, observer);
  recipes[0].choose = 0;
  return train(data, recipes[0], observer);
}

// A table's first model, with what a colleague would say of it.
TrainResult train_new(const Dataset& data, const Dataset& validation, const TrainOptions& options,
                      const TrainObserver& observer, const RecipeChoice* choice = nullptr) {
  std::vector<std::string> warnings;
  training::WeightedRows rows = training::rows_with_weight(data, options);
  Model model = training::initial_model(rows.rows, options, warnings);
  for (auto& remark : review(rows.rows, *model.preprocessing)) warnings.push_back(std::move(remark));
  for (auto& remark : review_split(rows.rows, validation, "validation", *model.preprocessing)) {
    warnings.push_back(std::move(remark));
  }
  return training::train_model({.model = std::move(model), .warnings = std::move(warnings), .choice = choice},
                               std::move(rows), validation, options, observer);
}

}  // namespace

TrainResult train_as_chosen(const Dataset& data, const TrainOptions& recipe, const RecipeChoice& choice,
                            const TrainObserver& observer) {
  TrainOptions options = recipe;
  options.time_limit -= recipe.time_limit == 0 ? 0 : std::min(choice.seconds, 0.9 * recipe.time_limit);
  const Dataset no_rows = data.select({});
  if (*options.members > 1) return training::train_members(data, &no_rows, options, observer, &choice);
  return train_new(data, no_rows, options, observer, &choice);
}

TrainResult train(const Dataset& data, const TrainOptions& given, const TrainObserver& observer) {
  if (const std::size_t folds = choice_folds(given, data); folds > 0) return train_chosen(data, folds, given, observer);
  const TrainOptions options = for_table(given, data);
  check_options(options);
  if (*options.members > 1 && !options.validation) return training::train_members(data, nullptr, options, observer);
  const double share = options.validation.value_or(kValidationShare);
  if (share == 0) return train(data, data.select({}), options, observer);
  const auto parts = split_three(data, {.test = 0, .validation = share, .seed = options.seed});
  TrainResult result = train(parts.train, parts.validation, options, observer);
  result.warnings.insert(result.warnings.begin(), parts.warnings.begin(), parts.warnings.end());
  return result;
}

TrainResult train(const Dataset& data, const Dataset& validation, const TrainOptions& given,
                  const TrainObserver& observer) {
  const TrainOptions options = for_table(given, data);
  check_options(options);
  BPROP_CHECK(options.choose.value_or(0) == 0, UsageError,
              "choose is {} folds, but rows of validation are given, expected one of the two", *options.choose);
  if (*options.members > 1) return training::train_members(data, &validation, options, observer);
  return train_new(data, validation, options, observer);
}

TrainResult train_from(const Model& start, const Dataset& data, const Dataset& validation, const TrainOptions& given,
                       const TrainObserver& observer) {
  const TrainOptions options = without_preset(given);
  check_options(options);
  training::WeightedRows rows = training::rows_with_weight(data, options);
  Model model = start;
  model.exercise.reset();
  model.temperature = 1;
  model.preprocessing = training::preprocessing_for(start, data);
  model.loss = training::loss_options(options, start.loss);
  training::check_loss(model.loss.loss, *model.preprocessing);
  training::take_outputs(model);
  return training::train_model({.model = std::move(model), .start = &start}, std::move(rows), validation, options,
                               observer);
}

TrainOptions exercise_options(const Model& start) {
  TrainOptions options;
  options.preset = Preset::kPlain;
  options.optimizer = GradientDescent{};
  if (start.exercise) options.learning_rate = start.exercise->learning_rate;
  options.schedule = Schedule{};
  options.validation = 0;
  return options;
}

TrainResult train_from(const Model& start, const TrainOptions& given, const TrainObserver& observer) {
  const TrainOptions options = without_preset(given);
  check_options(options);
  training::check_validation(options, 0);
  BPROP_CHECK(options.row_weights.empty() && !options.class_weights.any(), UsageError,
              "row_weights and class_weights are of a table's rows, the network's own have none");
  const Exercise& exercise = training::exercise_of(start, true);
  training::check_batch_of(start, options, exercise.rows);
  training::check_trace_size(options, start, exercise.rows);
  TrainResult result{.model = start};
  result.model.loss = training::loss_options(options, start.loss);
  result.train_rows = exercise.rows;
  result.metric = training::chosen_metric(options, result.model, 0);
  training::check_calibration(options, result.model, 0);
  if (observer.begin) observer.begin(result.model, exercise.rows, 0);
  training::RunFolder folder(options);
  const training::LoopOptions loop{
      .options = options, .shuffle = false, .freeze_biases = exercise.freeze_biases, .start = &start};
  std::visit(
      [&]<class T>(BasicNetwork<T>& network) {
        const training::ExerciseRows<T> rows(exercise, network.inputs(), network.outputs());
        const Exercise none{};
        const training::ExerciseRows<T> no_rows(none, network.inputs(), network.outputs());
        training::run_loop<T>(result.model, rows, no_rows, loop, observer, folder, result);
        if (result.best_epoch > 0) folder.end(result.model);
      },
      result.model.network);
  return result;
}

}  // namespace bprop
