// SPDX-License-Identifier: Apache-2.0
#include "folds_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "quantity.h"

namespace bprop::cli {
namespace {

std::string short_number(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–"; }

// "94.7 % ± 1.3", "rmse 0.21 ± 0.01"
std::string mean_text(const FoldScore& score) {
  if (score.metric == Metric::kAccuracy) {
    return fmt::format("accuracy {} % ± {}", percent(score.mean), percent(score.standard_error));
  }
  return fmt::format("{} ± {:.2g}", score_text(score.metric, score.mean), score.standard_error);
}

}  // namespace

std::string folds_text(const CrossValidation& result, const TrainReport& report) {
  std::vector<std::vector<std::string>> table = {{"fold", "rows", "epoch"}};
  for (const FoldScore& score : result.scores) table[0].emplace_back(name(score.metric));
  for (const Fold& fold : result.folds) {
    auto& line = table.emplace_back();
    line = {fmt::format("{}", table.size() - 1), with_commas(fold.evaluation.rows), with_commas(fold.best_epoch)};
    for (const Score& score : fold.evaluation.scores) line.push_back(short_number(score.value));
  }
  table.push_back({"mean", "", ""});
  for (const FoldScore& score : result.scores) table.back().push_back(short_number(score.mean));
  table.push_back({"standard error", "", ""});
  for (const FoldScore& score : result.scores) table.back().push_back(short_number(score.standard_error));
  const Evaluation& first = result.folds[0].evaluation;
  const Metric by_default = default_metric(first.task, std::max<std::size_t>(first.targets.size(), 1));
  const Metric metric = report.options.metric.value_or(by_default);
  const FoldScore& asked = result.score(metric == Metric::kLoss ? by_default : metric);
  return fmt::format("\n{}\nmean of {} folds: {} (standard error); no model is written\n",
                     aligned_table(std::move(table)), result.folds.size(), mean_text(asked));
}

}  // namespace bprop::cli
