// SPDX-License-Identifier: Apache-2.0
#include "training_options.h"

#include <fmt/format.h>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

template <class Chosen>
bool set_member(Optimizer& optimizer, double Chosen::* member, double value) {
  Chosen* chosen = std::get_if<Chosen>(&optimizer);
  if (chosen != nullptr) chosen->*member = value;
  return chosen != nullptr;
}

// Sets a number that only some optimisers have: those of the members.
void set_number(Optimizer& optimizer, std::string_view option, const std::optional<double>& value, auto... members) {
  if (!value || (set_member(optimizer, members, *value) || ...)) return;
  throw UsageError(fmt::format("--{} means nothing to the optimizer {}", option, rule(optimizer).name));
}

}  // namespace

void TrainingOptions::declare(Options& options) {
  declare_network(options);
  declare_table(options);
  declare_optimizer(options);
  declare_schedule(options);
  declare_stopping(options);
}

void TrainingOptions::declare_network(Options& options) {
  options.heading("Network and loss (what is not given is as the preset has it)");
  options.value("preset", "P", train_.preset, "the recipe: bprop list presets");
  options.value("layers", "TEXT", train_.layers, "hidden layers, or all as \"4 -> 8 relu -> 3 softmax\"; \"\" is none");
  options.may_be_empty("layers");
  options.value("initializer", "I", train_.initializer, "first weights (bprop list initializers)");
  options.value("bias-initializer", "I", train_.bias_initializer, "first biases: zeros or normal");
  options.value("zero-last-layer", "on|off", zero_last_layer_, "weights and biases of the last layer begin with 0");
  options.value("embedding-sigma", "S", train_.embedding_sigma, "spread of first frequencies (periodic), in turns");
  options.value("loss", "L", train_.loss, "bprop list losses; by default what suits the target");
  options.value("reduction", "R", train_.reduction,
                "of the rows' losses in an update: mean or sum; by default mean, or the model's of --from");
  options.value("label-smoothing", "E", train_.label_smoothing,
                "share of a label given to all classes, for the cross entropies and focal losses");
  options.value("huber-delta", "D", train_.huber_delta,
                "where the parabola of the loss huber ends; by default 1, or the model's of --from");
  options.value("focal-gamma", "G", train_.focal_gamma,
                "of the focal losses: how much less a row counts that is nearly right; by default 2, or the model's");
  options.value("quantiles", "Q,Q...", train_.quantiles,
                "levels of the loss quantile, such as 0.1,0.5,0.9: an output each; by default 0.5, or the model's");
  options.value("row-weights", "COLUMN", train_.row_weights,
                "what each training row counts; the column is then no input");
  options.value("class-weights", "W", train_.class_weights,
                "what the rows of a class count: balanced, or as in yes=2,no=0.5");
  options.value(
      "members", "K", train_.members,
      "networks of different seeds, trained one after the other and merged into one that predicts their average");
  options.flag("double", double_precision_, "train in double precision (slower)");
  options.value("arithmetic", "A", train_.arithmetic, "fma or portable; by default fma if the processor has it");
}

void TrainingOptions::declare_table(Options& options) {
  options.heading("From cells to inputs");
  options.value("task", "T", train_.task,
                "classes, numbers, or labels: several targets of two values; by default what they look like");
  options.value("scaling", "S", train_.scaling,
                "of columns: robust, standard or none, which leaves a target of numbers as it is, too");
  options.value("smooth-clip", "on|off", smooth_clip_, "every input x becomes x / sqrt(1 + (x/3)^2), below 3");
  options.value("signed-pairs", "on|off", signed_pairs_, "text of two categories is one input, -1 or 1");
  options.value("missing-zero", "on|off", missing_zero_, "missing text becomes zeros, not an input of its own");
  options.value("embed-above", "N", train_.embed_above, "text of more categories is what 'embed' in --layers takes");
}

void TrainingOptions::declare_optimizer(Options& options) {
  options.heading("Updates");
  options.value("batch", "N|all", batch_, "rows an update");
  options.value("leaves", "N", train_.leaves,
                "parts of a batch whose gradients add, which is what ranks share; 0: one for every 256 rows");
  options.value("drop-last-batch", "on|off", drop_last_batch_,
                "an epoch leaves out the rows after its last whole batch");
  options.value("optimizer", "O", train_.optimizer, "bprop list optimizers");
  options.value("learning-rate", "R", train_.learning_rate, "by default the preset's, or another optimizer's own");
  options.value("parametrization", "P", train_.parametrization,
                "what the optimizer moves: weights w (standard), or v with w = v / sqrt(inputs of the layer) (ntk)");
  options.value("bias-rate", "F", train_.bias_rate, "the biases' rate, in rates of the weights");
  options.value("scale-rate", "F", train_.scale_rate, "that of scale layers");
  options.value("embedding-rate", "F", train_.embedding_rate, "that of waves and mix layers (periodic)");
  options.value("momentum", "M", momentum_, "of momentum and nesterov");
  options.value("decay", "R", decay_, "of rmsprop's mean of squares");
  options.value("beta1", "B", beta1_, "of adam and adamw");
  options.value("beta2", "B", beta2_, "of adam and adamw");
  options.value("epsilon", "E", epsilon_, "of rmsprop, adam and adamw");
  options.value("weight-decay", "L", weight_decay_, "weights shrink by this times the rate before each update");
  options.value("weight-decay-schedule", "S", train_.weight_decay_schedule,
                "of that: constant, or flat_cos, which from the middle of the run on follows a cosine down to 0");
  options.value("dropout-schedule", "S", train_.dropout_schedule,
                "of the probabilities of dropout layers: constant or flat_cos");
  options.value("l2", "L", train_.l2, "adds half of this times the sum of squared weights to the loss");
  options.value("clip", "C", train_.clip, "longest gradient (Euclidean norm); 0: any");
}

