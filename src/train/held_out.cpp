// SPDX-License-Identifier: Apache-2.0
#include "bprop/held_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "train/row_source.h"

namespace bprop {
namespace {

constexpr double kLeastProbability = 1e-300;

// The answers to one target beside the model's.
struct Answers {
  const Dataset& rows;
  std::size_t target = 0;            // column
  std::vector<std::size_t> truth{};  // classes
  std::vector<double> numbers{};     // else
  Predictions said{};
  std::size_t point = 0;  // numbers: the output that is the prediction

  double value(std::size_t row, std::size_t output) const { return said.values[row * said.outputs + output]; }
  double number(std::size_t row) const { return value(row, point); }
  bool of_classes() const { return !said.classes.empty(); }
};

// What the model says of one target, as if it were the only one: of a label both probabilities, or
// margins.
Predictions of_target(const Model& model, const Predictions& all, std::size_t target) {
  const std::size_t targets = all.targets.size();
  if (targets == 1) return all;
  Predictions one;
  one.rows = all.rows;
  one.outputs = all.task == Task::kLabels ? 2 : 1;
  one.task = all.targets[target].task;
  one.targets = {all.targets[target]};
  one.classes = one.targets.front().classes;
  one.probabilities = all.probabilities;
  for (std::size_t n = 0; n < all.rows; ++n) {
    const double value = all.values[n * targets + target];
    if (all.task == Task::kLabels) {
      one.values.push_back((model.loss.loss == Loss::kHinge ? 0 : 1) - value);
      one.chosen.push_back(all.chosen[n * targets + target]);
    }
    one.values.push_back(value);
  }
  return one;
}

Answers answers_of(const Model& model, const Dataset& rows, const Encoder& encoder, const Predictions& said,
                   std::size_t target) {
  Answers answers{.rows = rows,
                  .target = rows.targets()[target],
                  .said = of_target(model, said, target),
                  .point = said.targets.size() == 1 ? target_outputs(model.loss).point : 0};
  for (std::uint32_t n = 0; n < rows.rows(); ++n) {
    if (answers.of_classes()) {
      answers.truth.push_back(encoder.target_class(n, target));
    } else {
      answers.numbers.push_back(rows.cell(n, answers.target));
    }
  }
  return answers;
}

std::vector<ConfusionCell> confusion_of(const Answers& answers) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> counts;
  for (std::size_t n = 0; n < answers.truth.size(); ++n) ++counts[{answers.truth[n], answers.said.chosen[n]}];
  std::vector<ConfusionCell> cells;
  for (const auto& [pair, rows] : counts) cells.push_back({pair.first, pair.second, rows});
  return cells;
}

// Sums first; finished() makes means of them.
void count(ReliabilityBin& bin, double said, double actual) {
  ++bin.rows;
  bin.said += said;
  bin.actual += actual;
}
void finish(ReliabilityBin& bin) {
  if (bin.rows == 0) return;
  bin.said /= static_cast<double>(bin.rows);
  bin.actual /= static_cast<double>(bin.rows);
}

std::vector<ReliabilityBin> bins_of_classes(const Answers& answers) {
  std::vector<ReliabilityBin> bins(HeldOut::kBins);
  for (std::size_t b = 0; b < bins.size(); ++b) {
    bins[b].low = static_cast<double>(b) / HeldOut::kBins;
    bins[b].high = static_cast<double>(b + 1) / HeldOut::kBins;
  }
  for (std::size_t n = 0; n < answers.truth.size(); ++n) {
    const double said = answers.value(n, answers.said.chosen[n]);
    const auto bin = static_cast<std::size_t>(said * HeldOut::kBins);
    count(bins[std::min(bin, bins.size() - 1)], said, answers.said.chosen[n] == answers.truth[n] ? 1 : 0);
  }
  for (ReliabilityBin& bin : bins) finish(bin);
  return bins;
}

std::vector<ReliabilityBin> bins_of_numbers(const Answers& answers) {
  const std::size_t rows = answers.numbers.size();
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return answers.number(a) != answers.number(b) ? answers.number(a) < answers.number(b) : a < b;
  });
  std::vector<ReliabilityBin> bins(std::min(HeldOut::kBins, rows));
  for (std::size_t b = 0; b < bins.size(); ++b) {
    const std::size_t first = b * rows / bins.size();
    const std::size_t last = (b + 1) * rows / bins.size();
    bins[b].low = answers.number(order[first]);
    bins[b].high = answers.number(order[last - 1]);
    for (std::size_t n = first; n < last; ++n) {
      count(bins[b], answers.number(order[n]), answers.numbers[order[n]]);
    }
    finish(bins[b]);
  }
  return bins;
}

