// SPDX-License-Identifier: Apache-2.0
//
// Metrics: how good predictions are, each with an interval at 95 % from the rows it was measured on. Every row counts
// as one, whatever its weight in training was. Values and undefined cases are scikit-learn's unless said otherwise.
//
//   accuracy           share of rows whose class is right
//   balanced_accuracy  mean over the classes of these rows of the share of them that is right
//   log_loss           mean of −ln p(right class), p kept off 0 and 1 by the precision's ε (2.2e-16, float 1.2e-7)
//   auc                area under the ROC curve of the second class's score: how often a row of it scores more than a
//                      row of the first, ties counting half. Several classes: macro one-vs-rest, the mean over classes
//   f1                 2 TP / (2 TP + FP + FN) of the second class, or of the one named; several classes: macro, the
//                      mean over those that occur among answers or predictions
//   rmse, mae, r2      in the target's own units, outputs together: √ mean (ŷ − y)², mean |ŷ − y|,
//                      1 − Σ(ŷ − y)² / Σ(y − ȳ)²
//
// Several targets: the mean over those where the metric is defined, each in its own units (scikit-learn's
// uniform_average and, of labels, macro; but accuracy, which there is subset_accuracy). Of labels also
//   subset_accuracy    share of rows whose labels are all right
//   micro_f1           2 TP / (2 TP + FP + FN), each added over the labels
//
// Intervals: accuracy by Wilson (1927); balanced accuracy from each class's Wilson interval by the rule of Zou and
// Donner (Statistics in Medicine 27, 2008); auc by DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988), over
// several classes by the same rows' influence on their mean; the others by the delta method: value ± 1.96
// √(Σψ²·n/(n−1)) with a row's influence ψ on the value (for a mean that is the textbook's s/√n). All but the first two
// have no width where no row is wrong. No random numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "bprop/preprocessing.h"

namespace bprop {

enum class Metric : std::uint8_t {
  // Of classes.
  kAccuracy,
  kBalancedAccuracy,
  kLogLoss,
  kAuc,
  kF1,
  // Of numbers.
  kRmse,
  kMae,
  kR2,
  // Of labels, which also have accuracy, log_loss, auc and f1.
  kSubsetAccuracy,
  kMicroF1,
  // Of all: the model's own loss, mean per row. Evaluation::loss, not among its scores.
  kLoss,
};

std::string_view name(Metric metric);        // "balanced_accuracy"
Metric metric_named(std::string_view name);  // throws UsageError that lists the names
Task task_of(Metric metric);                 // the first that has it; not of kLoss
bool larger_is_better(Metric metric);
std::span<const Metric> metrics_of(Task task);
// Accuracy; RMSE of one target, R² of several, whose units may differ.
Metric default_metric(Task task, std::size_t targets = 1);

// NaN: undefined on these rows – an AUC where a class is missing, R² of equal targets, an interval of a single row.
struct Score {
  Metric metric = Metric::kAccuracy;
  double value = 0;
  double low = 0;  // the interval, cut where the metric ends
  double high = 0;
};

// Mean pinball loss of a prediction of the quantile τ (Koenker and Bassett 1978): τ (y − ŷ) where the target is above
// the prediction, (1 − τ) (ŷ − y) below; τ = ½ is half the MAE. The interval as above.
struct QuantileScore {
  double quantile = 0.5;
  double value = 0;
  double low = 0;
  double high = 0;
};

}  // namespace bprop