void TrainingOptions::declare_schedule(Options& options) {
  options.value("schedule", "S", schedule_, "of the rate: constant, step, exponential, cosine or coslog");
  options.value("schedule-factor", "F", schedule_numbers_.factor, "of step and exponential");
  options.value("schedule-every", "N", schedule_numbers_.every, "epochs between two steps");
  options.value("schedule-last", "F", schedule_numbers_.last, "share of the rate at the end, for cosine");
  options.value("schedule-cycles", "N", schedule_numbers_.cycles, "from rate 0 to rate 0, for coslog");
  options.value("warm-up", "N", schedule_numbers_.warm_up, "updates over which the rate first rises");
}

void TrainingOptions::declare_stopping(Options& options) {
  options.heading("Stopping");
  options.value("epochs", "N", train_.epochs, "passes over the training rows");
  options.value("steps", "N", train_.steps, "at most so many updates; 0: no limit but the epochs");
  options.value("patience", "N", train_.patience,
                "stop after so many epochs without a better validation loss; 0: never");
  options.value("min-change", "E", train_.min_change, "stop when an update moves the weights by less; 0: never");
  options.value("time-limit", "T", time_limit_, "such as 60s, 5m, 1h; 0: none");
  options.value("keep", "WHICH", keep_, "weights of the epoch with the best validation score, or the last ones");
  options.value(
      "ema", "D", train_.ema,
      "score and keep a moving average of the weights over the updates, of this decay, such as 0.999; 0: none");
  options.value(
      "calibrate", "HOW", calibrate_,
      "temperature: afterwards divide scores by the number that makes the validation rows likeliest; or none");
  options.value(
      "metric", "M", train_.metric,
      "that score: accuracy, balanced_accuracy, log_loss, auc or f1; rmse, mae or r2; of labels also subset_accuracy "
      "or micro_f1; or loss; by default accuracy, or rmse, of several numbers r2; of poisson, quantile and "
      "gaussian_nll the loss");
  options.value(
      "choose", "K", train_.choose,
      "recipe and epoch by K folds of the rows that the test leaves, then train on all of them; 0: by rows of "
      "validation. By default 5 on a small table, if nothing else of the recipe is given");
  options.value("candidates", "LIST", train_.candidates,
                "presets that compete then, the simplest first; by default linear,plain, or the one of --preset");
  options.value("ties", "WHICH", train_.ties, "of epochs with equal scores keep the one of least loss, or the last");
}

Optimizer TrainingOptions::with_numbers(Optimizer optimizer) const {
  set_number(optimizer, "momentum", momentum_, &Momentum::momentum, &Nesterov::momentum);
  set_number(optimizer, "decay", decay_, &RmsProp::decay);
  set_number(optimizer, "beta1", beta1_, &Adam::beta1, &AdamW::beta1);
  set_number(optimizer, "beta2", beta2_, &Adam::beta2, &AdamW::beta2);
  set_number(optimizer, "epsilon", epsilon_, &RmsProp::epsilon, &Adam::epsilon, &AdamW::epsilon);
  if (weight_decay_) set_member(optimizer, &AdamW::weight_decay, *weight_decay_);
  return optimizer;
}

TrainOptions TrainingOptions::assembled(const Options& options) const {
  const auto set = [](std::optional<bool>& part, const std::optional<Choice>& choice) {
    if (choice) part = choice->on;
  };
  TrainOptions train = train_;
  if (batch_) train.batch = batch_->rows;
  set(train.drop_last_batch, drop_last_batch_);
  set(train.zero_last_layer, zero_last_layer_);
  set(train.smooth_clip, smooth_clip_);
  set(train.signed_pairs, signed_pairs_);
  set(train.missing_zero, missing_zero_);
  train.time_limit = time_limit_.seconds;
  train.keep_best = keep_.best;
  train.calibrate = calibrate_.temperature;
  train.precision = double_precision_ ? Precision::kDouble : Precision::kFloat;
  // An epoch has at least one update: who gives steps alone gets them all.
  if (options.given("steps") && !options.given("epochs") && train.steps > 0) train.epochs = train.steps;
  return train;
}

