// SPDX-License-Identifier: Apache-2.0
//
// held_out: what a model says about rows whose answers are known, row by row: who is taken for whom, whether its
// probabilities can be believed, where it is most wrong. evaluate() has the same in a few numbers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/evaluate.h"
#include "bprop/model.h"
#include "bprop/thread_pool.h"

namespace bprop {

// Rows of class `truth` that the model takes for `prediction`; both are positions in HeldOut::classes.
struct ConfusionCell {
  std::size_t truth = 0;
  std::size_t prediction = 0;
  std::size_t rows = 0;
  bool operator==(const ConfusionCell&) const = default;
};

// Classes: the rows that the model is so sure of, from `low` to below `high` (the last bin: to 1). Numbers: a tenth of
// the rows in the order of what it says, from `low` to `high`.
struct ReliabilityBin {
  double low = 0;
  double high = 0;
  std::size_t rows = 0;
  double said = 0;    // classes: mean probability of the class chosen; numbers: mean prediction. 0 without rows
  double actual = 0;  // classes: share of rows whose class is right; numbers: mean target
};

struct WorstRow {
  std::size_t row = 0;     // among all rows of the source, from 0
  std::string where = {};  // "people.csv, line 7"
  std::string truth = {};  // as the table has it
  std::string prediction = {};
  double said = 0;  // classes: probability of the class chosen; numbers: the prediction
  double loss =
      0;  // classes: −log of the true class's probability (that below 1e-300 counts as such); numbers: |ŷ − y|
};

// Of a model whose outputs are no probabilities (independent sigmoids, another loss), `bins` is empty, and the loss of
// a row is 1 − the true class's output.
struct HeldOut {
  Evaluation evaluation = {};
  std::vector<HeldOut> targets = {};          // of several targets each by itself; this one then has nothing below
  std::vector<std::string> classes = {};      // empty for numbers
  std::vector<ConfusionCell> confusion = {};  // those with rows, by truth, then prediction
  std::vector<ReliabilityBin> bins = {};      // 10
  double calibration_error = 0;  // classes: Σ rows |said − actual| / N (Naeini et al. 2015; Guo et al. 2017)
  std::vector<double> truth = {}, said = {};  // numbers: of at most kMostPoints rows, evenly spaced
  std::vector<WorstRow> worst = {};           // at most kWorstRows, the worst first, then in the order of the rows
  static constexpr std::size_t kBins = 10;
  static constexpr std::size_t kMostPoints = 1000;
  static constexpr std::size_t kWorstRows = 20;
};

// Throws what evaluate() throws. Two passes over the rows.
HeldOut held_out(const Model& model, const Dataset& rows, ThreadPool* pool = nullptr);

}  // namespace bprop
