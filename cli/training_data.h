// SPDX-License-Identifier: Apache-2.0
//
// The rows of `bprop train`: those to train on, those of validation, those of the test.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bprop/train.h"
#include "data_options.h"
#include "options.h"

namespace bprop::cli {

class TrainingData {
 public:
  void declare(Options& options);

  // "": the network's own rows are meant.
  const std::string& path() const { return table_.path; }

  // Takes out the options that do not apply: all of them without DATA, labels without a file of images. Throws
  // UsageError when one of those is given.
  void exclude(Options& options) const;

  struct Rows {
    Dataset all;  // of DATA
    TrainValidationTest parts;
    std::size_t folds = 0;  // of the training rows, to choose a recipe by: then there are none of validation
  };
  // Those that load() reads.
  std::vector<std::string> files() const;
  // `start`: the model to go on from, or null.
  Rows load(TrainOptions& train, const Model* start) const;
  // For folds: all rows, and the share of validation. Throws UsageError for rows of validation in a file of their own.
  Dataset load_all(TrainOptions& train) const;

 private:
  std::string validation_file() const { return validation_ ? validation_->path : std::string(); }

  DataOptions table_;
  std::optional<Share> validation_;
  Share test_{SplitOptions{}.test};
  std::string validation_labels_;
  std::string test_labels_;
};

}  // namespace bprop::cli
