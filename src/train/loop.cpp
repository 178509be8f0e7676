// SPDX-License-Identifier: Apache-2.0
#include "train/loop.h"

#include <chrono>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/random.h"
#include "bprop/trainer.h"
#include "train/prediction_pass.h"
#include "train/setup.h"

namespace bprop::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsBetweenReports = 0.05;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The rows of a batch: positions of an epoch's order (shuffled by a bijection, no list is kept).
template <class T>
class ShuffledBatch : public BatchRows<T> {
 public:
  ShuffledBatch(const RowSource<T>& source, std::uint64_t seed, bool shuffle)
      : source_(source), seed_(seed), shuffle_(shuffle), order_({seed, Purpose::kShuffle, 0, 0}, source.rows()) {}

  void begin_epoch(std::size_t epoch) {
    order_ = Permutation({seed_, Purpose::kShuffle, static_cast<std::uint32_t>(epoch), 0}, source_.rows());
  }
  void begin_batch(std::size_t first_position) { first_position_ = first_position; }

  void fill(std::size_t first, std::size_t count, T* inputs, T* targets) override {
    BPROP_DCHECK(count <= nn::kLeafRows);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t position = first_position_ + first + n;
      positions_[n] = static_cast<std::uint32_t>(shuffle_ ? order_(position) : position);
    }
    source_.fill(std::span(positions_).first(count), inputs, targets);
  }

 private:
  const RowSource<T>& source_;
  std::uint64_t seed_;
  bool shuffle_;
  Permutation order_;
  std::size_t first_position_ = 0;
  std::array<std::uint32_t, nn::kLeafRows> positions_{};
};

// Loss and score of the validation rows; the score is accuracy for classes, RMSE in the target's units for numbers.
template <class T>
class Validation {
 public:
  Validation(const Model& model, const RowSource<T>& rows, ThreadPool* pool)
      : model_(model), network_(std::get<BasicNetwork<T>>(model.network)), rows_(rows), pool_(pool) {
    LossOptions loss = model.loss;
    loss.label_smoothing = 0;
    if (rows.rows() > 0) pass_.emplace(network_.architecture(), loss, rows, true);
  }

  bool exists() const { return pass_.has_value(); }
  bool of_classes() const { return model_.preprocessing && model_.preprocessing->target.task == Task::kClasses; }

  void fill(EpochReport& report) {
    report.validation_loss = std::numeric_limits<double>::quiet_NaN();
    report.validation_score = report.validation_loss;
    if (!exists()) return;
    const std::size_t outputs = network_.outputs();
    const double divisor = model_.preprocessing ? model_.preprocessing->target.divisor : 1;
    std::size_t correct = 0;
    double squares = 0;
    const nn::Engine<T> engine{&linalg::kernels_for<T>(network_.arithmetic()), pool_};
    const auto visit = [&](std::size_t, std::size_t count, const T* predictions, const T* targets) {
      for (std::size_t n = 0; n < count; ++n) {
        const T* p = predictions + n * outputs;
        const T* y = targets + n * outputs;
        if (of_classes()) correct += class_of(p, outputs) == class_of(y, outputs) ? 1U : 0U;
        for (std::size_t k = 0; k < outputs; ++k) {
          const double error = divisor * (static_cast<double>(p[k]) - static_cast<double>(y[k]));
          squares += error * error;
        }
      }
    };
    const auto rows = static_cast<double>(rows_.rows());
    report.validation_loss = pass_->run(engine, network_.state(), visit) / rows;
    report.validation_score =
        of_classes() ? static_cast<double>(correct) / rows : std::sqrt(squares / rows / static_cast<double>(outputs));
  }

 private:
  const Model& model_;
  const BasicNetwork<T>& network_;
  const RowSource<T>& rows_;
  ThreadPool* pool_;
  std::optional<PredictionPass<T>> pass_;
};

template <class T>
bool all_finite(const nn::NetworkState<T>& network) {
  for (const T w : network.parameters.span()) {
    if (!std::isfinite(w)) return false;
  }
  return true;
}

// The best weights so far, by validation score, the loss deciding between equals.
template <class T>
class Best {
 public:
  // Memory for so many parameters, taken before training begins; 0: no weights are kept.
  Best(bool of_classes, std::size_t parameters) : of_classes_(of_classes), parameters_(parameters) {}

  bool improves(const EpochReport& report) const {
    if (!std::isfinite(report.validation_loss)) return false;
    if (epoch_ == 0) return true;
    const double gain = of_classes_ ? report.validation_score - score_ : score_ - report.validation_score;
    return gain > 0 || (gain == 0 && report.validation_loss < loss_);
  }
  void take(const EpochReport& report, const nn::NetworkState<T>& network) {
    epoch_ = report.epoch;
    score_ = report.validation_score;
    loss_ = report.validation_loss;
    parameters_.copy_from(network.parameters);
  }
  void restore(nn::NetworkState<T>& network) const { network.parameters.copy_from(parameters_); }
  std::size_t epoch() const { return epoch_; }

 private:
  bool of_classes_;
  std::size_t epoch_ = 0;
  double score_ = 0;
  double loss_ = 0;
  AlignedBuffer<T> parameters_;
};

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
    result_.history.reserve(std::min<std::size_t>(options_.epochs, 1 << 16));
  }

  void run() {
    start_ = Clock::now();
    bool going = total_ > 0;
    for (std::size_t epoch = 1; going && epoch <= options_.epochs; ++epoch) going = run_epoch(epoch);
    finish();
  }

 private:
  TrainerOptions trainer_options(const LoopOptions& loop) {
    const std::size_t steps_per_epoch = (rows_ + batch_ - 1) / batch_;
    total_ = total_steps(options_, rows_);
    return {.batch = batch_,
            .loss = model_.loss,
            .optimizer = optimizer_of(options_),
            .schedule = options_.schedule,
            .steps_per_epoch = steps_per_epoch,
            .total_steps = total_,
            .l2 = options_.l2,
            .weight_decay = options_.weight_decay,
            .clip = options_.clip,
            .freeze_biases = loop.freeze_biases,
            .measure_change = options_.min_change > 0,
            .pool = options_.pool};
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
  Best<T> best_;
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
