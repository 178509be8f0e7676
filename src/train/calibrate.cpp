// SPDX-License-Identifier: Apache-2.0
#include "train/calibrate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "calculus/exponential.h"
#include "train/prediction_pass.h"

namespace bprop::training {
namespace {

constexpr double kCoolest = 0.01;
constexpr double kHottest = 100;

// Of the mean log-loss at s = 1/T: with l = ln Σ exp(s zₖ) − s z_y, l' = E[z] − z_y and l'' = Var[z], both under the
// probabilities softmax(s z).
struct LogLossAt {
  double value = 0;
  double slope = 0;
  double curvature = 0;
};

template <class T>
class LogLoss {
 public:
  LogLoss(std::span<const T> scores, std::span<const std::uint32_t> answers, std::size_t outputs)
      : scores_(scores), answers_(answers), outputs_(outputs) {}

  LogLossAt operator()(double s) const {
    LogLossAt sum;
    for (std::size_t n = 0; n < answers_.size(); ++n) add(n, s, sum);
    const auto rows = static_cast<double>(answers_.size());
    return {sum.value / rows, sum.slope / rows, sum.curvature / rows};
  }

 private:
  std::size_t classes() const { return std::max<std::size_t>(outputs_, 2); }
  // One output z is two classes of the scores 0 and z.
  double score(std::size_t row, std::size_t k) const {
    if (outputs_ == 1) return k == 0 ? 0 : static_cast<double>(scores_[row]);
    return static_cast<double>(scores_[row * outputs_ + k]);
  }

  void add(std::size_t row, double s, LogLossAt& sum) const {
    double largest = score(row, 0);
    for (std::size_t k = 1; k < classes(); ++k) largest = std::max(largest, score(row, k));
    double total = 0;
    double first = 0;
    double second = 0;
    for (std::size_t k = 0; k < classes(); ++k) {
      const double z = score(row, k) - largest;
      const double e = exponential(s * z);
      total += e;
      first += e * z;
      second += e * z * z;
    }
    const double mean = first / total;
    const double right = score(row, answers_[row]) - largest;
    sum.value += logarithm(total) - s * right;
    sum.slope += mean - right;
    sum.curvature += second / total - mean * mean;
  }

  std::span<const T> scores_;
  std::span<const std::uint32_t> answers_;
  std::size_t outputs_;
};

}  // namespace

void check_calibration(const TrainOptions& options, const Model& model, std::size_t validation_rows) {
  if (!options.calibrate) return;
  BPROP_CHECK(validation_rows > 0, UsageError,
              "calibrate is temperature, but there are no validation rows to find it on");
  const TargetColumn target = model.preprocessing ? model.preprocessing->target : TargetColumn{};
  const bool has_scores = rule(model.loss.loss).link != Activation::kIdentity;
  BPROP_CHECK(has_scores && gives_probabilities(model, target), UsageError,
              "calibrate is temperature, which divides the scores of classes; the loss {} has none",
              rule(model.loss.loss).name);
}

template <class T>
std::optional<Calibration> best_temperature(std::span<const T> scores, std::span<const std::uint32_t> answers,
                                            std::size_t outputs) {
  constexpr int kMostSteps = 200;  // Newton takes about six; halving the interval each time, sixty
  const LogLoss<T> log_loss(scores, answers, outputs);
  double low = 1 / kHottest;
  double high = 1 / kCoolest;
  const double slope_low = log_loss(low).slope;
  const double slope_high = log_loss(high).slope;
  if (!(slope_low < 0 && slope_high > 0)) return std::nullopt;
  double s = 1;
  for (int step = 0; step < kMostSteps; ++step) {
    const LogLossAt at = log_loss(s);
    if (at.slope == 0) break;
    (at.slope < 0 ? low : high) = s;
    double next = s - at.slope / at.curvature;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (std::fabs(next - s) <= 1e-14 * s) break;
    s = next;
  }
  return Calibration{1 / s, log_loss(1).value, log_loss(s).value};
}

template <class T>
void calibrate(Model& model, const RowSource<T>& validation, ThreadPool* pool, TrainResult& result) {
  const auto& network = std::get<BasicNetwork<T>>(model.network);
  const std::size_t outputs = network.outputs();
  // Labels: each of a row is an answer of its own.
  const bool labels = model.preprocessing && model.preprocessing->task() == Task::kLabels;
  const std::size_t of_answer = labels ? 1 : outputs;
  std::vector<T> scores;
  std::vector<std::uint32_t> answers;
  PredictionPass<T> pass(network.architecture(), model.loss, validation, {.targets = true, .scores = true});
  const nn::Engine<T> engine{&linalg::kernels_for<T>(network.arithmetic()), pool};
  pass.run(engine, network.state(), [&](std::size_t, std::size_t count, const T* z, const T* targets) {
    scores.insert(scores.end(), z, z + count * outputs);
    for (const T* target = targets; target != targets + count * outputs; target += of_answer) {
      answers.push_back(static_cast<std::uint32_t>(class_of(target, of_answer)));
    }
  });
  result.calibration = best_temperature<T>(scores, answers, of_answer);
  if (result.calibration) {
    model.temperature = result.calibration->temperature;
    return;
  }
  result.warnings.emplace_back(
      "no temperature makes the validation rows likeliest (are all of them right?); probabilities stay as they are");
}

template std::optional<Calibration> best_temperature(std::span<const float>, std::span<const std::uint32_t>,
                                                     std::size_t);
template std::optional<Calibration> best_temperature(std::span<const double>, std::span<const std::uint32_t>,
                                                     std::size_t);
template void calibrate(Model&, const RowSource<float>&, ThreadPool*, TrainResult&);
template void calibrate(Model&, const RowSource<double>&, ThreadPool*, TrainResult&);

}  // namespace bprop::training
