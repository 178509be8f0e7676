// SPDX-License-Identifier: Apache-2.0
//
// TargetScores: the RowScores of each target, and what they are together. One target has its own metrics. Several have
// their mean over the targets where a metric is defined, with the interval of the rows' influence on that mean; labels
// also have metrics of a row's labels together. As RowScores, it takes its memory in the constructor.
#pragma once

#include <cstddef>
#include <vector>

#include "train/row_scores.h"

namespace bprop::training {

template <class T>
class TargetScores {
 public:
  // On input: `targets` outlives this. A single target may have any number of outputs.
  TargetScores(const std::vector<TargetColumn>& targets, std::size_t outputs, const RowScoresOptions& options);

  void clear();
  // Rows × outputs, row-major, as the network has them.
  void add(std::size_t rows, const T* predictions, const T* targets);

  std::size_t rows() const { return each_.front().rows(); }
  // Of the rows so far, at least one. value() allocates nothing.
  double value(Metric metric);
  Score score(Metric metric);
  std::vector<RowScores<T>>& each() { return each_; }

 private:
  double mean(Metric metric);
  Score mean_score(Metric metric);
  double subset_accuracy() const;
  double micro_f1(bool influence);
  // 1.96 √(Σψ² · factor)
  double half_width(double factor) const;

  std::vector<RowScores<T>> each_;
  std::vector<double> influence_;  // of several targets
};

}  // namespace bprop::training
