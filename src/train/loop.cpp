// SPDX-License-Identifier: Apache-2.0
#include "train/loop.h"

#include <chrono>
#include <cmath>
#include <limits>

#include "bprop/trainer.h"
#include "train/best_weights.h"
#include "train/setup.h"
#include "train/shuffled_batch.h"
#include "train/validation.h"

namespace bprop::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsBetweenReports = 0.05;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class T>
bool all_finite(const nn::NetworkState<T>& network) {
  for (const T w : network.parameters.span()) {
    if (!std::isfinite(w)) return false;
  }
  return true;
}

template <class T>
class Loop {
 public:
  Loop(Model& model, const RowSource<T>& train, const RowSource<T>& validation, const LoopOptions& loop,
       const TrainObserver& observer, RunFolder& folder, TrainResult& result)
      : model_(model),
        network_(std::get<BasicNetwork<T>>(model.network)),
        options_(loop.options),
        observer_(observer),
        folder_(folder),
        result_(result),
        rows_(train.rows()),
        batch_(batch_rows(loop.options, train.rows())),
        validation_(model, validation, loop.options.pool),
        source_(train, loop.options.seed, loop.shuffle && batch_ < train.rows()),
        best_(validation_.of_classes(),
              options_.keep_best && validation_.exists() ? network_.state().layout.size() : 0),
        start_model_(loop.start),
        trainer_(network_, trainer_options(loop)) {
    result_.history.reserve(std::min<std::size_t>(total_epochs(options_, rows_), 1 << 16));
  }

  void run() {
    start_ = Clock::now();
    bool going = total_ > 0;
    const std::size_t epochs = total_epochs(options_, rows_);
    for (std::size_t epoch = 1; going && epoch <= epochs; ++epoch) going = run_epoch(epoch);
    finish();
  }

 private:
  // What the loop knows and the options do not.
  TrainerOptions trainer_options(const LoopOptions& loop) {
    total_ = total_steps(options_, rows_);
    TrainerOptions trainer = training::trainer_options(options_);
    trainer.batch = batch_;
    trainer.loss = model_.loss;
    trainer.steps_per_epoch = steps_per_epoch(options_, rows_);
    trainer.total_steps = total_;
    trainer.freeze_biases = loop.freeze_biases;
    return trainer;
  }

  // False when training is over.
  bool run_epoch(std::size_t epoch) {
    result_.epochs = epoch;
    source_.begin_epoch(epoch);
    const Clock::time_point began = Clock::now();
    double loss_sum = 0;
    std::size_t done = 0;
    bool going = true;
    while (going && done < rows_) {
      const std::size_t count = std::min(batch_, rows_ - done);
      source_.begin_batch(done);
      const double loss = trainer_.step(count, source_);
      if (!std::isfinite(loss)) return stop(StopReason::kDiverged);
      loss_sum += loss * (model_.loss.reduction == Reduction::kMean ? static_cast<double>(count) : 1.0);
      done += count;
      going = go_on_after_step(loss);
    }
    result_.steps = trainer_.report().step;
    return end_epoch(epoch, loss_sum / static_cast<double>(done), static_cast<double>(done) / seconds_since(began)) &&
           going;
  }

  bool go_on_after_step(double loss) {
    const StepReport& report = trainer_.report();
    const double elapsed = seconds_since(start_);
    if (observer_.step && elapsed - last_report_ >= kSecondsBetweenReports) {
      last_report_ = elapsed;
      observer_.step(report.step, total_, loss);
    }
    result_.final_change = report.change;
    if (options_.min_change > 0 && report.change < options_.min_change) return stop(StopReason::kMinChange);
    if (options_.steps > 0 && report.step >= options_.steps) return stop(StopReason::kSteps);
    if (options_.time_limit > 0 && elapsed >= options_.time_limit) return stop(StopReason::kTimeLimit);
    if (observer_.stop != nullptr && observer_.stop->load(std::memory_order_relaxed)) {
      return stop(StopReason::kInterrupted);
    }
    return true;
  }

  bool end_epoch(std::size_t epoch, double train_loss, double rows_per_second) {
    EpochReport report;
    report.epoch = epoch;
    report.step = trainer_.report().step;
    report.train_loss = train_loss;
    report.learning_rate = trainer_.report().learning_rate;
    validation_.fill(report);
    if (validation_.exists() && !std::isfinite(report.validation_loss)) return stop(StopReason::kDiverged);
    report.best = best_.improves(report);
    report.seconds = seconds_since(start_);
    report.rows_per_second = rows_per_second;
    if (report.best) {
      if (options_.keep_best) best_.take(report, network_.state());
      result_.best_epoch = epoch;
      folder_.best(model_);
    }
    if (!validation_.exists() || report.validation_loss < lowest_loss_) {
      lowest_loss_ = report.validation_loss;
      lowest_loss_epoch_ = epoch;
    }
    folder_.epoch(report);
    result_.history.push_back(report);
    if (observer_.epoch) observer_.epoch(report);
    if (options_.patience > 0 && epoch - lowest_loss_epoch_ >= options_.patience) return stop(StopReason::kPatience);
    return true;
  }

  bool stop(StopReason reason) {
    result_.stop_reason = reason;
    result_.steps = trainer_.report().step;
    return false;
  }

  void finish() {
    result_.seconds = seconds_since(start_);
    const bool have_best = options_.keep_best && best_.epoch() > 0;
    if (have_best) {
      best_.restore(network_.state());
      result_.best_epoch = best_.epoch();
    } else {
      result_.best_epoch = result_.history.empty() ? 0 : result_.history.back().epoch;
    }
    // Weights that gave a loss which is not finite are no good either, even where they are finite themselves.
    const bool bad = result_.stop_reason == StopReason::kDiverged && !have_best;
    if (!bad && all_finite(network_.state())) return;
    result_.stop_reason = StopReason::kDiverged;
    throw_away();
  }

  // No good weights are left: those before the first update come back.
  void throw_away() {
    const NetworkOptions initial{options_.seed, options_.initializer, network_.arithmetic()};
    network_ = start_model_ != nullptr ? std::get<BasicNetwork<T>>(start_model_->network)
                                       : BasicNetwork<T>(network_.architecture(), initial);
    result_.best_epoch = 0;
  }

  Model& model_;
  BasicNetwork<T>& network_;
  const TrainOptions& options_;
  const TrainObserver& observer_;
  RunFolder& folder_;
  TrainResult& result_;
  std::size_t rows_;
  std::size_t batch_;
  std::size_t total_ = 0;
  Validation<T> validation_;
  ShuffledBatch<T> source_;
  BestWeights<T> best_;
  const Model* start_model_;
  BasicTrainer<T> trainer_;
  Clock::time_point start_;
  double last_report_ = 0;
  double lowest_loss_ = std::numeric_limits<double>::infinity();
  std::size_t lowest_loss_epoch_ = 0;
};

}  // namespace

template <class T>
void run_loop(Model& model, const RowSource<T>& train, const RowSource<T>& validation, const LoopOptions& loop,
              const TrainObserver& observer, RunFolder& folder, TrainResult& result) {
  Loop<T>(model, train, validation, loop, observer, folder, result).run();
}

template void run_loop(Model&, const RowSource<float>&, const RowSource<float>&, const LoopOptions&,
                       const TrainObserver&, RunFolder&, TrainResult&);
template void run_loop(Model&, const RowSource<double>&, const RowSource<double>&, const LoopOptions&,
                       const TrainObserver&, RunFolder&, TrainResult&);

}  // namespace bprop::training
