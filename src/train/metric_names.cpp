// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/named.h"
#include "bprop/metrics.h"

namespace bprop {
namespace {

constexpr std::array<std::string_view, 9> kMetricNames = {
    "accuracy", "balanced_accuracy", "log_loss", "auc", "f1", "rmse", "mae", "r2", "loss"};
constexpr std::array kOfClasses = {Metric::kAccuracy, Metric::kBalancedAccuracy, Metric::kLogLoss, Metric::kAuc,
                                   Metric::kF1};
constexpr std::array kOfNumbers = {Metric::kRmse, Metric::kMae, Metric::kR2};

}  // namespace

std::string_view name(Metric metric) { return kMetricNames[static_cast<std::size_t>(metric)]; }
Metric metric_named(std::string_view name) { return static_cast<Metric>(place_named("metric", name, kMetricNames)); }
Task task_of(Metric metric) { return metric < Metric::kRmse ? Task::kClasses : Task::kNumbers; }
bool larger_is_better(Metric metric) {
  return metric != Metric::kLogLoss && metric != Metric::kRmse && metric != Metric::kMae && metric != Metric::kLoss;
}
std::span<const Metric> metrics_of(Task task) {
  return task == Task::kClasses ? std::span<const Metric>(kOfClasses) : std::span<const Metric>(kOfNumbers);
}
Metric default_metric(Task task) { return task == Task::kClasses ? Metric::kAccuracy : Metric::kRmse; }

}  // namespace bprop
