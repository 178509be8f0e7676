// SPDX-License-Identifier: Apache-2.0
#include "watched_training.h"

#include <cstdio>
#include <utility>

#include "progress.h"
#include "signals.h"
#include "text_file.h"

namespace bprop::cli {

WatchedTraining watched(const TrainReport& report, const ProgramOptions& program,
                        const std::function<TrainResult(const TrainObserver&)>& train) {
  const StopSignals signals;
  Progress progress(!program.quiet, report.options);
  TrainObserver observer;
  observer.begin = [&](const Model& start, std::size_t train_rows, std::size_t validation_rows) {
    progress.begin(start, train_rows);
    if (program.json) return;
    if (start.preprocessing) print(data_line(report, *start.preprocessing, train_rows, validation_rows));
    print(network_line(start) + learning_line(report.options, start));
    std::fflush(stdout);
  };
  observer.step = [&](std::size_t step, std::size_t total, double loss) { progress.step(step, total, loss); };
  observer.epoch = [&](const EpochReport& epoch) { progress.epoch(epoch); };
  observer.stop = &signals.flag();

  TrainResult result = train(observer);
  progress.end();
  program.remark_all("train", result.warnings);
  for (const Finding& finding : result.findings) program.remark_all("train", {sentence(finding)});
  const bool diverged = result.stop_reason == StopReason::kDiverged;
  return {std::move(result), diverged ? ExitCode::kFailed : signals.exit_code()};
}

}  // namespace bprop::cli
