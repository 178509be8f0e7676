// SPDX-License-Identifier: Apache-2.0
//
// A training step: rows -> forward -> loss -> backward -> l2 -> clip -> update -> twins.
#include "bprop/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"
#include "nn/batch_gradient.h"
#include "optim/norms.h"
#include "optim/update.h"
#include "train/trainer_options.h"

namespace bprop {
namespace {

std::vector<optim::Segment> segments_of(const nn::Layout& layout, bool freeze_biases) {
  std::vector<optim::Segment> segments;
  for (std::size_t k = 0; k < layout.layers(); ++k) {
    const nn::LayerLayout& at = layout[k];
    segments.push_back({at.weights, at.weights_size, 1, 1});
    if (at.bias_size > 0 && !freeze_biases) segments.push_back({at.bias, at.bias_size, 1, 0});
  }
  return segments;
}

// Rows that lie in memory as two matrices.
template <class T>
class MatrixRows : public BatchRows<T> {
 public:
  MatrixRows(std::span<const T> inputs, std::span<const T> targets, std::size_t in, std::size_t out)
      : inputs_(inputs), targets_(targets), in_(in), out_(out) {}
  void fill(std::size_t first, std::size_t count, T* inputs, T* targets) override {
    std::copy_n(inputs_.data() + first * in_, count * in_, inputs);
    std::copy_n(targets_.data() + first * out_, count * out_, targets);
  }

 private:
  std::span<const T> inputs_;
  std::span<const T> targets_;
  std::size_t in_;
  std::size_t out_;
};

}  // namespace

template <class T>
struct BasicTrainer<T>::State {
  State(BasicNetwork<T>& of, const TrainerOptions& o)
      : network(of),
        options(o),
        engine{&linalg::kernels_for<T>(of.arithmetic()), o.pool},
        updates(optim::updates_for<T>(of.arithmetic())),
        segments(segments_of(of.state().layout, o.freeze_biases)),
        gradient(of.state().layout.size()),
        previous(o.measure_change ? of.state().layout.size() : 0),
        optimizer(o.optimizer, of.state().layout.size()),
        twins(of.state(), false),
        batch_gradient(of.architecture(), o.loss, o.batch) {}

  std::span<T> parameters() { return network.state().parameters.span(); }

  double step(std::size_t rows, BatchRows<T>& source) {
    BPROP_CHECK(rows > 0 && rows <= options.batch, ShapeError, "[trainer.step] {} rows, expected 1 to {}", rows,
                options.batch);
    const std::optional<double> loss =
        batch_gradient(engine, network.state(), twins, rows, source, gradient.span(), options.stop);
    report.abandoned = !loss;
    report.loss = loss.value_or(std::numeric_limits<double>::quiet_NaN());
    if (report.abandoned) return report.loss;
    if (options.l2 > 0) add_l2();
    report.learning_rate =
        learning_rate(options.optimizer) * options.schedule(report.step, options.steps_per_epoch, options.total_steps);
    if (!std::isfinite(report.loss)) return report.loss;
    if (options.clip > 0 && !clip()) return report.loss = report.gradient_norm;
    if (options.measure_change) previous.copy_from(network.state().parameters);
    optim::update<T>(updates, engine.pool, options.optimizer, report.learning_rate, options.weight_decay, segments,
                     parameters(), gradient.span(), optimizer);
    if (options.measure_change) {
      report.change = std::sqrt(optim::sum_of_squared_differences<T>(parameters(), previous.span()));
    }
    twins.refresh(network.state());
    ++report.step;
    return report.loss;
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
  AlignedBuffer<T> gradient;
  AlignedBuffer<T> previous;
  optim::OptimizerState<T> optimizer;
  nn::Twins<T> twins;
  nn::BatchGradient<T> batch_gradient;
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
  const std::size_t in = state_->network.inputs();
  const std::size_t out = state_->network.outputs();
  const std::size_t rows = inputs.size() / in;
  BPROP_CHECK(inputs.size() == rows * in && targets.size() == rows * out, ShapeError,
              "[trainer.step] {} inputs and {} targets, expected (N x {}) and (N x {})", inputs.size(), targets.size(),
              in, out);
  MatrixRows<T> source(inputs, targets, in, out);
  return state_->step(rows, source);
}

template <class T>
double BasicTrainer<T>::step(std::size_t rows, BatchRows<T>& source) {
  return state_->step(rows, source);
}

template <class T>
const StepReport& BasicTrainer<T>::report() const {
  return state_->report;
}

template class BasicTrainer<float>;
template class BasicTrainer<double>;

}  // namespace bprop
