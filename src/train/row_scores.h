// SPDX-License-Identifier: Apache-2.0
//
// RowScores: what the metrics of bprop/metrics.h need of every row, and the metrics of that. Rows come in turn. All
// memory is taken by the constructor, so that an epoch's validation takes none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bprop/metrics.h"

namespace bprop::training {

struct RowScoresOptions {
  std::size_t rows = 0;            // at most so many will come
  bool probabilities = false;      // outputs are probabilities; without, log_loss is undefined
  bool whole_scores = true;        // all outputs of classes are kept, for auc, which is undefined without
  std::size_t positive_class = 1;  // whose f1 it is, of two classes
  double threshold = 0.5;          // class_threshold() of the loss
  std::size_t point = 0;           // of a target's several outputs, the one that is the prediction
  // Where this target's outputs stand among all of a row.
  std::size_t first = 0;
  std::size_t stride = 0;  // all outputs; 0: this target's
};

// An AUC needs rows × classes floats; beyond so many (1 GiB) it is undefined.
inline constexpr std::size_t kMostScores = std::size_t{1} << 28;

template <class T>
class RowScores {
 public:
  // On input: `target` outlives this.
  RowScores(const TargetColumn& target, std::size_t outputs, const RowScoresOptions& options);

  void clear() { rows_ = 0; }
  // Rows × all outputs, row-major, as the network has them.
  void add(std::size_t rows, const T* predictions, const T* targets);

  std::size_t rows() const { return rows_; }
  std::size_t positive_class() const { return options_.positive_class; }
  // Of the rows so far, at least one, of the target's task. value() allocates nothing.
  double value(Metric metric);
  Score score(Metric metric);
  QuantileScore quantile_score(double quantile);  // of numbers
  // Each row's influence ψ on value(metric) (bprop/metrics.h), until the next call. Not of balanced_accuracy.
  std::span<const double> influence(Metric metric);

  // Rows of class `answer` that were said to be of class `said`, at answer · classes + said.
  std::vector<std::size_t> confusion() const;
  std::span<const std::uint32_t> answers() const { return std::span(answer_).first(rows_); }
  std::span<const std::uint32_t> said() const { return std::span(said_).first(rows_); }
  std::span<const double> truth() const { return std::span(truth_).first(rows_ * numbers_); }  // (rows × numbers)

 private:
  void add_class(const T* prediction, const T* target);
  void add_numbers(const T* prediction, const T* target);
  double accuracy() const;
  Score balanced_accuracy();
  double f1(bool influence);
  double f1_of_class(std::size_t k, double share, bool influence);
  double auc(bool influence);
  double auc_of_class(std::size_t k, double share, bool influence);
  double r2(bool influence);
  // Mean of x(row) over the rows; into influence_ if asked.
  template <class X>
  double mean(const X& x, bool influence);
  double squared_error(std::size_t row) const;
  double worked_out(Metric metric, bool influence);
  // 1.96 √(Σψ² · factor)
  double half_width(double factor) const;
  void count_classes();

  const TargetColumn& target_;
  std::size_t outputs_;
  std::size_t numbers_;  // of the outputs, those that are predictions of numbers
  RowScoresOptions options_;
  std::size_t rows_ = 0;
  std::size_t score_columns_;  // 1: of the second class
  // Of classes.
  std::vector<std::uint32_t> answer_;
  std::vector<std::uint32_t> said_;
  std::vector<double> log_loss_;
  std::vector<T> scores_;  // (rows × score_columns)
  std::vector<std::uint32_t> order_;
  std::vector<std::size_t> answered_, named_, right_;  // of each class
  // Of numbers, in the target's own units: (rows × numbers).
  std::vector<double> truth_;
  std::vector<double> error_;  // ŷ − y
  std::vector<double> influence_;
};

}  // namespace bprop::training
