// SPDX-License-Identifier: Apache-2.0
//
// What `bprop train --folds` says, as text and as JSON.
#pragma once

#include <string>

#include "bprop/folds.h"
#include "train_report.h"

namespace bprop::cli {

// A line a fold with every metric, then mean and standard error; then the metric asked for in one sentence.
std::string folds_text(const CrossValidation& result, const TrainReport& report);

}  // namespace bprop::cli
