// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <ostream>

#include "base/check.h"
#include "base/random.h"
#include "bprop/check.h"
#include "check/complex_step.h"
#include "check/tape_network.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

constexpr std::size_t kMostComplexNumbers = std::size_t{1} << 26;  // of all threads together: 1 GB

double largest(std::span<const double> values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::fabs(value));
  return result;
}

// NaN anywhere counts as infinitely wrong.
double worse(double error, double so_far) {
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(error, so_far);
}

double relative(double a, double b, double scale) {
  if (a == b) return 0;
  const double size = std::max(std::fabs(b), scale);
  return size == 0 ? std::fabs(a - b) : std::fabs(a - b) / size;
}

using check::ComplexStep;
using check::kDifferenceStep;

// One tensor to be checked: the engine's gradient in its own precision and in double, the tape's, and where its entries
// lie for the complex step.
struct Subject {
  std::string name;
  std::size_t columns;
  std::vector<double> judged;  // what the caller's engine says
  std::vector<double> exact;   // the double engine
  std::vector<double> tape;
  std::function<double(ComplexStep&, std::size_t)> complex_derivative;
  std::function<double(ComplexStep&, std::size_t, double)> loss_with;
};

template <class T>
std::vector<double> in_double(const std::vector<T>& values) {
  return std::vector<double>(values.begin(), values.end());
}

class Checker {
 public:
  // `steps`: one for each thread that takes part. `least_scale`: what an error in double is at least a share of.
  Checker(const CheckOptions& options, std::deque<ComplexStep>& steps, double loss, double network_largest,
          double least_scale, bool is_float)
      : options_(options),
        steps_(steps),
        loss_(loss),
        network_largest_(network_largest),
        least_scale_(least_scale),
        is_float_(is_float) {}

  TensorCheck operator()(const Subject& subject, std::uint32_t number) const {
    TensorCheck check;
    check.name = subject.name;
    check.entries = subject.judged.size();
    BPROP_CHECK(subject.judged.size() == subject.tape.size(), ShapeError,
                "[check_gradients] {} has {} entries, expected {}", subject.name, subject.judged.size(),
                subject.tape.size());
    const double scale = std::max(largest(subject.tape), least_scale_);
    double worst = -1;
    for (std::size_t i = 0; i < subject.tape.size(); ++i) {
      check.double_error = worse(relative(subject.exact[i], subject.tape[i], scale), check.double_error);
      double error = relative(subject.judged[i], subject.tape[i], scale);
      if (is_float_) {
        const double size = network_largest_ == 0 ? 1 : network_largest_;
        error = std::fabs(subject.judged[i] - subject.tape[i]) / size;
        check.float_error = worse(error, check.float_error);
      } else {
        check.double_error = worse(error, check.double_error);
      }
      if (!(error <= worst)) {
        worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
        check.worst_entry = fmt::format("({}, {})", i / subject.columns + 1, i % subject.columns + 1);
      }
    }
    sample(subject, scale, number, check);
    check.passed = check.float_error <= options_.float_tolerance && check.double_error <= options_.double_tolerance &&
                   check.complex_error <= options_.double_tolerance;
    return check;
  }

 private:
  // Errors of some of the sampled entries.
  struct Sampled {
    double complex_error = 0;
    double difference_error = 0;
  };

  void sample(const Subject& subject, double scale, std::uint32_t number, TensorCheck& check) const {
    const std::size_t size = subject.tape.size();
    const bool all = options_.sampled_entries == 0 || options_.sampled_entries >= size;
    check.sampled = all ? size : options_.sampled_entries;
    if (size == 0) return;
    const Permutation order({options_.seed, Purpose::kCheck, 0, number}, size);
    std::vector<Sampled> parts(steps_.size());
    const auto part = [&](int p) {
      const auto index = static_cast<std::size_t>(p);
      for (std::size_t n = index; n < check.sampled; n += parts.size()) {
        judge(subject, order(n), scale, steps_[index], parts[index]);
      }
    };
    if (parts.size() == 1) {
      part(0);
    } else {
      options_.pool->run(static_cast<int>(parts.size()), part);
    }
    for (const Sampled& sampled : parts) {
      check.complex_error = std::max(check.complex_error, sampled.complex_error);
      check.difference_error = std::max(check.difference_error, sampled.difference_error);
    }
  }

