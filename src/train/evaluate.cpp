// SPDX-License-Identifier: Apache-2.0
#include "bprop/evaluate.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "base/check.h"
#include "train/loss_scores.h"
#include "train/metrics.h"
#include "train/prediction_pass.h"
#include "train/target_scores.h"

namespace bprop {
namespace {

using training::class_of;
using training::PredictionPass;
using training::RowSource;

// What stands behind the outputs, with or without a table.
std::vector<TargetColumn> targets_of(const Model& model, const Preprocessing* preprocessing) {
  if (preprocessing != nullptr) return preprocessing->targets();
  TargetColumn target;
  const std::size_t outputs = model.architecture().outputs();
  target.outputs_each = target_outputs(model.loss).count;
  const LossRule& loss = rule(model.loss.loss);
  const bool of_row = loss.link == Activation::kSoftmax || loss.id == Loss::kHinge;
  if (loss.target == LossTarget::kClasses && (of_row || outputs == 1)) {
    target.task = Task::kClasses;
    target.one_hot = outputs > 1;
    for (std::size_t k = 0; k < std::max<std::size_t>(outputs, 2); ++k) target.classes.push_back(std::to_string(k));
  }
  return {target};
}

Task task_of(const std::vector<TargetColumn>& targets) {
  return targets.size() > 1 && targets.front().task == Task::kClasses ? Task::kLabels : targets.front().task;
}

template <class T>
nn::Engine<T> engine_of(const BasicNetwork<T>& network, ThreadPool* pool) {
  return {&linalg::kernels_for<T>(network.arithmetic()), pool};
}

LossOptions without_smoothing(LossOptions loss) {
  loss.label_smoothing = 0;
  return loss;
}

// Position of the class whose F1 is asked for.
std::size_t positive_of(const std::vector<TargetColumn>& targets, const EvaluateOptions& options) {
  if (options.positive_class.empty()) return 1;
  BPROP_CHECK(targets.size() == 1, UsageError, "positive_class is '{}', which one target has; there are {}",
              options.positive_class, targets.size());
  const TargetColumn& target = targets.front();
  BPROP_CHECK(target.task == Task::kClasses && target.classes.size() == 2, UsageError,
              "positive_class is '{}', which two classes have; '{}' has {}", options.positive_class, target.name,
              target.task == Task::kClasses ? fmt::format("{} classes", target.classes.size()) : "numbers");
  const auto found = std::find(target.classes.begin(), target.classes.end(), options.positive_class);
  BPROP_CHECK(found != target.classes.end(), UsageError, "positive_class is '{}', expected '{}' or '{}'",
              options.positive_class, target.classes[0], target.classes[1]);
  return static_cast<std::size_t>(found - target.classes.begin());
}

void check_quantiles(const TargetColumn& target, const EvaluateOptions& options) {
  BPROP_CHECK(options.quantiles.empty() || target.task == Task::kNumbers, UsageError,
              "quantiles are of numbers, '{}' has classes", target.name);
  for (const double q : options.quantiles) {
    BPROP_CHECK(q > 0 && q < 1, UsageError, "quantiles is {}, expected numbers above 0 and below 1", q);
  }
}

template <class T>
Evaluation evaluate_rows(const Model& model, const BasicNetwork<T>& network, const std::vector<TargetColumn>& targets,
                         const RowSource<T>& source, const EvaluateOptions& options) {
  BPROP_CHECK(source.rows() > 0, UsageError, "there are no rows to evaluate");
  check_quantiles(targets.front(), options);
  training::TargetScores<T> scores(targets, network.outputs(),
                                   {.rows = source.rows(),
                                    .probabilities = training::gives_probabilities(model, targets.front()),
                                    .positive_class = positive_of(targets, options),
                                    .threshold = training::class_threshold(model.loss.loss),
                                    .point = target_outputs(model.loss).point});
  training::LossScores<T> of_loss(model.loss, targets, network.outputs());
  PredictionPass<T> pass(network.architecture(), without_smoothing(model.loss), source,
                         {.targets = true, .temperature = model.temperature});
  const double total = *pass.run(engine_of(network, options.pool), network.state(),
                                 [&](std::size_t, std::size_t count, const T* predictions, const T* truth) {
                                   scores.add(count, predictions, truth);
                                   of_loss.add(count, predictions, truth);
                                 });
  Evaluation result = training::evaluation_of(scores, targets, total, options);
  result.loss_scores = of_loss.scores();
  return result;
}

template <class T>
Predictions predict_rows(const Model& model, const BasicNetwork<T>& network, std::vector<TargetColumn> targets,
                         const RowSource<T>& source, ThreadPool* pool) {
  const std::size_t outputs = network.outputs();
  Predictions result;
  result.rows = source.rows();
  result.task = task_of(targets);
  result.targets = std::move(targets);
  const TargetColumn& target = result.targets.front();
  const bool classes = result.task == Task::kClasses;
  const bool labels = result.task == Task::kLabels;
  const bool pair = classes && outputs == 1;  // one output of two classes: shown as two columns
  result.outputs = pair ? 2 : outputs;
  result.classes = classes ? target.classes : std::vector<std::string>{};
  result.probabilities = training::gives_probabilities(model, target);
  result.parts = classes ? std::vector<std::string>{} : training::parts_of(model.loss);
  const double threshold = training::class_threshold(model.loss.loss);
  const bool margin = model.loss.loss == Loss::kHinge;
  PredictionPass<T> pass(network.architecture(), model.loss, source, {.temperature = model.temperature});
  pass.run(engine_of(network, pool), network.state(),
           [&](std::size_t, std::size_t count, const T* predictions, const T*) {
             for (std::size_t n = 0; n < count; ++n) {
               const T* row = predictions + n * outputs;
               if (classes) result.chosen.push_back(class_of(row, outputs, threshold));
               if (pair) result.values.push_back((margin ? 0.0 : 1.0) - static_cast<double>(row[0]));
               for (std::size_t k = 0; k < outputs; ++k) {
                 const auto value = static_cast<double>(row[k]);
                 if (labels) result.chosen.push_back(class_of(row + k, 1, threshold));
                 const TargetColumn& of = k < result.targets.size() ? result.targets[k] : target;
                 result.values.push_back(classes || labels ? value : training::in_units(model.loss, of, k, value));
               }
             }
           });
  return result;
}

}  // namespace

namespace training {

bool gives_probabilities(const Model& model, const TargetColumn& target) {
  if (target.task != Task::kClasses || model.loss.loss == Loss::kHinge) return false;
  const Activation link = rule(model.loss.loss).link;
  const Activation output = activation_of(model.architecture().layers.back());
  const Activation last = link == Activation::kIdentity ? output : link;
  return last == Activation::kSoftmax || (last == Activation::kSigmoid && !target.one_hot);
}

}  // namespace training

const Score& Evaluation::score(Metric metric) const {
  const auto found =
      std::find_if(scores.begin(), scores.end(), [metric](const Score& score) { return score.metric == metric; });
  BPROP_CHECK(found != scores.end(), UsageError, "metric {} is of {}, the target holds {}", name(metric),
              name(task_of(metric)), name(task));
  return *found;
}

Evaluation evaluate(const Model& model, const Dataset& data, ThreadPool* pool) {
  return evaluate(model, data, EvaluateOptions{.positive_class = {}, .quantiles = {}, .pool = pool});
}

Evaluation evaluate(const Model& model) { return evaluate(model, EvaluateOptions{}); }

Evaluation evaluate(const Model& model, const Dataset& data, const EvaluateOptions& options) {
  const Preprocessing preprocessing = training::preprocessing_for(model, data);
  std::vector<TargetColumn> targets = preprocessing.targets();
  for (TargetColumn& target : targets) {
    if (model.preprocessing) break;
    target.counts.clear();  // fitted to the rows evaluated: nothing is known of training
    target.mean.reset();
  }
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::TableRows<T> source(preprocessing, data, Encoder::Targets::kRequired);
        Evaluation result = evaluate_rows<T>(model, network, targets, source, options);
        result.warnings.insert(result.warnings.begin(), source.warnings().begin(), source.warnings().end());
        return result;
      },
      model.network);
}

