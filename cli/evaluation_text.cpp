// SPDX-License-Identifier: Apache-2.0
#include "evaluation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "quantity.h"

namespace bprop::cli {
namespace {

using Table = std::vector<std::vector<std::string>>;

constexpr std::size_t kMostInMatrix = 12;
constexpr std::size_t kMostMistakes = 10;

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–"; }
std::string interval(double low, double high) {
  return std::isfinite(low) && std::isfinite(high) ? fmt::format("{} to {}", number(low), number(high)) : "–";
}

// What a metric over classes is over.
std::string title(const Evaluation& e, Metric metric) {
  const std::string text(name(metric));
  if (e.task == Task::kLabels) return metric == Metric::kF1 ? text + ", mean of the labels" : text;
  if (metric == Metric::kF1 && !e.positive_class.empty()) return fmt::format("{} of '{}'", text, e.positive_class);
  if (metric == Metric::kF1) return text + ", mean of the classes";
  if (metric == Metric::kAuc && e.classes.size() > 2) return text + ", mean of one class against the rest";
  return text;
}

std::string matrix(const Evaluation& e) {
  const std::size_t classes = e.classes.size();
  Table table = {{"class \\ said to be"}};
  table[0].insert(table[0].end(), e.classes.begin(), e.classes.end());
  for (std::size_t k = 0; k < classes; ++k) {
    auto& row = table.emplace_back(1, e.classes[k]);
    for (std::size_t said = 0; said < classes; ++said) row.push_back(with_commas(e.confusion[k * classes + said]));
  }
  return aligned_table(std::move(table));
}

std::string mistakes(const Evaluation& e) {
  const std::size_t classes = e.classes.size();
  std::vector<std::pair<std::size_t, std::size_t>> wrong;  // rows, place in the matrix
  for (std::size_t i = 0; i < e.confusion.size(); ++i) {
    if (i / classes != i % classes && e.confusion[i] > 0) wrong.emplace_back(e.confusion[i], i);
  }
  std::sort(wrong.begin(), wrong.end(),
            [](const auto& a, const auto& b) { return std::tuple(b.first, a.second) < std::tuple(a.first, b.second); });
  if (wrong.size() > kMostMistakes) wrong.resize(kMostMistakes);
  Table table = {{"class", "said to be", "rows"}};
  for (const auto& [rows, i] : wrong)
    table.push_back({e.classes[i / classes], e.classes[i % classes], with_commas(rows)});
  return "most frequent mistakes\n" + aligned_table(std::move(table));
}

}  // namespace

std::string targets_table(const Evaluation& e) {
  if (e.targets.empty()) return {};
  const bool labels = e.task == Task::kLabels;
  Table table = {{"target"}};
  for (const Score& s : e.targets.front().scores) table[0].emplace_back(name(s.metric));
  for (const QuantileScore& q : e.targets.front().quantiles) table[0].push_back(fmt::format("pinball {}", q.quantile));
  table[0].emplace_back(labels ? "more frequent value" : "RMSE of the mean");
  for (const Evaluation& one : e.targets) {
    auto& row = table.emplace_back(1, one.target);
    for (const Score& s : one.scores) row.push_back(number(s.value));
    for (const QuantileScore& q : one.quantiles) row.push_back(number(q.value));
    row.push_back(labels ? fmt::format("'{}' {}", one.trivial_class, number(one.trivial_accuracy))
                         : number(one.trivial_rmse));
  }
  return "\n" + aligned_table(std::move(table));
}

std::string metrics_table(const Evaluation& e) {
  Table table = {{"metric", "value", "95 % interval"}};
  for (const Score& s : e.scores) table.push_back({title(e, s.metric), number(s.value), interval(s.low, s.high)});
  for (const QuantileScore& q : e.quantiles) {
    table.push_back({fmt::format("pinball loss at {}", q.quantile), number(q.value), interval(q.low, q.high)});
  }
  for (const LossScore& s : e.loss_scores) {
    table.push_back({s.name, number(s.value), interval(s.low, s.high)});
  }
  return aligned_table(std::move(table));
}

std::string confusion_table(const Evaluation& e) {
  if (e.confusion.empty()) return {};
  return e.classes.size() <= kMostInMatrix ? matrix(e) : mistakes(e);
}

}  // namespace bprop::cli
