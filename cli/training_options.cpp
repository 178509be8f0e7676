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
  declare_optimizer(options);
  declare_stopping(options);
}

void TrainingOptions::declare_network(Options& options) {
  options.heading("Network and loss");
  options.value("layers", "TEXT", train_.layers, "hidden layers, or all as \"4 -> 8 relu -> 3 softmax\"; \"\" is none");
  options.may_be_empty("layers");
  options.value("initializer", "I", train_.initializer, "first weights (bprop list initializers)");
  options.value("loss", "L", train_.loss, "bprop list losses; by default what suits the target");
  options.value("reduction", "R", train_.reduction,
                "of the rows' losses in an update: mean or sum; by default mean, or the model's of --from");
  options.value("label-smoothing", "E", train_.label_smoothing,
                "share of a label given to all classes, for the cross entropies");
  options.value("huber-delta", "D", train_.huber_delta,
                "where the parabola of the loss huber ends; by default 1, or the model's of --from");
  options.value("row-weights", "COLUMN", train_.row_weights,
                "what each training row counts; the column is then no input");
  options.value("class-weights", "W", train_.class_weights,
                "what the rows of a class count: balanced, or as in yes=2,no=0.5");
  options.value("task", "T", train_.task, "classes or numbers; by default what the target column looks like");
  options.flag("no-standardize", no_standardize_, "leave columns of numbers, and a target of numbers, as they are");
  options.flag("double", double_precision_, "train in double precision (slower)");
  options.value("arithmetic", "A", train_.arithmetic, "fma or portable; by default fma if the processor has it");
}

void TrainingOptions::declare_optimizer(Options& options) {
  options.heading("Updates");
  options.value("batch", "N|all", batch_, "rows an update");
  options.value("optimizer", "O", optimizer_, "bprop list optimizers");
  options.value(
      "learning-rate", "R", train_.learning_rate,
      fmt::format("by default the optimizer's own, or {} with the default one", learning_rate(train_.optimizer)));
  options.value("momentum", "M", momentum_, "of momentum and nesterov");
  options.value("decay", "R", decay_, "of rmsprop's mean of squares");
  options.value("beta1", "B", beta1_, "of adam and adamw");
  options.value("beta2", "B", beta2_, "of adam and adamw");
  options.value("epsilon", "E", epsilon_, "of rmsprop, adam and adamw");
  options.value("weight-decay", "L", weight_decay_, "weights shrink by this times the rate before each update");
  options.value("l2", "L", train_.l2, "adds half of this times the sum of squared weights to the loss");
  options.value("clip", "C", train_.clip, "longest gradient (Euclidean norm); 0: any");
  options.value("schedule", "S", train_.schedule.kind, "of the rate: constant, step, exponential or cosine");
  options.value("schedule-factor", "F", train_.schedule.factor, "of step and exponential");
  options.value("schedule-every", "N", train_.schedule.every, "epochs between two steps");
  options.value("schedule-last", "F", train_.schedule.last, "share of the rate at the end, for cosine");
  options.value("warm-up", "N", train_.schedule.warm_up, "updates over which the rate first rises");
}

void TrainingOptions::declare_stopping(Options& options) {
  options.heading("Stopping");
  options.value("epochs", "N", train_.epochs, "passes over the training rows; by default 60, more on a small table");
  options.value("steps", "N", train_.steps, "at most so many updates; 0: no limit but the epochs");
  options.value("patience", "N", train_.patience,
                "stop after so many epochs without a better validation loss; 0: never");
  options.value("min-change", "E", train_.min_change, "stop when an update moves the weights by less; 0: never");
  options.value("time-limit", "T", time_limit_, "such as 60s, 5m, 1h; 0: none");
  options.value("keep", "WHICH", keep_, "weights of the epoch with the best validation score, or the last ones");
  options.value(
      "calibrate", "HOW", calibrate_,
      "temperature: afterwards divide scores by the number that makes the validation rows likeliest; or none");
  options.value(
      "metric", "M", train_.metric,
      "that score: accuracy, balanced_accuracy, log_loss, auc or f1; rmse, mae or r2; by default accuracy, or rmse");
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
  TrainOptions train = train_;
  train.optimizer = optimizer_;
  train.batch = batch_.rows;
  train.time_limit = time_limit_.seconds;
  train.keep_best = keep_.best;
  train.calibrate = calibrate_.temperature;
  train.standardize = !no_standardize_;
  train.precision = double_precision_ ? Precision::kDouble : Precision::kFloat;
  // An epoch has at least one update: who gives steps alone gets them all.
  if (options.given("steps") && !options.given("epochs") && train.steps > 0) train.epochs = train.steps;
  return train;
}