  // One entry, by the complex step and by the central difference.
  void judge(const Subject& subject, std::size_t i, double scale, ComplexStep& step, Sampled& errors) const {
    errors.complex_error =
        worse(relative(subject.exact[i], subject.complex_derivative(step, i), scale), errors.complex_error);
    const double difference =
        (subject.loss_with(step, i, kDifferenceStep) - subject.loss_with(step, i, -kDifferenceStep)) /
        (2 * kDifferenceStep);
    const double bound = options_.difference_tolerance * scale + check::difference_rounding(loss_);
    if (bound > 0) {
      errors.difference_error = worse(std::fabs(subject.exact[i] - difference) / bound, errors.difference_error);
    }
  }

  const CheckOptions& options_;
  std::deque<ComplexStep>& steps_;
  double loss_;
  double network_largest_;
  double least_scale_;
  bool is_float_;
};

// Rows far enough from every kink, in double.
struct SmoothRows {
  std::vector<double> input;
  std::vector<double> target;
  std::size_t rows = 0;

  void add(std::span<const double> x, std::span<const double> y) {
    input.insert(input.end(), x.begin(), x.end());
    target.insert(target.end(), y.begin(), y.end());
    ++rows;
  }
};

// Row by row.
SmoothRows rows_without_kinks(const DoubleNetwork& network, std::span<const double> input,
                              std::span<const double> target, const LossOptions& loss, const CheckOptions& options) {
  SmoothRows result;
  const std::size_t rows = input.size() / network.inputs();
  for (std::size_t row = 0; row < rows; ++row) {
    const auto x = input.subspan(row * network.inputs(), network.inputs());
    const auto y = target.subspan(row * network.outputs(), network.outputs());
    PassKey pass = options.pass;
    pass.first_row += result.rows;
    if (check::tape_gradients(network, x, y, loss, pass).nearest_kink >= options.kink_distance) result.add(x, y);
  }
  return result;
}

// Where the rows of a leaf depend on each other: one that is left out moves the others, so they are looked at again.
SmoothRows rows_together_without_kinks(const DoubleNetwork& network, SmoothRows rows, const LossOptions& loss,
                                       const CheckOptions& options) {
  for (;;) {
    if (rows.rows == 0) return rows;
    const check::TapeGradients tape = check::tape_gradients(network, rows.input, rows.target, loss, options.pass);
    if (tape.nearest_kink >= options.kink_distance) return rows;
    SmoothRows kept;
    for (std::size_t row = 0; row < rows.rows; ++row) {
      if (tape.row_kinks[row] < options.kink_distance) continue;
      kept.add(std::span(rows.input).subspan(row * network.inputs(), network.inputs()),
               std::span(rows.target).subspan(row * network.outputs(), network.outputs()));
    }
    rows = std::move(kept);
  }
}

// Each thread has the network to itself, in complex numbers.
std::size_t threads_for(const ThreadPool* pool, std::size_t parameters) {
  if (pool == nullptr) return 1;
  return std::clamp<std::size_t>(kMostComplexNumbers / parameters, 1, static_cast<std::size_t>(pool->threads()));
}

}  // namespace

