// SPDX-License-Identifier: Apache-2.0
#include "bprop/evaluate.h"

#include <cmath>
#include <ostream>

#include "base/check.h"
#include "train/prediction_pass.h"

namespace bprop {
namespace {

using training::class_of;
using training::PredictionPass;
using training::RowSource;

// What stands behind the outputs, with or without a table.
TargetColumn target_of(const Model& model, const Preprocessing* preprocessing) {
  if (preprocessing != nullptr) return preprocessing->target;
  TargetColumn target;
  const std::size_t outputs = model.architecture().outputs();
  const Loss loss = model.loss.loss;
  if (loss == Loss::kCrossEntropy || (loss == Loss::kBinaryCrossEntropy && outputs == 1)) {
    target.task = Task::kClasses;
    target.one_hot = outputs > 1;
    for (std::size_t k = 0; k < std::max<std::size_t>(outputs, 2); ++k) target.classes.push_back(std::to_string(k));
  }
  return target;
}

// Sums over rows that the metrics are made of.
class Sums {
 public:
  Sums(const TargetColumn& target, std::size_t outputs)
      : target_(target), outputs_(outputs), class_counts_(target.classes.size()), means_(outputs), squares_(outputs) {}

  template <class T>
  void add(std::size_t count, const T* predictions, const T* targets) {
    for (std::size_t n = 0; n < count; ++n) {
      const T* p = predictions + n * outputs_;
      const T* y = targets + n * outputs_;
      if (target_.task == Task::kClasses) {
        const std::size_t right = class_of(y, outputs_);
        ++class_counts_[right];
        correct_ += class_of(p, outputs_) == right ? 1U : 0U;
      } else {
        add_numbers(p, y);
      }
    }
    rows_ += count;
  }

  Evaluation metrics(double loss) const {
    Evaluation result;
    const auto rows = static_cast<double>(rows_);
    result.task = target_.task;
    result.rows = rows_;
    result.loss = loss / rows;
    if (target_.task == Task::kClasses) {
      const std::size_t frequent = training::largest_position(class_counts_.data(), class_counts_.size());
      result.accuracy = static_cast<double>(correct_) / rows;
      result.accuracy_interval = 1.96 * std::sqrt(result.accuracy * (1 - result.accuracy) / rows);
      result.trivial_accuracy = static_cast<double>(class_counts_[frequent]) / rows;
      result.trivial_class = target_.classes[frequent];
      return result;
    }
    double spread = 0;
    for (const double s : squares_) spread += s;
    const double values = rows * static_cast<double>(outputs_);
    result.rmse = std::sqrt(squared_error_ / values);
    result.mae = absolute_error_ / values;
    result.r2 = spread > 0 ? 1 - squared_error_ / spread : 0;
    result.trivial_rmse = std::sqrt(spread / values);
    return result;
  }

 private:
  template <class T>
  void add_numbers(const T* p, const T* y) {
    ++numbers_seen_;
    for (std::size_t k = 0; k < outputs_; ++k) {
      const double truth = target_.to_units(static_cast<double>(y[k]));
      const double error = target_.to_units(static_cast<double>(p[k])) - truth;
      squared_error_ += error * error;
      absolute_error_ += std::fabs(error);
      // Welford: mean and Σ(y − ȳ)² in one pass without cancellation.
      const double before = truth - means_[k];
      means_[k] += before / static_cast<double>(numbers_seen_);
      squares_[k] += before * (truth - means_[k]);
    }
  }