TrainOptions TrainingOptions::with_numbers(TrainOptions train) const {
  train.optimizer = with_numbers(*train.optimizer);
  if (weight_decay_ && !std::holds_alternative<AdamW>(*train.optimizer)) train.weight_decay = *weight_decay_;
  return train;
}

void TrainingOptions::exclude(Options& options, const TrainOptions& train, const Model* start) const {
  const Schedule::Kind schedule = train.schedule->kind;
  const std::string with = fmt::format("with the schedule {}", name(schedule));
  const bool steps = schedule == Schedule::Kind::kStep;
  if (!steps) options.exclude({"schedule-every"}, with);
  if (!steps && schedule != Schedule::Kind::kExponential) options.exclude({"schedule-factor"}, with);
  if (schedule != Schedule::Kind::kCosine) options.exclude({"schedule-last"}, with);
  if (schedule != Schedule::Kind::kCosLog) options.exclude({"schedule-cycles"}, with);
  const AdamW* const adamw = std::get_if<AdamW>(&*train.optimizer);
  const double decay = weight_decay_.value_or(adamw != nullptr ? adamw->weight_decay : 0);
  if (decay == 0) options.exclude({"weight-decay-schedule"}, "without weight decay");
  const std::string layers = start != nullptr ? start->architecture().text() : *train.layers;
  if (layers.find("dropout") == std::string::npos) options.exclude({"dropout-schedule"}, "without dropout layers");
  if (!train.keep_best) options.exclude({"ties"}, "with --keep last");
  const std::optional<Loss> loss = train.loss || start == nullptr ? train.loss : start->loss.loss;
  if (loss != Loss::kHuber) options.exclude({"huber-delta"}, "without the loss huber");
  if (loss != Loss::kBinaryFocal && loss != Loss::kFocal) options.exclude({"focal-gamma"}, "without a focal loss");
  if (loss != Loss::kQuantile) options.exclude({"quantiles"}, "without the loss quantile");
  if (std::holds_alternative<GradientDescent>(*train.optimizer)) {
    options.exclude({"batch", "drop-last-batch"},
                    fmt::format("with the optimizer {}: every update takes all rows", text_of(*train.optimizer)));
  }
}

TrainOptions TrainingOptions::checked(Options& options, const Model* start) const {
  TrainOptions train = assembled(options);
  if (start != nullptr) train.preset = Preset::kPlain;
  const TrainOptions parts = bprop::resolved({.preset = train.preset}, Task::kNumbers);
  const bool numbers = momentum_ || decay_ || beta1_ || beta2_ || epsilon_ || weight_decay_;
  if (numbers && !train.choose) train.choose = 0;  // they belong to one recipe
  if (schedule_ || schedule_numbers_ != Schedule{}) {
    train.schedule = schedule_numbers_;
    train.schedule->kind = schedule_.value_or(parts.schedule->kind);
  }
  exclude(options, resolved(train, Task::kNumbers), start);
  return train;
}

TrainingOptions::Recipe TrainingOptions::recipe(Options options, const TrainOptions& checked, Preset preset,
                                                Task task) const {
  TrainingOptions of_preset = *this;
  of_preset.train_ = candidate(train_, preset);
  of_preset.train_.candidates = {preset};
  TrainOptions train = of_preset.checked(options, nullptr);
  train.choose = checked.choose;
  train.seed = checked.seed;
  return {std::move(options), of_preset.resolved(train, task)};
}

TrainOptions TrainingOptions::resolved(const TrainOptions& checked, Task task) const {
  const Optimizer of_preset = *bprop::resolved({.preset = checked.preset}, task).optimizer;
  TrainOptions train = bprop::resolved(checked, task);
  // The optimiser that tables are trained with has other numbers than those it was published with.
  if (train.optimizer->index() == of_preset.index()) train.optimizer = of_preset;
  return with_numbers(std::move(train));
}

TrainOptions TrainingOptions::resolved_for_exercise(Options& options, const Model& start) const {
  options.exclude({"calibrate", "keep", "metric", "ties", "patience", "seed", "row-weights", "class-weights"},
                  "for a network trained on its own rows, in their order");
  const TrainOptions textbook = exercise_options(start);
  TrainOptions train = assembled(options);
  train.preset = textbook.preset;
  if (!train.learning_rate) train.learning_rate = textbook.learning_rate;
  train.schedule = schedule_numbers_;
  train.schedule->kind = schedule_.value_or(textbook.schedule->kind);
  if (!options.given("optimizer")) {
    train.optimizer = textbook.optimizer;
    if (options.given("batch")) train.optimizer = Sgd{.learning_rate = learning_rate(*textbook.optimizer)};
  }
  train = with_numbers(bprop::resolved(std::move(train), Task::kNumbers));
  exclude(options, train, &start);
  return train;
}

}  // namespace bprop::cli