double loss_of(const Answers& answers, std::size_t row) {
  if (!answers.of_classes()) return std::abs(answers.number(row) - answers.numbers[row]);
  const double of_truth = answers.value(row, answers.truth[row]);
  return answers.said.probabilities ? -std::log(std::max(of_truth, kLeastProbability)) : 1 - of_truth;
}

std::vector<WorstRow> worst_of(const Answers& answers) {
  std::vector<double> losses;
  for (std::size_t n = 0; n < answers.said.rows; ++n) losses.push_back(loss_of(answers, n));
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t most = std::min(HeldOut::kWorstRows, order.size());
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(most);
  std::partial_sort(order.begin(), middle, order.end(), [&](std::size_t a, std::size_t b) {
    return losses[a] != losses[b] ? losses[a] > losses[b] : a < b;
  });
  order.resize(most);
  std::vector<WorstRow> worst;
  for (const std::size_t n : order) {
    const double said = answers.value(n, answers.of_classes() ? answers.said.chosen[n] : answers.point);
    worst.push_back({answers.rows.source_row(n), answers.rows.where(n), answers.rows.text(n, answers.target),
                     answers.of_classes() ? answers.said.classes[answers.said.chosen[n]] : fmt::format("{}", said),
                     said, losses[n]});
  }
  return worst;
}

HeldOut held_out_of(Evaluation evaluation, const Answers& answers) {
  HeldOut result{.evaluation = std::move(evaluation)};
  result.worst = worst_of(answers);
  if (answers.of_classes()) {
    result.classes = answers.said.classes;
    result.confusion = confusion_of(answers);
    if (!answers.said.probabilities) return result;
    result.bins = bins_of_classes(answers);
    for (const ReliabilityBin& bin : result.bins) {
      result.calibration_error += static_cast<double>(bin.rows) * std::abs(bin.said - bin.actual);
    }
    result.calibration_error /= static_cast<double>(answers.said.rows);
    return result;
  }
  result.bins = bins_of_numbers(answers);
  const std::size_t points = std::min(HeldOut::kMostPoints, answers.said.rows);
  for (std::size_t i = 0; i < points; ++i) {
    const std::size_t n = i * answers.said.rows / points;
    result.truth.push_back(answers.numbers[n]);
    result.said.push_back(answers.number(n));
  }
  return result;
}

}  // namespace

HeldOut held_out(const Model& model, const Dataset& rows, ThreadPool* pool) {
  Evaluation evaluation = evaluate(model, rows, pool);
  const Predictions said = predict(model, rows, pool);
  const Encoder encoder(training::preprocessing_for(model, rows), rows);
  if (evaluation.targets.empty()) return held_out_of(std::move(evaluation), answers_of(model, rows, encoder, said, 0));
  HeldOut result{.evaluation = std::move(evaluation)};
  for (std::size_t t = 0; t < result.evaluation.targets.size(); ++t) {
    result.targets.push_back(held_out_of(result.evaluation.targets[t], answers_of(model, rows, encoder, said, t)));
  }
  return result;
}

}  // namespace bprop
