// SPDX-License-Identifier: Apache-2.0
#include "train/loop.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/chosen_epoch.h"
#include "train/divergence_search.h"
#include "train/training_loop.h"

namespace bprop::training {
namespace {

constexpr double kSecondsBetweenReports = 0.05;
constexpr std::size_t kScoredRows = 1000;  // of training

// A training score is worth no more time than validation.
std::size_t scored_rows(const TrainOptions& options, std::size_t validation_rows) {
  if (!writes_down(options)) return 0;
  return validation_rows == 0 ? kScoredRows : std::min(validation_rows, kScoredRows);
}

}  // namespace

template <class T>
TrainingLoop<T>::TrainingLoop(Model& model, const RowSource<T>& train, const RowSource<T>& validation,
                              const LoopOptions& loop, const TrainObserver& observer, RunFolder& folder,
                              TrainResult& result)
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
      clock_(options_.time_limit, observer.stop, options_.communicator),
      keeps_best_(options_.keep_best && validation_.exists()),
      best_(result.metric, *options_.ties, keeps_best_ ? network_.state().layout.size() : 0),
      choice_(loop.choice == nullptr ? std::nullopt : std::optional(*loop.choice)),
      average_(options_.ema, network_.state().layout.size()),
      start_model_(loop.start),
      trainer_options_(trainer_options(loop)),
      trace_(options_, model, trainer_options_, folder),
      logs_(options_, result.metric, folder),
      trainer_(std::in_place, network_, trainer_options_) {
  if (!options_.record.empty()) trainer_->observe(&trace_);
  result_.history.reserve(EpochRecord::most(total_epochs(options_, train.rows())));
}

template <class T>
void TrainingLoop<T>::run() {
  clock_.start();
  begin();
  bool going = total_ > 0;
  for (; going && at_.epoch <= last_epoch_; at_ = {.epoch = at_.epoch + 1}) going = run_epoch();
  if (going && choice_) stop(StopReason::kChosenEpoch);
  finish();
  trace_.finish(result_.steps, result_.warnings);
  logs_.finish(result_.warnings);
  folder_.checkpoints().finish(result_.warnings);
}

// What the loop knows and the options do not.
template <class T>
TrainerOptions TrainingLoop<T>::trainer_options(const LoopOptions& loop) {
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

template <class T>
bool TrainingLoop<T>::run_epoch() {
  result_.epochs = at_.epoch;
  source_.begin_epoch(at_.epoch, at_.done);
  const double began = clock_.seconds();
  const std::size_t first = at_.done;
  bool going = !options_.resume || !must_end();  // else a run out of time would make an update more each time
  while (going && at_.done < rows_) {
    if (folder_.checkpoints().due(trainer_->report().step, clock_.seconds())) write_checkpoint();
    const std::size_t count = std::min(batch_, rows_ - at_.done);
    source_.begin_batch(count);
    const double loss = trainer_->step(count, source_);
    going = !trainer_->report().abandoned;
    if (!going) break;
    if (!std::isfinite(loss)) return diverge_in_step();
    average_.add(network_.state());
    if (trainer_->report().examined && logs_.examines()) logs_.examined(trainer_->report().step, trainer_->health());
    trace_.made(trainer_->report(), trainer_options_, source_.rows(), train_);
    at_.loss_sum += loss * (model_.loss.reduction == Reduction::kMean ? source_.weight() : 1.0);
    at_.weight_sum += source_.weight();
    at_.done += count;
    going = go_on_after_step(loss);
  }
  result_.steps = trainer_->report().step;
  if (clock_.must_end()) write_checkpoint();
  if (at_.done == 0) return false;
  return end_epoch(static_cast<double>(at_.done - first) / (clock_.seconds() - began)) && going;
}

template <class T>
bool TrainingLoop<T>::go_on_after_step(double loss) {
  const StepReport& report = trainer_->report();
  const double elapsed = clock_.seconds();
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
template <class T>
bool TrainingLoop<T>::must_end() {
  const std::optional<StopReason> reason = clock_.must_end();
  if (reason) stop(*reason);
  return reason.has_value();
}

template <class T>
bool TrainingLoop<T>::end_epoch(double rows_per_second) {
  const StepReport& last = trainer_->report();
  EpochReport report{.epoch = at_.epoch,
                     .step = last.step,
                     .train_loss = at_.loss_sum / at_.weight_sum,
                     .learning_rate = last.learning_rate};
  const typename WeightAverage<T>::InPlace averaged(average_, network_);
  const bool validated = validate(report);
  if (!validated && result_.best_epoch > 0) return false;  // an earlier epoch's weights are better known
  if (validated && validation_.exists() && !std::isfinite(report.validation_loss)) {
    return diverge(divergence_of_validation<T>(network_, model_.loss, validation_rows_, report.validation_loss));
  }
  report.train_score = training_score();
  report.best = !validated || best_.improves(report);
  report.seconds = clock_.seconds();
  report.rows_per_second = rows_per_second;
  if (report.best) {
    if (keeps_best_) best_.take(report, network_.state());
    result_.best_epoch = report.epoch;
    folder_.best(model_);
  }
  if (!validation_.exists() || report.validation_loss < lowest_loss_) {
    lowest_loss_ = report.validation_loss;
    lowest_loss_epoch_ = report.epoch;
  }
  logs_.epoch(report);
  record_.add(report, [this](const EpochReport& recorded) { write(recorded); });
  if (observer_.epoch) observer_.epoch(report);
  if (options_.patience == 0 || report.epoch - lowest_loss_epoch_ < options_.patience) return true;
  return stop(StopReason::kPatience);
}

template <class T>
bool TrainingLoop<T>::validate(EpochReport& report) {
  if (choice_) return fill_from(*choice_, last_epoch_, report);
  return validation_.fill(report, [this] { return clock_.time_is_over(); });
}

// Of some training rows with the weights of this moment; NaN if nobody wants it, or there is no time.
template <class T>
double TrainingLoop<T>::training_score() {
  EpochReport report;
  train_score_.fill(report, [this] { return clock_.time_is_over(); });
  return report.validation_score;
}

template <class T>
void TrainingLoop<T>::write(const EpochReport& report) {
  folder_.epoch(report);
  result_.history.push_back(report);
}

template <class T>
bool TrainingLoop<T>::stop(StopReason reason) {
  result_.stop_reason = reason;
  result_.steps = trainer_->report().step;
  return false;
}

template <class T>
void TrainingLoop<T>::finish() {
  record_.finish([this](const EpochReport& recorded) { write(recorded); });
  result_.seconds = agreed(options_.communicator, clock_.seconds());
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

template <class T>
void run_loop(Model& model, const RowSource<T>& train, const RowSource<T>& validation, const LoopOptions& loop,
              const TrainObserver& observer, RunFolder& folder, TrainResult& result) {
  TrainingLoop<T>(model, train, validation, loop, observer, folder, result).run();
}

template void run_loop(Model&, const RowSource<float>&, const RowSource<float>&, const LoopOptions&,
                       const TrainObserver&, RunFolder&, TrainResult&);
template void run_loop(Model&, const RowSource<double>&, const RowSource<double>&, const LoopOptions&,
                       const TrainObserver&, RunFolder&, TrainResult&);

}  // namespace bprop::training
