// SPDX-License-Identifier: Apache-2.0
//
// Training rows with what each counts: weights by column and by class (bprop/weights.h).
#pragma once

#include <string>
#include <vector>

#include "bprop/train.h"

namespace bprop::training {

struct WeightedRows {
  Dataset rows;
  std::vector<double> weights = {};        // of the rows, above 0, mean 1; empty: all equal
  std::vector<std::string> warnings = {};  // rows left out
};

// The rows whose weight in the options' column is above 0; weights are as they stand there. Throws UsageError when
// there is no such column or it is the target, FormatError for text, and for a weight that is missing, negative or 0 in
// every row.
WeightedRows rows_with_weight(const Dataset& data, const TrainOptions& options);

// Multiplies by the weights of the classes and divides by the mean. Throws UsageError for class weights that do not fit
// the target.
void finish_weights(const TrainOptions& options, const Preprocessing& preprocessing, WeightedRows& rows);

}  // namespace bprop::training
