// SPDX-License-Identifier: Apache-2.0
#include "training_data.h"

#include <utility>

#include "bprop/error.h"
#include "bprop/preprocessing.h"

namespace bprop::cli {
namespace {

constexpr std::string_view kOwnRows = "without DATA: the network is trained on its own rows";

std::vector<std::string> weight_columns(const TrainOptions& options) {
  return options.row_weights.empty() ? std::vector<std::string>() : std::vector{options.row_weights};
}

// Throws what evaluating these rows would throw, before hours of training instead of after.
void check_test_rows(const Dataset& test, const Dataset& train, const TrainOptions& options, const Model* start) {
  const bool as_before = start != nullptr && start->preprocessing;
  const Encoder encoder(
      as_before ? *start->preprocessing
                : fit_preprocessing(train, {.task = options.task, .ignore = weight_columns(options)}).preprocessing,
      test);
}

}  // namespace

void TrainingData::declare(Options& options) {
  options.positional("DATA", table_.path, "table, or images");
  options.heading("Data");
  table_.declare(options);
  options.value("validation", "SHARE|FILE", validation_,
                "rows that choose the epoch, of what the test leaves; 0: none; by default 0.2, or see --choose");
  options.value("validation-labels", "LABELS", validation_labels_, "labels of a FILE of images");
  options.value("test", "SHARE|FILE", test_, "rows laid aside to say how good the model is; 0: none");
  options.value("test-labels", "LABELS", test_labels_, "labels of a FILE of images");
}

void TrainingData::exclude(Options& options) const {
  if (path().empty()) {
    options.exclude({"validation", "validation-labels", "test", "test-labels"}, kOwnRows);
  }
  table_.exclude(options, kOwnRows);
  if (test_.path.empty()) options.exclude({"test-labels"}, "without a file of images for --test");
  if (validation_file().empty()) options.exclude({"validation-labels"}, "without a file of images for --validation");
}

Dataset TrainingData::load_all(TrainOptions& train) const {
  if (!validation_file().empty()) {
    throw UsageError("--validation " + validation_file() + ": expected a share of each fold's rows with --folds");
  }
  if (validation_) train.validation = validation_->fraction;
  return load_for_training(table_);
}

std::vector<std::string> TrainingData::files() const {
  std::vector<std::string> files;
  const auto add = [&](const std::string& path, const std::string& labels) {
    if (path.empty()) return;
    files.push_back(path);
    const std::string found = labels.empty() ? labels_beside(path) : labels;
    if (!found.empty()) files.push_back(found);
  };
  add(table_.path, table_.labels);
  add(validation_file(), validation_labels_);
  add(test_.path, test_labels_);
  return files;
}

TrainingData::Rows TrainingData::load(TrainOptions& train, const Model* start) const {
  const bool as_before = start != nullptr && start->preprocessing;
  if (validation_) train.validation = validation_->fraction;
  Dataset all = as_before ? load_for_model(*start, table_, true) : load_for_training(table_);
  SplitOptions split{.test = test_.fraction, .seed = train.seed};
  if (train.task && all.targets().size() == 1) split.stratify = *train.task == Task::kClasses;
  TrainValidationTest parts = split_three(all, split);
  const std::size_t folds = start == nullptr ? choice_folds(train, parts.train) : 0;
  const bool bagged = start == nullptr && !train.validation && validation_file().empty() &&
                      *resolved(train, Task::kNumbers).members > 1;
  if (folds == 0 && !bagged) {
    split.validation = train.validation.value_or(kValidationShare);
    parts = split_three(all, split);
  }
  if (!test_.path.empty()) parts.test = load_like(all, test_.path, test_labels_, table_);
  if (!test_.path.empty()) check_test_rows(parts.test, parts.train, train, start);
  if (!validation_file().empty()) parts.validation = load_like(all, validation_file(), validation_labels_, table_);
  return {std::move(all), std::move(parts), folds};
}

}  // namespace bprop::cli
