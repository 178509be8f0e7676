// SPDX-License-Identifier: Apache-2.0
//
// importance: which columns of a table a model goes by, measured on rows with answers, in two ways.
//   permutation  how much worse the model's metric becomes when the column's cells are dealt anew among the rows, all
//                inputs it is encoded to together; mean and standard deviation (n − 1) over the repeats. Columns that
//                say the same stand in for each other, and both may look unimportant. Breiman, Random forests, Machine
//                Learning 45 (2001); Fisher, Rudin and Dominici, JMLR 20 (2019)
//   gradient     Σ over the column's inputs of mean |∂prediction/∂x| · s(x), x the encoded input and s its standard
//                deviation (n) over the rows: how far the prediction moves, to first order, when the column moves by
//                its spread, whatever its units. The prediction is what predict() says: numbers in the target's own
//                units, of several targets in standard deviations of each, added; of labels the probabilities, added;
//                of classes the probabilities, ½ Σ over the classes (of two: |∂p|), so
//                1 would be from sure of one to sure of another
// What a model was not told cannot be important to it; nothing here speaks of causes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/metrics.h"
#include "bprop/model.h"
#include "bprop/thread_pool.h"

namespace bprop {

struct ImportanceOptions {
  // Changes the result.
  bool permutation = true;
  bool gradient = true;
  std::optional<Metric> metric{};  // of permutation; none: accuracy, or RMSE
  std::size_t repeats = 5;         // of permutation; at least 1. The same ones for every column
  std::size_t most_rows = 0;       // of more, so many evenly spaced ones; 0: all
  std::uint64_t seed = 0;          // of the permutations
  // Changes only speed.
  ThreadPool* pool = nullptr;
};

struct ColumnImportance {
  std::string name{};
  std::size_t inputs = 0;  // that it is encoded to
  // Permutation: positive if the metric is worse without the column, in the metric's units. NaN without.
  double drop = 0;
  double deviation = 0;  // of a repeat; NaN of a single one
  double gradient = 0;   // NaN without
};

struct Importance {
  std::size_t rows = 0;
  Metric metric = Metric::kAccuracy;
  double score = 0;  // of the rows as they are
  std::size_t repeats = 0;
  std::vector<ColumnImportance> columns{};  // the model's, in its order
  std::vector<std::string> warnings{};
};

// Throws what evaluate() throws; UsageError for a metric that does not fit the target or is undefined on these rows,
// for fewer than two rows, no repeat, and where gradients are asked for of a network whose last layer is not dense.
// Cost: columns × repeats passes over the rows, and for gradients about three passes an output; memory: the rows as the
// network reads them. The bits do not depend on the pool.
Importance importance(const Model& model, const Dataset& data, const ImportanceOptions& options = {});

// Positions in `columns`, the most important first: by drop, where that is not known by gradient; equals as they are.
std::vector<std::size_t> by_importance(const Importance& importance);

}  // namespace bprop
