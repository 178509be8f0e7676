// SPDX-License-Identifier: Apache-2.0
#include "bprop/preprocessing.h"

#include <fmt/format.h>

#include <array>
#include <span>

#include "base/named.h"

namespace bprop {
namespace {

constexpr std::array<std::string_view, 3> kTasks = {"classes", "numbers", "labels"};
constexpr std::array<std::string_view, 3> kScalings = {"none", "standard", "robust"};

}  // namespace

std::string_view name(Task task) { return kTasks[static_cast<std::size_t>(task)]; }

Task task_named(std::string_view name) { return static_cast<Task>(place_named("task", name, kTasks)); }

std::string_view name(Scaling scaling) { return kScalings[static_cast<std::size_t>(scaling)]; }

Scaling scaling_named(std::string_view name) { return static_cast<Scaling>(place_named("scaling", name, kScalings)); }

std::size_t InputColumn::features() const {
  const bool one_hot = kind == ColumnKind::kText && !signed_pair;
  return (one_hot ? categories.size() : 1) + (missing_seen ? 1 : 0);
}

std::size_t TargetColumn::outputs() const { return one_hot ? classes.size() : outputs_each; }

std::size_t Preprocessing::features() const {
  std::size_t sum = 0;
  for (const InputColumn& input : inputs) sum += input.features();
  return sum;
}

std::size_t Preprocessing::outputs() const {
  std::size_t sum = target.outputs();
  for (const TargetColumn& further : further_targets) sum += further.outputs();
  return sum;
}

Task Preprocessing::task() const {
  return !further_targets.empty() && target.task == Task::kClasses ? Task::kLabels : target.task;
}

std::vector<TargetColumn> Preprocessing::targets() const {
  std::vector<TargetColumn> all = {target};
  all.insert(all.end(), further_targets.begin(), further_targets.end());
  return all;
}

std::vector<std::string> Preprocessing::feature_names() const {
  std::vector<std::string> names;
  names.reserve(features());
  for (const InputColumn& input : inputs) {
    if (input.kind != ColumnKind::kText) names.push_back(input.name);
    for (const std::string& category : std::span(input.categories).subspan(input.signed_pair ? 1 : 0)) {
      names.push_back(fmt::format("{}={}", input.name, category));
    }
    if (input.missing_seen) names.push_back(fmt::format("{} is missing", input.name));
  }
  return names;
}

std::vector<ColumnHint> column_hints(const Preprocessing& preprocessing) {
  std::vector<ColumnHint> hints;
  for (const InputColumn& input : preprocessing.inputs) hints.push_back({input.name, input.kind});
  for (const TargetColumn& target : preprocessing.targets()) {
    if (target.task == Task::kNumbers && !target.name.empty()) hints.push_back({target.name, ColumnKind::kNumber});
  }
  return hints;
}

}  // namespace bprop
