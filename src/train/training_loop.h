// SPDX-License-Identifier: Apache-2.0
//
// TrainingLoop: what run_loop() does. Epochs and updates are in loop.cpp, checkpoints in loop_checkpoint.cpp, what
// happens when a number is not finite in loop_divergence.cpp.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "bprop/trainer.h"
#include "train/best_weights.h"
#include "train/epoch_position.h"
#include "train/epoch_record.h"
#include "train/loop.h"
#include "train/run_clock.h"
#include "train/run_logs.h"
#include "train/run_origin.h"
#include "train/setup.h"
#include "train/shuffled_batch.h"
#include "train/some_rows.h"
#include "train/trace_record.h"
#include "train/validation.h"
#include "train/weight_average.h"

namespace bprop::training {

// Functions that return bool: false when training is over.
template <class T>
class TrainingLoop {
 public:
  TrainingLoop(Model& model, const RowSource<T>& train, const RowSource<T>& validation, const LoopOptions& loop,
               const TrainObserver& observer, RunFolder& folder, TrainResult& result);
  void run();

 private:
  TrainerOptions trainer_options(const LoopOptions& loop);
  void begin();
  bool run_epoch();
  bool go_on_after_step(double loss);
  bool end_epoch(double rows_per_second);
  bool validate(EpochReport& report);  // false if there was no time
  double training_score();
  void write(const EpochReport& report);
  bool must_end();
  bool stop(StopReason reason);
  void finish();

  // The state between two updates.
  void list(checkpoint::StateList& state);
  void write_checkpoint();
  void go_on();
  void write_best_again();

  bool diverge_in_step();
  bool diverge(Divergence found);
  void find_cause(Divergence& found);
  bool replay_until(std::size_t step);
  std::optional<Divergence> search_batch() const;
  BasicNetwork<T> first_network() const;

  Model& model_;
  BasicNetwork<T>& network_;
  const TrainOptions& options_;
  const TrainObserver& observer_;
  RunFolder& folder_;
  TrainResult& result_;
  std::size_t rows_;  // of an epoch
  std::size_t batch_;
  std::size_t total_ = 0;  // updates
  std::size_t last_epoch_ = 0;
  const RowSource<T>& train_;
  const RowSource<T>& validation_rows_;
  Validation<T> validation_;
  SomeRows<T> scored_rows_;
  Validation<T> train_score_;
  ShuffledBatch<T> source_;
  RunClock clock_;
  bool keeps_best_;
  BestWeights<T> best_;
  std::optional<RecipeChoice> choice_;
  WeightAverage<T> average_;
  const Model* start_model_;
  EpochRecord record_;
  TrainerOptions trainer_options_;
  TraceRecord<T> trace_;
  RunLogs logs_;
  std::optional<BasicTrainer<T>> trainer_;
  EpochPosition at_;
  Origin origin_;
  double seconds_ = 0;  // of the clock, for the checkpoint
  double last_report_ = 0;
  double lowest_loss_ = std::numeric_limits<double>::infinity();
  std::size_t lowest_loss_epoch_ = 0;
};

}  // namespace bprop::training
