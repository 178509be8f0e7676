// SPDX-License-Identifier: Apache-2.0
//
// From a model with its preprocessing and first weights to a trained one.
#pragma once

#include <string>
#include <vector>

#include "bprop/train.h"
#include "train/row_weights.h"

namespace bprop::training {

// Without validation rows nothing can be said of the best epoch or of patience. Throws UsageError.
void check_validation(const TrainOptions& options, std::size_t validation_rows);
// Throws UsageError for layers that the rows of an update cannot be used with.
void check_batch_of(const Model& model, const TrainOptions& options, std::size_t rows);

// Where a training begins.
struct Beginning {
  Model model;
  const Model* start = nullptr;            // null for weights of the seed
  std::vector<std::string> warnings = {};  // so far
  const RecipeChoice* choice = nullptr;
};

// The options are resolved and checked.
TrainResult train_model(Beginning beginning, WeightedRows rows, const Dataset& validation, const TrainOptions& options,
                        const TrainObserver& observer);

}  // namespace bprop::training
