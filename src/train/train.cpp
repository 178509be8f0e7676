// SPDX-License-Identifier: Apache-2.0
#include "bprop/train.h"

#include <array>
#include <cmath>

#include "base/check.h"
#include "train/loop.h"
#include "train/setup.h"
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
    StopText{"diverged", "the loss is no longer finite (a smaller learning rate or clipping may help)"},
};

void check_options(const TrainOptions& o) {
  TrainerOptions trainer = training::trainer_options(o);
  trainer.loss.label_smoothing = o.label_smoothing.value_or(0);
  trainer.loss.huber_delta = o.huber_delta;
  training::check(trainer);
  BPROP_CHECK(o.epochs.value_or(1) > 0, UsageError, "epochs is 0, expected at least 1");
  BPROP_CHECK(o.batch > 0, UsageError, "batch is 0, expected at least 1");
  BPROP_CHECK(o.validation >= 0 && o.validation < 1, UsageError, "validation is {}, expected a share from 0 to below 1",
              o.validation);
  BPROP_CHECK(std::isfinite(o.min_change) && o.min_change >= 0, UsageError,
              "min_change is {}, expected a norm above 0, or 0 for never", o.min_change);
  BPROP_CHECK(std::isfinite(o.time_limit) && o.time_limit >= 0, UsageError,
              "time_limit is {}, expected seconds above 0, or 0 for none", o.time_limit);
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
  for (const auto* warnings : {&rows.warnings(), &validation_rows.warnings()}) {
    result.warnings.insert(result.warnings.end(), warnings->begin(), warnings->end());
  }
  training::RunFolder folder(loop.options.run_directory, loop.options.configuration);
  training::run_loop<T>(model, rows, validation_rows, loop, observer, folder, result);
}

// Trains a model that has its preprocessing and weights; `start` is null for weights of the seed.
TrainResult train_model(Model model, const Model* start, const Dataset& train, const Dataset& validation,
                        const TrainOptions& options, const TrainObserver& observer, std::vector<std::string> warnings) {
  check_options(options);
  check_validation(options, validation.rows());
  BPROP_CHECK(train.rows() > 0, UsageError, "{}: there are no rows to train on", train.source());
  TrainResult result{.model = std::move(model)};
  result.warnings = std::move(warnings);
  result.train_rows = train.rows();
  result.validation_rows = validation.rows();
  if (observer.begin) observer.begin(result.model, train.rows(), validation.rows());
  const training::LoopOptions loop{.options = options, .start = start};
  if (std::holds_alternative<Network>(result.model.network)) {
    train_on_table<float>(result.model, train, validation, loop, observer, result);
  } else {
    train_on_table<double>(result.model, train, validation, loop, observer, result);
  }
  if (result.stop_reason == StopReason::kDiverged) {
    result.warnings.push_back(fmt::format(
        "training diverged after {} updates; the model has the weights of {}", result.steps,
        result.best_epoch == 0 ? std::string("before the first update") : fmt::format("epoch {}", result.best_epoch)));
  }
  return result;
}

}  // namespace

std::string_view name(StopReason reason) { return kStopTexts[static_cast<std::size_t>(reason)].name; }
std::string sentence(StopReason reason) { return std::string(kStopTexts[static_cast<std::size_t>(reason)].sentence); }

TrainResult train(const Dataset& data, const TrainOptions& options, const TrainObserver& observer) {
  check_options(options);
  if (options.validation == 0) return train(data, data.select({}), options, observer);
  const TrainTest parts = split(data, {.test = options.validation, .seed = options.seed});
  return train(parts.train, parts.test, options, observer);
}

TrainResult train(const Dataset& data, const Dataset& validation, const TrainOptions& options,
                  const TrainObserver& observer) {
  check_options(options);
  std::vector<std::string> warnings;
  Model model = training::initial_model(data, options, warnings);
  return train_model(std::move(model), nullptr, data, validation, options, observer, std::move(warnings));
}

TrainResult train_from(const Model& start, const Dataset& data, const Dataset& validation, const TrainOptions& options,
                       const TrainObserver& observer) {
  Model model = start;
  model.exercise.reset();
  model.preprocessing = training::preprocessing_for(start, data);
  model.loss = training::loss_options(options, options.loss.value_or(start.loss.loss));
  training::check_loss(model.loss.loss, model.preprocessing->target);
  return train_model(std::move(model), &start, data, validation, options, observer, {});
}

TrainOptions exercise_options(const Model& start) {
  TrainOptions options;
  options.loss = start.loss.loss;
  options.reduction = start.loss.reduction;
  options.label_smoothing = start.loss.label_smoothing;
  options.huber_delta = start.loss.huber_delta;
  options.optimizer = GradientDescent{};
  if (start.exercise) options.learning_rate = start.exercise->learning_rate;
  options.schedule = {};
  options.validation = 0;
  return options;
}

TrainResult train_from(const Model& start, const TrainOptions& options, const TrainObserver& observer) {
  check_options(options);
  check_validation(options, 0);
  const Exercise& exercise = training::exercise_of(start, true);
  TrainResult result{.model = start};
  result.model.loss = training::loss_options(options, options.loss.value_or(start.loss.loss));
  result.train_rows = exercise.rows;
  if (observer.begin) observer.begin(result.model, exercise.rows, 0);
  training::RunFolder folder(options.run_directory, options.configuration);
  const training::LoopOptions loop{options, false, exercise.freeze_biases, &start};
  std::visit(
      [&]<class T>(BasicNetwork<T>& network) {
        const training::ExerciseRows<T> rows(exercise, network.inputs(), network.outputs());
        const Exercise none{};
        const training::ExerciseRows<T> no_rows(none, network.inputs(), network.outputs());
        training::run_loop<T>(result.model, rows, no_rows, loop, observer, folder, result);
      },
      result.model.network);
  return result;
}

}  // namespace bprop
