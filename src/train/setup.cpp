// SPDX-License-Identifier: Apache-2.0
#include "train/setup.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "train/prediction_pass.h"
#include "train/row_scores.h"

namespace bprop {
namespace {

constexpr std::size_t kDefaultEpochs = 60;
constexpr std::size_t kDefaultSteps = 1500;  // iris needs them: accuracy over 20 splits 0.93 instead of 0.89

}  // namespace

namespace training {
namespace {

double default_label_smoothing(Loss loss) { return loss == Loss::kCrossEntropy ? 0.1 : 0; }

Loss default_loss(Task task, std::size_t outputs) {
  if (task == Task::kNumbers) return Loss::kHalfSquaredError;
  return outputs == 1 ? Loss::kBinaryCrossEntropy : Loss::kCrossEntropy;
}

// Two classes take one sigmoid output unless loss or architecture want two.
bool wants_two_outputs(const TrainOptions& options) {
  if (options.loss == Loss::kCrossEntropy) return true;
  if (options.layers->find("->") == std::string::npos) return false;
  return Architecture::parse(*options.layers).outputs() == 2;
}

// Whether the architecture has the program choose categories: those inputs are not scaled.
bool embeds_categories(const std::string& layers) { return layers.find("embed") != std::string::npos; }

ArchitectureDefaults architecture_defaults(const Preprocessing& preprocessing, const TrainOptions& options,
                                           Activation link) {
  std::vector<InputRange> numbers;
  std::vector<InputRange> categories;
  std::size_t begin = 0;
  for (const InputColumn& column : preprocessing.inputs) {
    const std::size_t end = begin + column.features();
    if (column.kind != ColumnKind::kText) {
      numbers.push_back({begin, begin + 1});
    } else if (column.categories.size() > *options.embed_above) {
      categories.push_back({begin, end});
    }
    begin = end;
  }
  return {preprocessing.features(), preprocessing.outputs(), link, numbers, categories};
}

}  // namespace

void check_loss(Loss loss, const TargetColumn& target) {
  const bool of_classes = loss == Loss::kCrossEntropy || loss == Loss::kBinaryCrossEntropy;
  BPROP_CHECK(!of_classes || target.task == Task::kClasses, UsageError,
              "loss {} needs a target of classes, '{}' holds numbers (--task classes makes them classes)",
              rule(loss).name, target.name);
}

Metric chosen_metric(const TrainOptions& options, const Model& model, std::size_t validation_rows) {
  const TargetColumn target = model.preprocessing ? model.preprocessing->target : TargetColumn{};
  if (!options.metric) return default_metric(target.task);
  const Metric metric = *options.metric;
  BPROP_CHECK(task_of(metric) == target.task, UsageError, "metric {} needs a target of {}, '{}' holds {}", name(metric),
              name(task_of(metric)), target.name, name(target.task));
  BPROP_CHECK(validation_rows > 0, UsageError, "metric is {}, but there are no validation rows to measure it on",
              name(metric));
  BPROP_CHECK(metric != Metric::kLogLoss || gives_probabilities(model, target), UsageError,
              "metric log_loss needs probabilities, the loss {} has none", rule(model.loss.loss).name);
  BPROP_CHECK(
      metric != Metric::kAuc || target.classes.size() == 2 || validation_rows <= kMostScores / target.classes.size(),
      UsageError, "metric auc: {} validation rows of {} classes are too many", validation_rows, target.classes.size());
  return metric;
}

LossOptions default_loss_options(Loss loss) { return {.loss = loss, .label_smoothing = default_label_smoothing(loss)}; }

LossOptions loss_options(const TrainOptions& options, const LossOptions& otherwise) {
  const Loss loss = options.loss.value_or(otherwise.loss);
  const bool has_labels = loss == Loss::kCrossEntropy || loss == Loss::kBinaryCrossEntropy;
  const bool honest = options.metric == Metric::kLogLoss || options.metric == Metric::kAuc;
  const double by_default = loss == otherwise.loss ? otherwise.label_smoothing : default_label_smoothing(loss);
  const double smoothing = options.label_smoothing.value_or(honest ? 0 : by_default);
  BPROP_CHECK(has_labels || smoothing == 0, UsageError, "label_smoothing is {}, but loss {} has no labels to smooth",
              smoothing, rule(loss).name);
  return {loss, options.reduction.value_or(otherwise.reduction), smoothing,
          options.huber_delta.value_or(otherwise.huber_delta)};
}

TrainerOptions trainer_options(const TrainOptions& options) {
  TrainerOptions trainer;
  trainer.optimizer = *options.optimizer;
  if (options.learning_rate) set_learning_rate(trainer.optimizer, *options.learning_rate);
  trainer.schedule = *options.schedule;
  trainer.rates = {*options.parametrization, *options.bias_rate, *options.scale_rate, *options.embedding_rate};
  trainer.l2 = options.l2;
  trainer.weight_decay = options.weight_decay;
  trainer.clip = options.clip;
  trainer.measure_change = options.min_change > 0;
  trainer.pool = options.pool;
  return trainer;
}

std::size_t batch_rows(const TrainOptions& options, std::size_t rows) {
  if (std::holds_alternative<GradientDescent>(*options.optimizer)) return rows;
  return std::min(*options.batch, rows);
}

std::size_t epoch_rows(const TrainOptions& options, std::size_t rows) {
  const std::size_t batch = batch_rows(options, rows);
  return *options.drop_last_batch && batch > 0 ? rows - rows % batch : rows;
}

std::size_t steps_per_epoch(const TrainOptions& options, std::size_t rows) {
  const std::size_t batch = batch_rows(options, rows);
  return batch == 0 ? 0 : (epoch_rows(options, rows) + batch - 1) / batch;
}

NetworkOptions network_options(const TrainOptions& options, Arithmetic arithmetic) {
  return {options.seed,
          *options.initializer,
          arithmetic,
          *options.bias_initializer,
          *options.zero_last_layer,
          *options.embedding_sigma};
}

Model initial_model(const Dataset& train, const TrainOptions& options, std::vector<std::string>& warnings) {
  BPROP_CHECK(*options.embedding_sigma >= 0 && std::isfinite(*options.embedding_sigma), UsageError,
              "embedding_sigma is {}, expected a number from 0", *options.embedding_sigma);
  PreprocessingOptions preprocessing_options;
  preprocessing_options.task = options.task;
  preprocessing_options.scaling = *options.scaling;
  preprocessing_options.standardize_target = options.scaling != Scaling::kNone;
  preprocessing_options.smooth_clip = *options.smooth_clip;
  preprocessing_options.signed_pairs = *options.signed_pairs;
  preprocessing_options.missing_zero = *options.missing_zero;
  if (embeds_categories(*options.layers)) preprocessing_options.embed_above = options.embed_above;
  preprocessing_options.one_hot_pairs = wants_two_outputs(options);
  if (!options.row_weights.empty()) preprocessing_options.ignore = {options.row_weights};
  FittedPreprocessing fitted = fit_preprocessing(train, preprocessing_options);
  warnings.insert(warnings.end(), fitted.warnings.begin(), fitted.warnings.end());
  const Preprocessing& preprocessing = fitted.preprocessing;

  const Loss loss = options.loss.value_or(default_loss(preprocessing.target.task, preprocessing.outputs()));
  check_loss(loss, preprocessing.target);
  const Architecture architecture =
      Architecture::parse(*options.layers, architecture_defaults(preprocessing, options, rule(loss).link));
  const NetworkOptions network = network_options(options, options.arithmetic.value_or(native_arithmetic()));
  Model model = options.precision == Precision::kDouble ? Model{DoubleNetwork(architecture, network)}
                                                        : Model{Network(architecture, network)};
  model.loss = loss_options(options, default_loss_options(loss));
  model.preprocessing = std::move(fitted.preprocessing);
  return model;
}

}  // namespace training

// What these say does not depend on the task.
std::size_t total_epochs(const TrainOptions& given, std::size_t rows) {
  const TrainOptions options = resolved(given, Task::kNumbers);
  const std::size_t per_epoch = std::max<std::size_t>(training::steps_per_epoch(options, rows), 1);
  return options.epochs.value_or(std::max(kDefaultEpochs, (kDefaultSteps + per_epoch - 1) / per_epoch));
}

std::size_t total_steps(const TrainOptions& given, std::size_t rows) {
  const TrainOptions options = resolved(given, Task::kNumbers);
  const std::size_t of_epochs = training::steps_per_epoch(options, rows) * total_epochs(options, rows);
  return options.steps == 0 ? of_epochs : std::min(options.steps, of_epochs);
}

}  // namespace bprop
