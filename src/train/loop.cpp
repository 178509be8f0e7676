// SPDX-License-Identifier: Apache-2.0
#include "train/loop.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "bprop/trainer.h"
#include "train/best_weights.h"
#include "train/chosen_epoch.h"
#include "train/divergence_search.h"
#include "train/epoch_record.h"
#include "train/run_logs.h"
#include "train/setup.h"
#include "train/shuffled_batch.h"
#include "train/some_rows.h"
#include "train/trace_record.h"
#include "train/validation.h"
#include "train/weight_average.h"

namespace bprop::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsBetweenReports = 0.05;
constexpr double kSecondsForLastValidation = 0.5;  // once training must end
constexpr std::size_t kScoredRows = 1000;          // of training

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

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
        rows_(epoch_rows(loop.options, train.rows())),
        batch_(batch_rows(loop.options, train.rows())),
        train_(train),
        validation_rows_(validation),
        validation_(model, validation, result.metric, loop.options.pool),
        scored_rows_(train, scored_rows(loop.options, validation.rows())),
        train_score_(model, scored_rows_, result.metric, loop.options.pool),
        source_(train, batch_, loop.options.seed, loop.shuffle && batch_ < train.rows(), loop.weights),
        keeps_best_(options_.keep_best && validation_.exists()),
        best_(result.metric, *options_.ties, keeps_best_ ? network_.state().layout.size() : 0),
        curve_(loop.choice),
        average_(options_.ema, network_.state().layout.size()),
        start_model_(loop.start),
        trainer_options_(trainer_options(loop)),
        trace_(options_, model, trainer_options_, folder),
        logs_(options_, result.metric, folder),
        trainer_(std::in_place, network_, trainer_options_) {
    if (!options_.record.empty()) trainer_->observe(&trace_);
    result_.history.reserve(EpochRecord::most(total_epochs(options_, train.rows())));
  }

  void run() {
    start_ = Clock::now();
    bool going = total_ > 0;
    for (std::size_t epoch = 1; going && epoch <= last_epoch_; ++epoch) going = run_epoch(epoch);
    if (going && curve_ != nullptr) stop(StopReason::kChosenEpoch);
    finish();
    trace_.finish(result_.steps, result_.warnings);
    logs_.finish(result_.warnings);
  }

 private:
  // A training score is worth no more time than validation.
  static std::size_t scored_rows(const TrainOptions& options, std::size_t validation_rows) {
    if (!writes_down(options)) return 0;
    return validation_rows == 0 ? kScoredRows : std::min(validation_rows, kScoredRows);
  }

  // What the loop knows and the options do not.
  TrainerOptions trainer_options(const LoopOptions& loop) {
    const std::size_t epochs = total_epochs(options_, train_.rows());
    last_epoch_ = loop.choice == nullptr ? epochs : chosen_epoch(*loop.choice, epochs);
    total_ = total_steps(options_, train_.rows());
    TrainerOptions trainer = training::trainer_options(options_);
    trainer.batch = batch_;
    trainer.loss = model_.loss;
    trainer.steps_per_epoch = steps_per_epoch(options_, train_.rows());
    trainer.total_steps = total_;
    if (loop.choice != nullptr) total_ = std::min(total_, trainer.steps_per_epoch * last_epoch_);
    trainer.freeze_biases = loop.freeze_biases;
    trainer.doctor_every = options_.doctor_every;
    if (model_.preprocessing) trainer.doctor.column_names = model_.preprocessing->feature_names();
    trainer.stop = [this] { return must_end(); };
    return trainer;
  }

  // False when training is over.
  bool run_epoch(std::size_t epoch) {
    result_.epochs = epoch;
    source_.begin_epoch(epoch);
    const Clock::time_point began = Clock::now();
    double loss_sum = 0;
    double weight_sum = 0;
    std::size_t done = 0;
    bool going = true;
    while (going && done < rows_) {
      const std::size_t count = std::min(batch_, rows_ - done);
      source_.begin_batch(count);
      const double loss = trainer_->step(count, source_);
      going = !trainer_->report().abandoned;
      if (!going) break;
      if (!std::isfinite(loss)) return diverge_in_step();
      average_.add(network_.state());
      if (trainer_->report().examined && logs_.examines()) logs_.examined(trainer_->report().step, trainer_->health());
      trace_.made(trainer_->report(), trainer_options_, source_.rows(), train_);
      loss_sum += loss * (model_.loss.reduction == Reduction::kMean ? source_.weight() : 1.0);
      weight_sum += source_.weight();
      done += count;
      going = go_on_after_step(loss);
    }
    result_.steps = trainer_->report().step;
    if (done == 0) return false;
    return end_epoch(epoch, loss_sum / weight_sum, static_cast<double>(done) / seconds_since(began)) && going;
  }

  bool go_on_after_step(double loss) {
    const StepReport& report = trainer_->report();
    const double elapsed = seconds_since(start_);
    if (observer_.step && elapsed - last_report_ >= kSecondsBetweenReports) {
      last_report_ = elapsed;
      observer_.step(report.step, total_, loss);
    }
    result_.final_change = report.change;
    // A schedule may begin at a rate of 0, which moves nothing.
    if (options_.min_change > 0 && report.learning_rate > 0 && report.change < options_.min_change)
      return stop(StopReason::kMinChange);
    if (options_.steps > 0 && report.step >= options_.steps) return stop(StopReason::kSteps);
    return !must_end();
  }

  // Asked between updates, between the leaves of an update, and while validating.
  bool must_end() {
    const bool interrupted = observer_.stop != nullptr && observer_.stop->load(std::memory_order_relaxed);
    const double elapsed = seconds_since(start_);
    if (!interrupted && (options_.time_limit <= 0 || elapsed < options_.time_limit)) return false;
    if (ended_at_ == 0) ended_at_ = elapsed;
    stop(interrupted ? StopReason::kInterrupted : StopReason::kTimeLimit);
    return true;
  }

  // The epoch that was broken off is validated only if that is quick.
  bool must_end_validation() { return must_end() && seconds_since(start_) >= ended_at_ + kSecondsForLastValidation; }

  bool end_epoch(std::size_t epoch, double train_loss, double rows_per_second) {
    const StepReport& last = trainer_->report();
    EpochReport report{
        .epoch = epoch, .step = last.step, .train_loss = train_loss, .learning_rate = last.learning_rate};
    const typename WeightAverage<T>::InPlace averaged(average_, network_);
    const bool validated = validate(report);
    if (!validated && result_.best_epoch > 0) return false;  // an earlier epoch's weights are better known
    if (validated && validation_.exists() && !std::isfinite(report.validation_loss)) {
      return diverge_in_validation(report);
    }
    report.train_score = training_score();
    report.best = !validated || best_.improves(report);
    report.seconds = seconds_since(start_);
    report.rows_per_second = rows_per_second;
    if (report.best) {
      if (keeps_best_) best_.take(report, network_.state());
      result_.best_epoch = epoch;
      folder_.best(model_);
    }
    if (!validation_.exists() || report.validation_loss < lowest_loss_) {
      lowest_loss_ = report.validation_loss;
      lowest_loss_epoch_ = epoch;
    }
    logs_.epoch(report);
    record_.add(report, [this](const EpochReport& recorded) { write(recorded); });
    if (observer_.epoch) observer_.epoch(report);
    if (options_.patience > 0 && epoch - lowest_loss_epoch_ >= options_.patience) return stop(StopReason::kPatience);
    return true;
  }

  // False if there was no time.
  bool validate(EpochReport& report) {
    if (curve_ != nullptr) return fill_from(*curve_, last_epoch_, report);
    return validation_.fill(report, [this] { return must_end_validation(); });
  }

  // Of some training rows with the weights of this moment; NaN if nobody wants it, or there is no time.
  double training_score() {
    EpochReport report;
    train_score_.fill(report, [this] { return must_end_validation(); });
    return report.validation_score;
  }

  void write(const EpochReport& report) {
    folder_.epoch(report);
    result_.history.push_back(report);
  }

  std::optional<Divergence> search_batch() const {
    return find_divergence<T>(network_, model_.loss, train_, source_.rows(), check::Search::kForwardAndBackward);
  }

  // The step that failed left the network as it was.
  bool diverge_in_step() {
    const auto number = options_.clip > 0 ? Divergence::Number::kGradientNorm : Divergence::Number::kLoss;
    return diverge(search_batch().value_or(Divergence{.number = number, .value = trainer_->report().loss}));
  }

  bool diverge_in_validation(const EpochReport& report) {
    std::vector<std::uint32_t> rows(validation_rows_.rows());
    std::iota(rows.begin(), rows.end(), std::uint32_t{0});
    auto found = find_divergence<T>(network_, model_.loss, validation_rows_, rows, check::Search::kForward)
                     .value_or(Divergence{.value = report.validation_loss});
    found.validation = found.row.has_value() || found.number == Divergence::Number::kLoss;
    return diverge(std::move(found));
  }

  bool diverge(Divergence found) {
    const std::size_t made = trainer_->report().step;
    found.step = made + (found.validation || is_parameter(found) ? 0 : 1);
    result_.findings = trainer_->diagnosis().findings;  // a replay begins another record
    if (is_parameter(found)) find_cause(found);
    check::name_place(found, trainer_options_.doctor);
    folder_.diverged(found);
    result_.divergence = std::move(found);
    result_.stop_reason = StopReason::kDiverged;
    result_.steps = made;
    return false;
  }

  // The update that left a bad weight may have had a bad gradient, although its loss was finite. Training is done again
  // up to that update to see. If every number of it is finite, the update itself was too large.
  void find_cause(Divergence& found) {
    const std::size_t step = found.step;
    if (step == 0 || !replay_until(step)) return;
    if (auto cause = search_batch()) {
      found = std::move(*cause);
      found.step = step;
    }
  }

  // Trains again from the first weights, until this update is the next; false if interrupted.
  bool replay_until(std::size_t step) {
    network_ = first_network();
    trainer_.emplace(network_, trainer_options_);
    for (std::size_t epoch = 1;; ++epoch) {
      source_.begin_epoch(epoch);
      for (std::size_t done = 0; done < rows_; done += batch_) {
        const std::size_t count = std::min(batch_, rows_ - done);
        source_.begin_batch(count);
        if (trainer_->report().step + 1 == step) return true;
        trainer_->step(count, source_);
        if (must_end()) return false;
      }
    }
  }

  bool stop(StopReason reason) {
    result_.stop_reason = reason;
    result_.steps = trainer_->report().step;
    return false;
  }

  void finish() {
    record_.finish([this](const EpochReport& recorded) { write(recorded); });
    result_.seconds = seconds_since(start_);
    if (!result_.divergence) result_.findings = trainer_->diagnosis().findings;
    const bool have_best = keeps_best_ && best_.epoch() > 0;
    if (have_best) {
      best_.restore(network_.state());
      result_.best_epoch = best_.epoch();
    } else {
      average_.put_into(network_.state());
      result_.best_epoch = result_.history.empty() ? 0 : result_.history.back().epoch;
    }
    // Weights that gave a loss which is not finite are no good either, even where they are finite themselves.
    const bool bad = result_.stop_reason == StopReason::kDiverged && !have_best;
    if (!bad && check::all_finite(network_)) return;
    if (!result_.divergence) diverge(*find_divergence<T>(network_, model_.loss, train_, {}, check::Search::kForward));
    network_ = first_network();  // no good weights are left: those before the first update come back
    result_.best_epoch = 0;
  }

  BasicNetwork<T> first_network() const {
    if (start_model_ != nullptr) return std::get<BasicNetwork<T>>(start_model_->network);
    return BasicNetwork<T>(network_.architecture(), network_options(options_, network_.arithmetic()));
  }

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
  bool keeps_best_;
  BestWeights<T> best_;
  const RecipeChoice* curve_;
  WeightAverage<T> average_;
  const Model* start_model_;
  EpochRecord record_;
  TrainerOptions trainer_options_;
  TraceRecord<T> trace_;
  RunLogs logs_;
  std::optional<BasicTrainer<T>> trainer_;
  Clock::time_point start_;
  double last_report_ = 0;
  double ended_at_ = 0;  // when an interruption or the time limit was seen; 0: not yet
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
