// SPDX-License-Identifier: Apache-2.0
//
// k-fold cross-validation: the rows are dealt into k parts, and k models, each trained on all parts but one, are
// evaluated on the part that they never saw. It says how good models of these options are on such data, and how much
// that varies; it leaves no model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/evaluate.h"
#include "bprop/train.h"

namespace bprop {

// The k parts, each with what is left as `train`: sizes differ by one row at most; if the target looks like classes or
// `stratify` says so, each class is dealt evenly, too. At random by the seed, rows of a part in the order of the
// source. Throws UsageError for folds below 2 or above the rows, FormatError for a class of a single row, which no
// training would see when it is tested.
std::vector<TrainTest> split_folds(const Dataset& data, std::size_t folds, std::uint64_t seed = 0,
                                   std::optional<bool> stratify = {});

struct Fold {
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;  // TrainOptions::validation of the training rows
  std::size_t best_epoch = 0;
  StopReason stop_reason = StopReason::kEpochs;
  Evaluation evaluation;  // of the part laid aside
};

struct FoldScore {
  Metric metric = Metric::kAccuracy;
  double mean = 0;            // over the folds where the metric is defined; NaN: nowhere
  double standard_error = 0;  // their standard deviation (n − 1) / √n; NaN of fewer than two
};

struct CrossValidation {
  std::vector<Fold> folds;            // those that were finished
  std::vector<FoldScore> scores;      // in the order of metrics_of()
  std::vector<std::string> warnings;  // of any fold, each once
  double seconds = 0;

  const FoldScore& score(Metric metric) const;
};

// The same options and seed for every fold. The observer sees each training begin; when it stops one, that fold and
// those after it are left out. Throws what train() does, and UsageError for a run_directory.
CrossValidation cross_validate(const Dataset& data, std::size_t folds, const TrainOptions& options = {},
                               const TrainObserver& observer = {});

}  // namespace bprop
