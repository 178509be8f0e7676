// SPDX-License-Identifier: Apache-2.0
#include "bprop/folds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/check.h"
#include "base/random.h"
#include "data/class_target.h"
#include "train/add_once.h"
#include "train/setup.h"

namespace bprop {
namespace {

constexpr std::uint32_t kFirstGroup = std::uint32_t{1} << 20;  // other orders than those of split()

// The rows of each class, ascending; one group when not stratified.
std::vector<std::vector<std::uint32_t>> groups_by_class(const Dataset& data, bool stratify) {
  std::map<double, std::vector<std::uint32_t>> by_value;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const double value = stratify ? data.cell(row, *data.target()) : 0;
    by_value[std::isnan(value) ? std::numeric_limits<double>::infinity() : value].push_back(row);
  }
  std::vector<std::vector<std::uint32_t>> groups;
  for (auto& [value, rows] : by_value) {
    BPROP_CHECK(!stratify || rows.size() > 1, FormatError,
                "{}: its class '{}' has no other row, expected two at least, so that one is trained on",
                data.where(rows[0]), data.text(rows[0], *data.target()));
    groups.push_back(std::move(rows));
  }
  return groups;
}

FoldScore over_folds(Metric metric, const std::vector<Fold>& folds) {
  double sum = 0;
  double count = 0;
  const auto each = [&](const auto& visit) {
    for (const Fold& fold : folds) {
      if (const double value = fold.evaluation.score(metric).value; !std::isnan(value)) visit(value);
    }
  };
  each([&](double value) {
    sum += value;
    ++count;
  });
  const double mean = sum / count;
  double squares = 0;
  each([&](double value) { squares += (value - mean) * (value - mean); });
  return {metric, mean, std::sqrt(squares / (count - 1) / count)};
}

}  // namespace

bool training::can_be_dealt(const Dataset& data, Task task) {
  const std::size_t least = task == Task::kLabels ? 10 : 2;
  return std::ranges::all_of(data.targets(), [&](std::size_t target) {
    std::map<double, std::size_t> rows_of;
    for (std::size_t row = 0; row < data.rows(); ++row) {
      const double value = data.cell(row, target);
      if (!std::isnan(value)) ++rows_of[value];
    }
    return std::ranges::all_of(rows_of, [least](const auto& of) { return of.second >= least; });
  });
}

std::vector<TrainTest> split_folds(const Dataset& data, std::size_t folds, std::uint64_t seed,
                                   std::optional<bool> stratify) {
  BPROP_CHECK(folds >= 2 && folds <= data.rows(), UsageError, "folds is {}, expected 2 to the number of rows, {}",
              folds, data.rows());
  const bool by_class = stratify.value_or(data.targets().size() == 1 && data::looks_like_classes(data));
  BPROP_CHECK(!by_class || data.targets().size() == 1, UsageError, "folds by class need one target, {} has {}",
              data.source(), data.targets().size());
  std::vector<std::size_t> fold_of(data.rows());
  std::size_t dealt = 0;  // each class goes on where the one before ended
  std::uint32_t key = kFirstGroup;
  for (const auto& rows : groups_by_class(data, by_class)) {
    const Permutation order({.seed = seed, .purpose = Purpose::kSplit, .epoch = key++}, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) fold_of[rows[order(i)]] = dealt++ % folds;
  }
  std::vector<TrainTest> parts;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<std::uint32_t> train;
    std::vector<std::uint32_t> test;
    for (std::uint32_t row = 0; row < data.rows(); ++row) (fold_of[row] == fold ? test : train).push_back(row);
    parts.push_back({data.select(std::move(train)), data.select(std::move(test))});
  }
  return parts;
}

const FoldScore& CrossValidation::score(Metric metric) const {
  const auto found = std::find_if(scores.begin(), scores.end(), [metric](const auto& s) { return s.metric == metric; });
  BPROP_CHECK(found != scores.end(), UsageError, "metric {} is none of this target's", name(metric));
  return *found;
}

CrossValidation cross_validate(const Dataset& data, std::size_t folds, const TrainOptions& options,
                               const TrainObserver& observer) {
  BPROP_CHECK(options.run_directory.empty(), UsageError, "run_directory is '{}', but {} folds are no run",
              options.run_directory, folds);
  std::optional<bool> stratify;
  if ((options.task || options.loss) && data.targets().size() == 1) {
    stratify = task_of(options, data) == Task::kClasses;
  }
  CrossValidation result;
  for (const TrainTest& part : split_folds(data, folds, options.seed, stratify)) {
    const TrainResult trained = train(part.train, options, observer);
    result.seconds += trained.seconds;
    training::add_once(trained.warnings, result.warnings);
    if (trained.stop_reason == StopReason::kInterrupted) break;
    Fold fold{trained.train_rows, trained.validation_rows, trained.best_epoch, trained.stop_reason,
              evaluate(trained.model, part.test, options.pool)};
    training::add_once(fold.evaluation.warnings, result.warnings);
    result.folds.push_back(std::move(fold));
  }
  if (result.folds.empty()) return result;
  for (const Metric metric : metrics_of(result.folds[0].evaluation.task)) {
    result.scores.push_back(over_folds(metric, result.folds));
  }
  return result;
}

}  // namespace bprop