TrainOptions TrainingOptions::finished(Options& options, TrainOptions train, const Model* start) const {
  train.optimizer = with_numbers(train.optimizer);
  if (weight_decay_ && !std::holds_alternative<AdamW>(train.optimizer)) train.weight_decay = *weight_decay_;

  const Schedule::Kind schedule = train.schedule.kind;
  const std::string with = fmt::format("with the schedule {}", name(schedule));
  const bool steps = schedule == Schedule::Kind::kStep;
  if (!steps) options.exclude({"schedule-every"}, with);
  if (!steps && schedule != Schedule::Kind::kExponential) options.exclude({"schedule-factor"}, with);
  if (schedule != Schedule::Kind::kCosine) options.exclude({"schedule-last"}, with);
  const std::optional<Loss> loss = train.loss || start == nullptr ? train.loss : start->loss.loss;
  if (loss != Loss::kHuber) options.exclude({"huber-delta"}, "without the loss huber");
  if (std::holds_alternative<GradientDescent>(train.optimizer)) {
    options.exclude({"batch"},
                    fmt::format("with the optimizer {}: every update takes all rows", text_of(train.optimizer)));
  }
  return train;
}

TrainOptions TrainingOptions::resolved(Options& options, const Model* start) const {
  TrainOptions train = assembled(options);
  // The optimiser that tables are trained with has other numbers than those it was published with.
  if (train.optimizer.index() == train_.optimizer.index()) train.optimizer = train_.optimizer;
  return finished(options, train, start);
}

TrainOptions TrainingOptions::resolved_for_exercise(Options& options, const Model& start) const {
  options.exclude({"calibrate", "keep", "metric", "patience", "seed", "row-weights", "class-weights"},
                  "for a network trained on its own rows, in their order");
  const TrainOptions textbook = exercise_options(start);
  TrainOptions train = assembled(options);
  if (!train.learning_rate) train.learning_rate = textbook.learning_rate;
  if (!options.given("schedule")) train.schedule.kind = textbook.schedule.kind;
  if (!options.given("optimizer")) {
    train.optimizer = textbook.optimizer;
    if (options.given("batch")) train.optimizer = Sgd{.learning_rate = learning_rate(textbook.optimizer)};
  }
  return finished(options, train, &start);
}

Options TrainingOptions::completed(Options options, const TrainOptions& train) {
  const auto note = [&](std::string_view name, const auto& value) {
    options.find(name)->default_text = text_of(value);
  };
  const auto note_member = [&]<class Chosen>(std::string_view name, double Chosen::* member) {
    if (const auto* chosen = std::get_if<Chosen>(&train.optimizer)) note(name, chosen->*member);
  };
  if (!options.given("from")) {  // what is not given of the loss is else the model's
    note("reduction", train.reduction.value_or(LossOptions{}.reduction));
    if (train.loss == Loss::kHuber) note("huber-delta", train.huber_delta.value_or(LossOptions{}.huber_delta));
  }
  if (train.epochs) note("epochs", *train.epochs);
  note("schedule", train.schedule.kind);
  note("optimizer", train.optimizer);
  note("learning-rate", train.learning_rate.value_or(learning_rate(train.optimizer)));
  note_member("momentum", &Momentum::momentum);
  note_member("momentum", &Nesterov::momentum);
  note_member("decay", &RmsProp::decay);
  note_member("epsilon", &RmsProp::epsilon);
  note_member("beta1", &Adam::beta1);
  note_member("beta2", &Adam::beta2);
  note_member("epsilon", &Adam::epsilon);
  note_member("beta1", &AdamW::beta1);
  note_member("beta2", &AdamW::beta2);
  note_member("epsilon", &AdamW::epsilon);
  note_member("weight-decay", &AdamW::weight_decay);
  return options;
}

}  // namespace bprop::cli
