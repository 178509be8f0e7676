// SPDX-License-Identifier: Apache-2.0
//
// Validation: loss and score of the validation rows; the score is the metric asked for, by default accuracy for
// classes and labels, RMSE in the target's units for numbers, the mean R² of several targets, and the loss itself where
// it is of counts, quantiles or variances.
#pragma once

#include <functional>
#include <limits>
#include <optional>

#include "bprop/train.h"
#include "train/prediction_pass.h"
#include "train/target_scores.h"

namespace bprop::training {

template <class T>
class Validation {
 public:
  // On input: `rows` and the model outlive this.
  Validation(const Model& model, const RowSource<T>& rows, Metric metric, ThreadPool* pool)
      : network_(std::get<BasicNetwork<T>>(model.network)),
        targets_(model.preprocessing ? model.preprocessing->targets() : std::vector<TargetColumn>(1)),
        rows_(rows),
        metric_(metric),
        pool_(pool),
        scores_(targets_, network_.outputs(),
                {.rows = rows.rows(),
                 .probabilities = metric == Metric::kLogLoss && gives_probabilities(model, targets_.front()),
                 .whole_scores = metric == Metric::kAuc,
                 .threshold = class_threshold(model.loss.loss),
                 .point = target_outputs(model.loss).point}) {
    LossOptions loss = model.loss;
    loss.label_smoothing = 0;
    if (rows.rows() > 0)
      pass_.emplace(network_.architecture(), loss, rows,
                    PassOptions{.targets = true, .temperature = model.temperature});
  }
  Validation(const Validation&) = delete;
  Validation& operator=(const Validation&) = delete;

  bool exists() const { return pass_.has_value(); }

  // False when `stop`, asked every few rows, says true: then the report has no validation.
  bool fill(EpochReport& report, const std::function<bool()>& stop) {
    report.validation_loss = std::numeric_limits<double>::quiet_NaN();
    report.validation_score = report.validation_loss;
    if (!exists()) return true;
    scores_.clear();
    const nn::Engine<T> engine{&linalg::kernels_for<T>(network_.arithmetic()), pool_};
    const auto visit = [&](std::size_t, std::size_t count, const T* predictions, const T* targets) {
      scores_.add(count, predictions, targets);
    };
    const std::optional<double> loss = pass_->run(engine, network_.state(), visit, stop);
    if (!loss) return false;
    report.validation_loss = *loss / static_cast<double>(rows_.rows());
    report.validation_score = metric_ == Metric::kLoss ? report.validation_loss : scores_.value(metric_);
    return true;
  }

 private:
  const BasicNetwork<T>& network_;
  std::vector<TargetColumn> targets_;
  const RowSource<T>& rows_;
  Metric metric_;
  ThreadPool* pool_;
  TargetScores<T> scores_;
  std::optional<PredictionPass<T>> pass_;
};

}  // namespace bprop::training
