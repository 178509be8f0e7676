// SPDX-License-Identifier: Apache-2.0
//
// TraceRecord: the updates of TrainOptions::record on their way to the run folder.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bprop/train.h"
#include "bprop/trainer.h"
#include "train/row_source.h"
#include "train/run_folder.h"
#include "train/update_observer.h"

namespace bprop::training {

// Ascending, each once.
std::vector<std::size_t> recorded_steps(const TrainOptions& options);

// Throws UsageError when the options name an update 0 or no run folder.
void check_record(const TrainOptions& options);

// Throws UsageError when the trace of training this model on so many rows would be too large.
void check_trace_size(const TrainOptions& options, const Model& model, std::size_t rows);

// "2 updates, from update 7 on, are not recorded: …"; empty if none is missing.
std::vector<std::string> not_recorded(std::span<const std::size_t> missing, std::size_t made);

// "2 updates, from update 1 on, were made before the run was resumed; …".
std::string recorded_before(std::span<const std::size_t> made);

template <class T>
class TraceRecord : public UpdateObserver<T> {
 public:
  TraceRecord(const TrainOptions& options, const Model& model, const TrainerOptions& trainer, RunFolder& folder)
      : network_(std::get<BasicNetwork<T>>(model.network)), folder_(folder) {
    if (!folder_.writes()) return;
    steps_ = recorded_steps(options);
    if (steps_.empty()) return;
    folder_.begin_trace(
        model, {trainer.optimizer, trainer.l2, trainer.weight_decay, trainer.clip, trainer.freeze_biases, trainer.rates,
                trainer.weight_decay_schedule, trainer.total_steps});
  }

  bool wants(std::size_t step) const override { return next_ < steps_.size() && steps_[next_] == step; }
  void see(std::span<const T> gradient) override { folder_.trace().before(network_, gradient); }

  // The run goes on behind this update: those before it cannot be recorded any more.
  void go_on_behind(std::size_t step) {
    while (next_ < steps_.size() && steps_[next_] <= step) ++next_;
    first_ = next_;
  }

  // The update was made, on these rows of the source.
  void made(const StepReport& report, const TrainerOptions& trainer, std::span<const std::uint32_t> positions,
            const RowSource<T>& source) {
    if (!wants(report.step)) return;
    const bool clipped = trainer.clip > 0 && report.gradient_norm > trainer.clip;
    TraceStep step{
        report.step, report.learning_rate, report.loss, clipped ? trainer.clip / report.gradient_norm : 1, {}};
    for (const std::uint32_t position : positions) {
      step.rows.push_back(static_cast<std::uint32_t>(source.source_row(position)));
    }
    folder_.trace().after(network_, std::move(step));
    ++next_;
  }

  // Writes what was recorded; what was not becomes a warning.
  void finish(std::size_t steps_made, std::vector<std::string>& warnings) {
    if (first_ > 0) warnings.push_back(recorded_before(std::span(steps_).first(first_)));
    if (next_ > first_) folder_.end_trace();
    for (std::string& warning : not_recorded(std::span(steps_).subspan(next_), steps_made)) {
      warnings.push_back(std::move(warning));
    }
  }

 private:
  const BasicNetwork<T>& network_;
  RunFolder& folder_;
  std::vector<std::size_t> steps_{};
  std::size_t first_ = 0;  // that this training can record
  std::size_t next_ = 0;
};

}  // namespace bprop::training