  const TargetColumn& target_;
  std::size_t outputs_;
  std::size_t rows_ = 0;
  std::size_t correct_ = 0;
  std::size_t numbers_seen_ = 0;
  std::vector<std::size_t> class_counts_;
  double squared_error_ = 0;
  double absolute_error_ = 0;
  std::vector<double> means_;
  std::vector<double> squares_;
};

template <class T>
nn::Engine<T> engine_of(const BasicNetwork<T>& network, ThreadPool* pool) {
  return {&linalg::kernels_for<T>(network.arithmetic()), pool};
}

LossOptions without_smoothing(LossOptions loss) {
  loss.label_smoothing = 0;
  return loss;
}

template <class T>
Evaluation evaluate_rows(const BasicNetwork<T>& network, const LossOptions& loss, const TargetColumn& target,
                         const RowSource<T>& source, ThreadPool* pool) {
  BPROP_CHECK(source.rows() > 0, UsageError, "there are no rows to evaluate");
  Sums sums(target, network.outputs());
  PredictionPass<T> pass(network.architecture(), without_smoothing(loss), source, true);
  const double total = pass.run(engine_of(network, pool), network.state(),
                                [&](std::size_t, std::size_t count, const T* predictions, const T* targets) {
                                  sums.add(count, predictions, targets);
                                });
  return sums.metrics(total);
}

bool gives_probabilities(const Model& model, const TargetColumn& target) {
  if (target.task != Task::kClasses) return false;
  const Activation link = rule(model.loss.loss).link;
  const Activation output = std::get<Dense>(model.architecture().layers.back()).activation;
  const Activation last = link == Activation::kIdentity ? output : link;
  return last == Activation::kSoftmax || (last == Activation::kSigmoid && model.architecture().outputs() == 1);
}

template <class T>
Predictions predict_rows(const Model& model, const BasicNetwork<T>& network, const TargetColumn& target,
                         const RowSource<T>& source, ThreadPool* pool) {
  const std::size_t outputs = network.outputs();
  const bool classes = target.task == Task::kClasses;
  const bool pair = classes && outputs == 1;  // one output of two classes: shown as two columns
  Predictions result;
  result.rows = source.rows();
  result.outputs = pair ? 2 : outputs;
  result.classes = classes ? target.classes : std::vector<std::string>{};
  result.probabilities = gives_probabilities(model, target);
  PredictionPass<T> pass(network.architecture(), model.loss, source, false);
  pass.run(engine_of(network, pool), network.state(),
           [&](std::size_t, std::size_t count, const T* predictions, const T*) {
             for (std::size_t n = 0; n < count; ++n) {
               const T* row = predictions + n * outputs;
               if (classes) result.chosen.push_back(class_of(row, outputs));
               if (pair) result.values.push_back(1.0 - static_cast<double>(row[0]));
               for (std::size_t k = 0; k < outputs; ++k) {
                 const auto value = static_cast<double>(row[k]);
                 result.values.push_back(classes ? value : target.to_units(value));
               }
             }
           });
  return result;
}

}  // namespace

Evaluation evaluate(const Model& model, const Dataset& data, ThreadPool* pool) {
  const Preprocessing preprocessing = training::preprocessing_for(model, data);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::TableRows<T> source(preprocessing, data, Encoder::Targets::kRequired);
        Evaluation result = evaluate_rows<T>(network, model.loss, preprocessing.target, source, pool);
        result.warnings = source.warnings();
        return result;
      },
      model.network);
}

Evaluation evaluate(const Model& model) {
  const Exercise& exercise = training::exercise_of(model, true);
  const TargetColumn target = target_of(model, nullptr);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::ExerciseRows<T> source(exercise, network.inputs(), network.outputs());
        return evaluate_rows<T>(network, model.loss, target, source, nullptr);
      },
      model.network);
}

Predictions predict(const Model& model, const Dataset& data, ThreadPool* pool) {
  const Preprocessing preprocessing = training::preprocessing_for(model, data);
  const bool known_target = model.preprocessing || data.target();
  const TargetColumn target = target_of(model, known_target ? &preprocessing : nullptr);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::TableRows<T> source(preprocessing, data, Encoder::Targets::kNone);
        Predictions result = predict_rows<T>(model, network, target, source, pool);
        result.warnings = source.warnings();
        return result;
      },
      model.network);
}

Predictions predict(const Model& model) {
  const Exercise& exercise = training::exercise_of(model, false);
  const TargetColumn target = target_of(model, nullptr);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::ExerciseRows<T> source(exercise, network.inputs(), network.outputs());
        return predict_rows<T>(model, network, target, source, nullptr);
      },
      model.network);
}

std::ostream& operator<<(std::ostream& out, const Evaluation& e) {
  if (e.task == Task::kClasses) {
    return out << fmt::format(
               "accuracy {:.1f} % (± {:.1f}) on {} rows, loss {:.4g}; most frequent class '{}': {:.1f} %",
               100 * e.accuracy, 100 * e.accuracy_interval, e.rows, e.loss, e.trivial_class, 100 * e.trivial_accuracy);
  }
  return out << fmt::format("RMSE {:.4g}, MAE {:.4g}, R² {:.4f} on {} rows, loss {:.4g}; always the mean: RMSE {:.4g}",
                            e.rmse, e.mae, e.r2, e.rows, e.loss, e.trivial_rmse);
}

}  // namespace bprop
