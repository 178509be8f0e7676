// SPDX-License-Identifier: Apache-2.0
//
// Options of `bprop train` that become TrainOptions. Defaults are those of TrainOptions{} and of its preset, typed
// nowhere else.
#pragma once

#include <optional>

#include "bprop/train.h"
#include "options.h"

namespace bprop::cli {

class TrainingOptions {
 public:
  void declare(Options& options);

  // What the options say, as the library takes it; `start`: the model to go on from, or null. Takes out of the options
  // what does nothing beside the others; throws UsageError when that is given.
  TrainOptions checked(Options& options, const Model* start) const;

  // These with what the preset decides for the task, and with the optimiser's numbers.
  TrainOptions resolved(const TrainOptions& checked, Task task) const;

  // Everything of one of several presets that compete, and the options that apply to it.
  struct Recipe {
    Options options;
    TrainOptions train;
  };
  Recipe recipe(Options options, const TrainOptions& checked, Preset preset, Task task) const;

  // The same for a network typed by hand, on its own rows: what is not given is what a textbook does.
  TrainOptions resolved_for_exercise(Options& options, const Model& start) const;

  // The options with what preset and optimiser bring along: a configuration that gives the same run again.
  static Options completed(Options options, const TrainOptions& train);

 private:
  void declare_network(Options& options);
  void declare_table(Options& options);
  void declare_optimizer(Options& options);
  void declare_schedule(Options& options);
  void declare_stopping(Options& options);
  // Everything but the optimiser's numbers.
  TrainOptions assembled(const Options& options) const;
  Optimizer with_numbers(Optimizer optimizer) const;
  TrainOptions with_numbers(TrainOptions train) const;
  // Takes out what would do nothing.
  void exclude(Options& options, const TrainOptions& train, const Model* start) const;

  TrainOptions train_;
  std::optional<BatchSize> batch_;
  std::optional<Choice> drop_last_batch_, zero_last_layer_, smooth_clip_, signed_pairs_, missing_zero_;
  std::optional<Schedule::Kind> schedule_;
  Schedule schedule_numbers_;
  Duration time_limit_{train_.time_limit};
  CalibrationChoice calibrate_{train_.calibrate};
  Keep keep_{train_.keep_best};
  bool double_precision_ = false;
  // Absent: the optimiser's own.
  std::optional<double> momentum_, decay_, beta1_, beta2_, epsilon_, weight_decay_;
};

}  // namespace bprop::cli
