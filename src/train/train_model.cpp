// SPDX-License-Identifier: Apache-2.0
#include "train/train_model.h"

#include <utility>
#include <variant>

#include "base/check.h"
#include "base/sentence.h"
#include "nn/leaves.h"
#include "train/calibrate.h"
#include "train/loop.h"
#include "train/setup.h"
#include "train/trace_record.h"
#include "train/trainer_options.h"

namespace bprop::training {
namespace {

template <class T>
void train_on_table(Model& model, const Dataset& train, const Dataset& validation, const LoopOptions& loop,
                    const TrainObserver& observer, TrainResult& result) {
  const TableRows<T> rows(*model.preprocessing, train, Encoder::Targets::kRequired);
  const bool validate = validation.rows() > 0;
  const TableRows<T> validation_rows(*model.preprocessing, validate ? validation : train.select({}),
                                     Encoder::Targets::kRequired);
  result.warnings.insert(result.warnings.end(), rows.warnings().begin(), rows.warnings().end());
  for (const std::string& warning : validation_rows.warnings()) {
    result.warnings.push_back("of the validation rows: " + warning);
  }
  RunFolder folder(loop.options);
  run_loop<T>(model, rows, validation_rows, loop, observer, folder, result);
  if (result.best_epoch == 0) return;
  folder.end(model);
  if (!loop.options.calibrate) return;
  calibrate<T>(model, validation_rows, loop.options.pool, result);
  folder.best(model);
}

void warn_of_idle_ranks(const TrainOptions& options, std::size_t rows, std::vector<std::string>& warnings) {
  const std::size_t ranks = options.communicator == nullptr ? 1 : options.communicator->ranks();
  const std::size_t batch = batch_rows(options, rows);
  const std::size_t leaves = nn::leaf_count(batch, options.leaves);
  if (ranks <= leaves) return;
  warnings.push_back(fmt::format(
      "an update of {} is cut into {} {}, so {} of {} ranks have nothing to do; {} leaves would give each one a part",
      counted(batch, "row"), leaves, leaves == 1 ? "leaf" : "leaves", ranks - leaves, ranks, ranks));
}

}  // namespace

void check_validation(const TrainOptions& o, std::size_t validation_rows) {
  BPROP_CHECK(o.patience == 0 || validation_rows > 0, UsageError,
              "patience is {} epochs, but there are no validation rows to measure progress on", o.patience);
}

void check_batch_of(const Model& model, const TrainOptions& options, std::size_t rows) {
  std::visit([&](const auto& of) { check_batch(of.architecture(), batch_rows(options, rows), options.leaves); },
             model.network);
}

TrainResult train_model(Beginning beginning, WeightedRows rows, const Dataset& validation, const TrainOptions& options,
                        const TrainObserver& observer) {
  Model& model = beginning.model;
  const RecipeChoice* const choice = beginning.choice;
  const Dataset& train = rows.rows;
  finish_weights(options, *model.preprocessing, rows);
  check_validation(options, validation.rows());
  BPROP_CHECK(train.rows() > 0, UsageError, "{}: there are no rows to train on", train.source());
  check_batch_of(model, options, train.rows());
  check_trace_size(options, model, train.rows());
  TrainResult result{.model = std::move(model)};
  result.warnings = std::move(beginning.warnings);
  result.warnings.insert(result.warnings.end(), rows.warnings.begin(), rows.warnings.end());
  result.train_rows = train.rows();
  result.validation_rows = validation.rows();
  result.metric = chosen_metric(options, result.model, choice == nullptr ? validation.rows() : train.rows());
  if (choice != nullptr) result.choice = *choice;
  check_calibration(options, result.model, validation.rows());
  warn_of_idle_ranks(options, train.rows(), result.warnings);
  if (observer.begin) observer.begin(result.model, train.rows(), validation.rows());
  const LoopOptions loop{.options = options, .weights = rows.weights, .choice = choice, .start = beginning.start};
  if (std::holds_alternative<Network>(result.model.network)) {
    train_on_table<float>(result.model, train, validation, loop, observer, result);
  } else {
    train_on_table<double>(result.model, train, validation, loop, observer, result);
  }
  return result;
}

}  // namespace bprop::training
