// SPDX-License-Identifier: Apache-2.0
//
// A training step: rows -> forward -> loss -> backward -> l2 -> clip -> update -> twins.
#include "bprop/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "base/check.h"
#include "checkpoint/state_list.h"
#include "nn/batch_gradient.h"
#include "optim/norms.h"
#include "train/health_record.h"
#include "train/trainer_options.h"
#include "train/update_observer.h"
#include "train/updater.h"

namespace bprop {

template <class T>
struct BasicTrainer<T>::State {
  State(BasicNetwork<T>& of, const TrainerOptions& o)
      : network(of),
        options(o),
        engine{&linalg::kernels_for<T>(of.arithmetic()), o.pool},
        updates(optim::updates_for<T>(of.arithmetic())),
        segments(training::segments_of(of.architecture(), of.state().layout, o.rates, o.freeze_biases)),
        updater(updates, segments),
        whole_gradients(needs_gradient(o)),
        gradient(whole_gradients || o.doctor_every > 0 ? of.state().layout.size() : 0),
        previous(o.measure_change ? of.state().layout.size() : 0),
        optimizer(o.optimizer, of.state().layout.size()),
        twins(of.state(), false),
        batch_gradient(of.architecture(), o.loss, o.batch, o.leaves, o.communicator) {
    check_outputs(o.loss, of.outputs());
    training::check_batch(of.architecture(), o.batch, o.leaves);
    if (o.doctor_every > 0) health.emplace(of.state(), o.loss, o.batch, o.doctor);
  }

  std::span<T> parameters() { return network.state().parameters.span(); }

  // Whether anybody has to see a whole gradient before the update.
  static bool needs_gradient(const TrainerOptions& o) {
    return nn::leaf_count(o.batch, o.leaves) > 1 || o.l2 > 0 || o.clip > 0 || o.measure_change;
  }

  // Null for weights that say nothing: none, and, of a mean, equal ones.
  const double* checked_weights(std::span<const double> weights, std::size_t rows) const {
    if (weights.empty()) return nullptr;
    BPROP_CHECK(weights.size() == rows, ShapeError, "[trainer.step] {} weights, expected one for each of {} rows",
                weights.size(), rows);
    double sum = 0;
    bool equal = true;
    for (const double weight : weights) {
      BPROP_CHECK(std::isfinite(weight) && weight >= 0, UsageError,
                  "[trainer.step] a row's weight is {}, expected a number from 0", weight);
      sum += weight;
      equal = equal && weight == weights[0];
    }
    BPROP_CHECK(std::isfinite(sum) && sum > 0, UsageError,
                "[trainer.step] the rows' weights add up to {}, expected a finite number above 0", sum);
    return equal && options.loss.reduction == Reduction::kMean ? nullptr : weights.data();
  }

  double step(nn::Batch<T> batch) {
    BPROP_CHECK(batch.rows > 0 && batch.rows <= options.batch, ShapeError, "[trainer.step] {} rows, expected 1 to {}",
                batch.rows, options.batch);
    report.learning_rate =
        learning_rate(options.optimizer) * options.schedule(report.step, options.steps_per_epoch, options.total_steps);
    report.examined = false;
    batch.pass = {.pass = Pass::kTraining,
                  .seed = options.seed,
                  .step = report.step,
                  .dropout = factor(options.dropout_schedule, report.step, options.total_steps)};
    const bool examine = health && report.step % options.doctor_every == 0;
    const bool observe = observer != nullptr && observer->wants(report.step + 1);
    return whole_gradients || examine || observe ? step_with_gradient(batch, examine, observe) : step_on_the_way(batch);
  }

  // Each layer's parameters change while its gradient is in the cache.
  double step_on_the_way(const nn::Batch<T>& batch) {
    report.loss = batch_gradient.forward_and_loss(engine, network.state(), batch);
    if (!std::isfinite(report.loss)) return report.loss;
    const Decayed decay = decayed();
    updater.begin(decay.optimizer, report.learning_rate, decay.weight_decay, parameters(), optimizer);
    batch_gradient.backward_and_update(engine, network.state(), twins, batch, updater);
    batch_gradient.keep_running(network.state());
    ++report.step;
    return report.loss;
  }

  double step_with_gradient(const nn::Batch<T>& batch, bool examine, bool observe) {
    nn::BackwardObserver<T>* const watch = examine ? &health->begin(batch.rows) : nullptr;
    const std::optional<double> loss =
        batch_gradient(engine, network.state(), twins, batch, gradient.span(), options.stop, watch);
    report.abandoned = !loss;
    report.loss = loss.value_or(std::numeric_limits<double>::quiet_NaN());
    if (report.abandoned) return report.loss;
    if (options.l2 > 0) add_l2();
    if (!std::isfinite(report.loss)) return report.loss;
    if (examine) health->end(report.loss, gradient.span());
    report.examined = examine;
    if (observe) observer->see(gradient.span());
    if (options.clip > 0 && !clip()) return report.loss = report.gradient_norm;
    if (options.measure_change) previous.copy_from(network.state().parameters);
    const Decayed decay = decayed();
    optim::update<T>(updates, engine.pool, decay.optimizer, report.learning_rate, decay.weight_decay, segments,
                     parameters(), gradient.span(), optimizer);
    if (options.measure_change) {
      report.change = std::sqrt(optim::sum_of_squared_differences<T>(parameters(), previous.span()));
    }
    twins.refresh(engine, network.state());
    batch_gradient.keep_running(network.state());
    ++report.step;
    return report.loss;
  }

