// SPDX-License-Identifier: Apache-2.0
//
// Validation: loss and score of the validation rows; the score is accuracy for classes, RMSE in the target's units for
// numbers.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "bprop/train.h"
#include "train/prediction_pass.h"

namespace bprop::training {

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

  // False when `stop`, asked every few rows, says true: then the report has no validation.
  bool fill(EpochReport& report, const std::function<bool()>& stop) {
    report.validation_loss = std::numeric_limits<double>::quiet_NaN();
    report.validation_score = report.validation_loss;
    if (!exists()) return true;
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
    const std::optional<double> loss = pass_->run(engine, network_.state(), visit, stop);
    if (!loss) return false;
    report.validation_loss = *loss / rows;
    report.validation_score =
        of_classes() ? static_cast<double>(correct) / rows : std::sqrt(squares / rows / static_cast<double>(outputs));
    return true;
  }

 private:
  const Model& model_;
  const BasicNetwork<T>& network_;
  const RowSource<T>& rows_;
  ThreadPool* pool_;
  std::optional<PredictionPass<T>> pass_;
};

}  // namespace bprop::training