Evaluation evaluate(const Model& model, const EvaluateOptions& options) {
  const Exercise& exercise = training::exercise_of(model, true);
  const std::vector<TargetColumn> targets = targets_of(model, nullptr);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::ExerciseRows<T> source(exercise, network.inputs(), network.outputs());
        return evaluate_rows<T>(model, network, targets, source, options);
      },
      model.network);
}

Predictions predict(const Model& model, const Dataset& data, ThreadPool* pool) {
  const Preprocessing preprocessing = training::preprocessing_for(model, data);
  const bool known_target = model.preprocessing || data.target();
  const std::vector<TargetColumn> targets = targets_of(model, known_target ? &preprocessing : nullptr);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::TableRows<T> source(preprocessing, data, Encoder::Targets::kNone);
        Predictions result = predict_rows<T>(model, network, targets, source, pool);
        result.warnings = source.warnings();
        return result;
      },
      model.network);
}

Predictions predict(const Model& model) {
  const Exercise& exercise = training::exercise_of(model, false);
  const std::vector<TargetColumn> targets = targets_of(model, nullptr);
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const training::ExerciseRows<T> source(exercise, network.inputs(), network.outputs());
        return predict_rows<T>(model, network, targets, source, nullptr);
      },
      model.network);
}

std::string r2_text(double r2) {
  if (std::isnan(r2)) return "undefined";
  return r2 < -10 ? fmt::format("{:.4g}", r2) : fmt::format("{:.4f}", r2);
}

std::ostream& operator<<(std::ostream& out, const Evaluation& e) {
  if (e.task == Task::kLabels) {
    return out << fmt::format(
               "accuracy {:.1f} % (± {:.1f}), mean of {} labels, on {} rows, loss {:.4g}; always the more "
               "frequent value: {:.1f} %",
               100 * e.accuracy, 100 * e.accuracy_interval, e.targets.size(), e.rows, e.loss, 100 * e.trivial_accuracy);
  }
  if (e.task == Task::kClasses) {
    return out << fmt::format(
               "accuracy {:.1f} % (± {:.1f}) on {} rows, loss {:.4g}; most frequent class '{}': {:.1f} %",
               100 * e.accuracy, 100 * e.accuracy_interval, e.rows, e.loss, e.trivial_class, 100 * e.trivial_accuracy);
  }
  return out << fmt::format("RMSE {:.4g}, MAE {:.4g}, R² {}{} on {} rows, loss {:.4g}; always the mean: RMSE {:.4g}",
                            e.rmse, e.mae, r2_text(e.r2),
                            e.targets.empty() ? "" : fmt::format(", means of {} targets,", e.targets.size()), e.rows,
                            e.loss, e.trivial_rmse);
}

}  // namespace bprop
