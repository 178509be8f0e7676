// SPDX-License-Identifier: Apache-2.0
//
// The training loop over rows from anywhere: epochs, batches, validation, the best weights, and when to stop.
#pragma once

#include <span>

#include "bprop/train.h"
#include "train/row_source.h"
#include "train/run_folder.h"

namespace bprop::training {

struct LoopOptions {
  const TrainOptions& options;
  bool shuffle = true;
  bool freeze_biases = false;
  std::span<const double> weights = {};  // of the training rows; empty: all 1
  const RecipeChoice* choice = nullptr;  // whose epoch ends training, and whose means are the validation; null: none
  const Model* start = nullptr;          // whose weights come back if no good ones are left; null: those of the seed
};

// Trains `model`'s network (which must be a BasicNetwork<T>) on `train`; `validation` may have no rows. Everything but
// the model itself goes into `result`; afterwards `model` has the weights to keep.
template <class T>
void run_loop(Model& model, const RowSource<T>& train, const RowSource<T>& validation, const LoopOptions& loop,
              const TrainObserver& observer, RunFolder& folder, TrainResult& result);

}  // namespace bprop::training
