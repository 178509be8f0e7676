// SPDX-License-Identifier: Apache-2.0
//
// Training under somebody's eyes: the lines before it on stdout, progress on stderr, Ctrl-C and TERM caught.
#pragma once

#include <functional>

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

}  // namespace bprop::cli