  void list(checkpoint::StateList& state) {
    const nn::NetworkState<T>& of = network.state();
    state.number("step", report.step);
    state.number("learning_rate", report.learning_rate);
    state.number("change", report.change);
    state.number("optimizer.updates", optimizer.updates);
    state.parameters("optimizer.first.", of.architecture, of.layout, optimizer.first.span());
    state.parameters("optimizer.second.", of.architecture, of.layout, optimizer.second.span());
    if (health) health->list(state);
  }

  // The optimiser and the weight decay of this update.
  struct Decayed {
    Optimizer optimizer;
    double weight_decay;
  };
  Decayed decayed() const {
    const double share = factor(options.weight_decay_schedule, report.step, options.total_steps);
    Decayed now{options.optimizer, share * options.weight_decay};
    if (auto* const adamw = std::get_if<AdamW>(&now.optimizer)) adamw->weight_decay *= share;
    return now;
  }

  void add_l2() {
    for (const optim::Segment& segment : segments) {
      if (segment.decay_factor == 0) continue;
      const std::span<const T> w = parameters().subspan(segment.begin, segment.size);
      optim::add_scaled<T>(gradient.span().subspan(segment.begin, segment.size), w, options.l2);
      report.loss += 0.5 * options.l2 * optim::sum_of_squares(w);
    }
  }

  // False when the gradient has no finite norm: then no factor can mend it.
  bool clip() {
    double squares = 0;
    for (const optim::Segment& segment : segments) {
      squares += optim::sum_of_squares<T>(gradient.span().subspan(segment.begin, segment.size));
    }
    report.gradient_norm = std::sqrt(squares);
    if (!std::isfinite(report.gradient_norm)) return false;
    if (report.gradient_norm > options.clip) optim::scale(gradient.span(), options.clip / report.gradient_norm);
    return true;
  }

  BasicNetwork<T>& network;
  TrainerOptions options;
  nn::Engine<T> engine;
  const optim::UpdateKernels<T>& updates;
  std::vector<optim::Segment> segments;
  training::Updater<T> updater;
  bool whole_gradients;       // of every update; else parameters change on the way back
  AlignedBuffer<T> gradient;  // empty where no update needs it
  AlignedBuffer<T> previous;
  optim::OptimizerState<T> optimizer;
  nn::Twins<T> twins;
  nn::BatchGradient<T> batch_gradient;
  std::optional<training::HealthRecord<T>> health;
  training::UpdateObserver<T>* observer = nullptr;
  StepReport report;
};

template <class T>
BasicTrainer<T>::BasicTrainer(BasicNetwork<T>& network, const TrainerOptions& options) {
  training::check(options);
  state_ = std::make_unique<State>(network, options);
}
template <class T>
BasicTrainer<T>::~BasicTrainer() = default;
template <class T>
BasicTrainer<T>::BasicTrainer(BasicTrainer&&) noexcept = default;

template <class T>
double BasicTrainer<T>::step(std::span<const T> inputs, std::span<const T> targets) {
  return step(inputs, targets, {});
}

template <class T>
double BasicTrainer<T>::step(std::span<const T> inputs, std::span<const T> targets, std::span<const double> weights) {
  const std::size_t in = state_->network.inputs();
  const std::size_t out = state_->network.outputs();
  const std::size_t rows = inputs.size() / in;
  BPROP_CHECK(inputs.size() == rows * in && targets.size() == rows * out, ShapeError,
              "[trainer.step] {} inputs and {} targets, expected (N x {}) and (N x {})", inputs.size(), targets.size(),
              in, out);
  return state_->step({rows, inputs.data(), targets.data(), nullptr, state_->checked_weights(weights, rows)});
}

template <class T>
double BasicTrainer<T>::step(std::size_t rows, BatchRows<T>& source) {
  return state_->step({rows, nullptr, nullptr, &source, state_->checked_weights(source.weights(), rows)});
}

template <class T>
const StepReport& BasicTrainer<T>::report() const {
  return state_->report;
}

template <class T>
std::vector<LayerHealth> BasicTrainer<T>::health() const {
  return state_->health ? state_->health->last() : std::vector<LayerHealth>();
}

template <class T>
Diagnosis BasicTrainer<T>::diagnosis() const {
  return state_->health ? state_->health->diagnosis() : Diagnosis();
}

template <class T>
void BasicTrainer<T>::observe(training::UpdateObserver<T>* observer) {
  state_->observer = observer;
  if (state_->gradient.empty()) state_->gradient = AlignedBuffer<T>(state_->network.state().layout.size());
}

template <class T>
void BasicTrainer<T>::parameters_changed() {
  state_->twins.refresh(state_->engine, state_->network.state());
}

template <class T>
void BasicTrainer<T>::list(checkpoint::StateList& state) {
  state_->list(state);
}

template class BasicTrainer<float>;
template class BasicTrainer<double>;

}  // namespace bprop
