// SPDX-License-Identifier: Apache-2.0
//
// Training under somebody's eyes: the lines before it on stdout, progress on stderr, Ctrl-C and TERM caught.
#pragma once

#include <functional>

#include "bprop/folds.h"
#include "exit_code.h"
#include "program_options.h"
#include "train_report.h"

namespace bprop::cli {

struct WatchedTraining {
  TrainResult result;
  ExitCode exit_code = ExitCode::kDone;  // of how training ended
};

WatchedTraining watched(const TrainReport& report, const ProgramOptions& program,
                        const std::function<TrainResult(const TrainObserver&)>& train);

struct WatchedChoice : RecipeChoice {
  ExitCode exit_code = ExitCode::kDone;
};

// Nothing is printed but progress, which begins anew with each training.
WatchedChoice watched_choice(const TrainReport& report, const ProgramOptions& program,
                             const std::function<RecipeChoice(const TrainObserver&)>& choose);

struct WatchedFolds {
  CrossValidation result;
  ExitCode exit_code = ExitCode::kDone;  // kFailed if a fold diverged
};

// The lines before the first fold are of all; progress begins anew with each.
WatchedFolds watched_folds(const TrainReport& report, const ProgramOptions& program,
                           const std::function<CrossValidation(const TrainObserver&)>& train);

}  // namespace bprop::cli
