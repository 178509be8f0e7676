// SPDX-License-Identifier: Apache-2.0
//
// Options of `bprop train` that become TrainOptions. Defaults are those of TrainOptions{}, typed nowhere else.
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
  TrainOptions resolved(Options& options, const Model* start) const;

  // The same for a network typed by hand, on its own rows: what is not given is what a textbook does.
  TrainOptions resolved_for_exercise(Options& options, const Model& start) const;

  // The options with the numbers that the optimiser brings along: a configuration that gives the same run again.
  static Options completed(Options options, const TrainOptions& train);

 private:
  void declare_network(Options& options);
  void declare_optimizer(Options& options);
  void declare_stopping(Options& options);
  // Everything but the optimiser's numbers.
  TrainOptions assembled(const Options& options) const;
  Optimizer with_numbers(Optimizer optimizer) const;
  // With the optimiser's numbers, and without options that would do nothing.
  TrainOptions finished(Options& options, TrainOptions train, const Model* start) const;

  TrainOptions train_;
  Optimizer optimizer_ = train_.optimizer;
  BatchSize batch_{train_.batch};
  Duration time_limit_{train_.time_limit};
  CalibrationChoice calibrate_{train_.calibrate};
  Keep keep_{train_.keep_best};
  bool double_precision_ = false;
  bool no_standardize_ = false;
  // Absent: the optimiser's own.
  std::optional<double> momentum_, decay_, beta1_, beta2_, epsilon_, weight_decay_;
};

}  // namespace bprop::cli
