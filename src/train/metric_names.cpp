// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/named.h"
#include "bprop/metrics.h"

namespace bprop {
namespace {

constexpr std::array<std::string_view, 11> kMetricNames = {
    "accuracy", "balanced_accuracy", "log_loss", "auc", "f1", "rmse", "mae",
    "r2",       "subset_accuracy",   "micro_f1", "loss"};
constexpr std::array kOfClasses = {Metric::kAccuracy, Metric::kBalancedAccuracy, Metric::kLogLoss, Metric::kAuc,
                                   Metric::kF1};
constexpr std::array kOfNumbers = {Metric::kRmse, Metric::kMae, Metric::kR2};
constexpr std::array kOfLabels = {Metric::kAccuracy, Metric::kSubsetAccuracy, Metric::kLogLoss, Metric::kAuc,
                                  Metric::kF1,       Metric::kMicroF1};

}  // namespace

std::string_view name(Metric metric) { return kMetricNames[static_cast<std::size_t>(metric)]; }
Metric metric_named(std::string_view name) { return static_cast<Metric>(place_named("metric", name, kMetricNames)); }
Task task_of(Metric metric) {
  if (metric == Metric::kSubsetAccuracy || metric == Metric::kMicroF1) return Task::kLabels;
  return metric < Metric::kRmse ? Task::kClasses : Task::kNumbers;
}
bool larger_is_better(Metric metric) {
  return metric != Metric::kLogLoss && metric != Metric::kRmse && metric != Metric::kMae && metric != Metric::kLoss;
}
std::span<const Metric> metrics_of(Task task) {
  if (task == Task::kLabels) return kOfLabels;
  return task == Task::kClasses ? std::span<const Metric>(kOfClasses) : std::span<const Metric>(kOfNumbers);
}
Metric default_metric(Task task, std::size_t targets) {
  if (task != Task::kNumbers) return Metric::kAccuracy;
  return targets == 1 ? Metric::kRmse : Metric::kR2;
}

}  // namespace bprop
