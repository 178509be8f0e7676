// SPDX-License-Identifier: Apache-2.0
#include "bprop/train.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "bprop/resume.h"
#include "bprop/review.h"
#include "train/calibrate.h"
#include "train/loop.h"
#include "train/row_weights.h"
#include "train/setup.h"
#include "train/trace_record.h"
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
  check_run_directory(o.run_directory);
  check_resume(o);
  BPROP_CHECK(std::isfinite(o.checkpoint_every.seconds) && o.checkpoint_every.seconds >= 0, UsageError,
              "checkpoint_every is {} seconds, expected a time above 0, or 0 for never", o.checkpoint_every.seconds);
  check_log(o.log);
  check_tensorboard(o.tensorboard);
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
  options.preset = Preset::kPlain;
  return resolved(std::move(options), Task::kNumbers);
}

// Without validation rows nothing can be said of the best epoch or of patience.
void check_validation(const TrainOptions& o, std::size_t validation_rows) {
  BPROP_CHECK(o.patience == 0 || validation_rows > 0, UsageError,
              "patience is {} epochs, but there are no validation rows to measure progress on", o.patience);
}

template <class T>
void train_on_table(Model& model, const Dataset& train, const Dataset& validation, const training::LoopOptions& loop,
                    const TrainObserver& observer, TrainResult& result) {
  const training::TableRows<T> rows(*model.preprocessing, train, Encoder::Targets::kRequired);
  const bool validate = validation.rows() > 0;
  const training::TableRows<T> validation_rows(*model.preprocessing, validate ? validation : train.select({}),
                                               Encoder::Targets::kRequired);
  result.warnings.insert(result.warnings.end(), rows.warnings().begin(), rows.warnings().end());
  for (const std::string& warning : validation_rows.warnings()) {
    result.warnings.push_back("of the validation rows: " + warning);
  }
  training::RunFolder folder(loop.options);
  training::run_loop<T>(model, rows, validation_rows, loop, observer, folder, result);
  if (result.best_epoch == 0) return;
  folder.end(model);
  if (!loop.options.calibrate) return;
  training::calibrate<T>(model, validation_rows, loop.options.pool, result);
  folder.best(model);
}

void check_batch_of(const Model& model, const TrainOptions& options, std::size_t rows) {
  std::visit([&](const auto& of) { training::check_batch(of.architecture(), training::batch_rows(options, rows)); },
             model.network);
}

// Trains a model that has its preprocessing and weights; `start` is null for weights of the seed.
TrainResult train_model(Model model, const Model* start, training::WeightedRows rows, const Dataset& validation,
                        const TrainOptions& options, const TrainObserver& observer, std::vector<std::string> warnings,
                        const RecipeChoice* choice = nullptr) {
  const Dataset& train = rows.rows;
  training::finish_weights(options, *model.preprocessing, rows);
  check_validation(options, validation.rows());
  BPROP_CHECK(train.rows() > 0, UsageError, "{}: there are no rows to train on", train.source());
  check_batch_of(model, options, train.rows());
  training::check_trace_size(options, model, train.rows());
  TrainResult result{.model = std::move(model)};
  result.warnings = std::move(warnings);
  result.warnings.insert(result.warnings.end(), rows.warnings.begin(), rows.warnings.end());
  result.train_rows = train.rows();
  result.validation_rows = validation.rows();
  result.metric = training::chosen_metric(options, result.model, choice == nullptr ? validation.rows() : train.rows());
  if (choice != nullptr) result.choice = *choice;
  training::check_calibration(options, result.model, validation.rows());
  if (observer.begin) observer.begin(result.model, train.rows(), validation.rows());
  const training::LoopOptions loop{.options = options, .weights = rows.weights, .choice = choice, .start = start};
  if (std::holds_alternative<Network>(result.model.network)) {
    train_on_table<float>(result.model, train, validation, loop, observer, result);
  } else {
    train_on_table<double>(result.model, train, validation, loop, observer, result);
  }
  return result;
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
    recipes.push_back(given);
    recipes.back().preset = preset;
    recipes.back() = for_table(recipes.back(), data);
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
  return train_model(std::move(model), nullptr, std::move(rows), validation, options, observer, std::move(warnings),
                     choice);
}

}  // namespace

TrainResult train_as_chosen(const Dataset& data, const TrainOptions& recipe, const RecipeChoice& choice,
                            const TrainObserver& observer) {
  TrainOptions options = recipe;
  options.time_limit -= recipe.time_limit == 0 ? 0 : std::min(choice.seconds, 0.9 * recipe.time_limit);
  return train_new(data, data.select({}), options, observer, &choice);
}

TrainResult train(const Dataset& data, const TrainOptions& given, const TrainObserver& observer) {
  if (const std::size_t folds = choice_folds(given, data); folds > 0) return train_chosen(data, folds, given, observer);
  const TrainOptions options = for_table(given, data);
  check_options(options);
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
  return train_model(std::move(model), &start, std::move(rows), validation, options, observer, {});
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
  check_validation(options, 0);
  BPROP_CHECK(options.row_weights.empty() && !options.class_weights.any(), UsageError,
              "row_weights and class_weights are of a table's rows, the network's own have none");
  const Exercise& exercise = training::exercise_of(start, true);
  check_batch_of(start, options, exercise.rows);
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