template <class T>
CheckReport check_gradients(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                            const LossOptions& loss, const CheckOptions& options,
                            const BasicGradients<T>* engine_gradients) {
  const std::size_t all_rows = input.size() / network.inputs();
  BPROP_CHECK(
      all_rows > 0 && input.size() == all_rows * network.inputs() && target.size() == all_rows * network.outputs(),
      ShapeError, "[check_gradients] {} inputs and {} targets, expected (N x {}) and (N x {}), N at least 1",
      input.size(), target.size(), network.inputs(), network.outputs());
  const DoubleNetwork exact_network = nn::in_double(network);
  const std::vector<double> x(input.begin(), input.end());
  const std::vector<double> y(target.begin(), target.end());
  const bool together = options.pass.pass == Pass::kTraining && network.architecture().has_batch_norm();
  const SmoothRows rows = together ? rows_together_without_kinks(exact_network, {x, y, all_rows}, loss, options)
                                   : rows_without_kinks(exact_network, x, y, loss, options);
  CheckReport report{{}, rows.rows, all_rows - rows.rows, rows.rows > 0};
  if (rows.rows == 0) return report;
  BPROP_CHECK(engine_gradients == nullptr || report.kink_rows == 0, UsageError,
              "[check_gradients] {} rows lie at a kink; given gradients can be checked on rows without",
              report.kink_rows);

  const std::vector<T> narrow_input(rows.input.begin(), rows.input.end());
  const std::vector<T> narrow_target(rows.target.begin(), rows.target.end());
  const BasicGradients<T> judged = engine_gradients != nullptr ? *engine_gradients
                                                               : gradients<T>(network, narrow_input, narrow_target,
                                                                              loss, options.pool, options.pass);
  const DoubleGradients exact =
      gradients<double>(exact_network, rows.input, rows.target, loss, options.pool, options.pass);
  const check::TapeGradients tape = check::tape_gradients(exact_network, rows.input, rows.target, loss, options.pass);

  std::vector<Subject> subjects;
  const nn::Layout& layout = exact_network.state().layout;
  for (std::size_t k = 0; k < layout.layers(); ++k) {
    const nn::LayerLayout& at = layout[k];
    if (at.weights_size == 0) continue;
    const std::size_t columns = at.dense() ? at.inputs : 1;
    const auto weight = [&at](std::size_t i) { return at.weight_at(i); };
    subjects.push_back(
        {fmt::format("layers.{}.weight", k), columns, in_double(judged.layers[k].d_weights), exact.layers[k].d_weights,
         tape.d_weights[k], [weight](ComplexStep& step, std::size_t i) { return step.parameter_derivative(weight(i)); },
         [weight](ComplexStep& step, std::size_t i, double h) { return step.loss_with_parameter(weight(i), h); }});
    if (at.bias_size == 0) continue;
    const auto bias = [&at](std::size_t i) { return at.bias + i; };
    subjects.push_back(
        {fmt::format("layers.{}.bias", k), 1, in_double(judged.layers[k].d_bias), exact.layers[k].d_bias,
         tape.d_bias[k], [bias](ComplexStep& step, std::size_t i) { return step.parameter_derivative(bias(i)); },
         [bias](ComplexStep& step, std::size_t i, double h) { return step.loss_with_parameter(bias(i), h); }});
  }
  subjects.push_back({"input", network.inputs(), in_double(judged.d_input), exact.d_input, tape.d_input,
                      [](ComplexStep& step, std::size_t i) { return step.input_derivative(i); },
                      [](ComplexStep& step, std::size_t i, double h) { return step.loss_with_input(i, h); }});

  double network_largest = 0;
  for (const Subject& subject : subjects) network_largest = std::max(network_largest, largest(subject.tape));
  std::deque<ComplexStep> steps;
  while (steps.size() < threads_for(options.pool, layout.size())) {
    steps.emplace_back(exact_network.state(), rows.input, rows.target, loss, options.pass);
  }
  // What goes back through a norm over the rows may cancel to nothing but rounding in a whole tensor, as the gradient
  // of a bias before it does.
  const double least_scale = together ? network_largest : 0;
  const Checker check(options, steps, tape.loss, network_largest, least_scale, std::is_same_v<T, float>);
  for (const Subject& subject : subjects) {
    report.tensors.push_back(check(subject, static_cast<std::uint32_t>(report.tensors.size())));
    report.passed = report.passed && report.tensors.back().passed;
  }
  return report;
}

std::ostream& operator<<(std::ostream& out, const CheckReport& report) {
  out << fmt::format("{:<20} {:>10} {:>10} {:>10} {:>10} {:>11}  worst at\n", "tensor", "entries", "float", "double",
                     "complex", "difference");
  for (const TensorCheck& t : report.tensors) {
    out << fmt::format("{:<20} {:>10} {:>10.1e} {:>10.1e} {:>10.1e} {:>11.2f}  {:<12} {}\n", t.name, t.entries,
                       t.float_error, t.double_error, t.complex_error, t.difference_error, t.worst_entry,
                       t.passed ? "ok" : "WRONG");
  }
  out << fmt::format("{} {} checked, {} left out at a kink: {}\n", report.rows, report.rows == 1 ? "row" : "rows",
                     report.kink_rows, report.passed ? "passed" : "failed");
  return out;
}

template CheckReport check_gradients(const BasicNetwork<float>&, std::span<const float>, std::span<const float>,
                                     const LossOptions&, const CheckOptions&, const BasicGradients<float>*);
template CheckReport check_gradients(const BasicNetwork<double>&, std::span<const double>, std::span<const double>,
                                     const LossOptions&, const CheckOptions&, const BasicGradients<double>*);

}  // namespace bprop
