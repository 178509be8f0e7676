// SPDX-License-Identifier: Apache-2.0
#include "watched_training.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "progress.h"
#include "signals.h"
#include "text_file.h"

namespace bprop::cli {

namespace {

void print_what_is_trained(const TrainReport& report, const Model& start, std::size_t train_rows,
                           std::size_t validation_rows) {
  if (start.preprocessing) print(data_line(report, *start.preprocessing, train_rows, validation_rows));
  if (report.choice != nullptr && report.choice->any()) print(choice_line(*report.choice));
  print(network_line(start) + learning_line(report.options, start));
  std::fflush(stdout);
}

}  // namespace

WatchedTraining watched(const TrainReport& report, const ProgramOptions& program,
                        const std::function<TrainResult(const TrainObserver&)>& train) {
  const StopSignals signals;
  Progress progress(!program.quiet, report.options);
  TrainObserver observer;
  observer.begin = [&](const Model& start, std::size_t train_rows, std::size_t validation_rows) {
    progress.begin(start, train_rows);
    if (!program.json) print_what_is_trained(report, start, train_rows, validation_rows);
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

WatchedChoice watched_choice(const TrainReport& report, const ProgramOptions& program,
                             const std::function<RecipeChoice(const TrainObserver&)>& choose) {
  const StopSignals signals;
  std::optional<Progress> progress;
  TrainObserver observer;
  observer.begin = [&](const Model& start, std::size_t train_rows, std::size_t) {
    progress.emplace(!program.quiet, report.options);
    progress->begin(start, train_rows);
  };
  observer.step = [&](std::size_t step, std::size_t total, double loss) { progress->step(step, total, loss); };
  observer.stop = &signals.flag();
  RecipeChoice choice = choose(observer);
  return {std::move(choice), signals.exit_code()};
}

WatchedFolds watched_folds(const TrainReport& report, const ProgramOptions& program,
                           const std::function<CrossValidation(const TrainObserver&)>& train) {
  const StopSignals signals;
  std::optional<Progress> progress;
  TrainObserver observer;
  observer.begin = [&](const Model& start, std::size_t train_rows, std::size_t validation_rows) {
    if (!progress && !program.json) print_what_is_trained(report, start, train_rows, validation_rows);
    progress.emplace(!program.quiet, report.options);
    progress->begin(start, train_rows);
  };
  observer.step = [&](std::size_t step, std::size_t total, double loss) { progress->step(step, total, loss); };
  observer.epoch = [&](const EpochReport& epoch) { progress->epoch(epoch); };
  observer.stop = &signals.flag();

  CrossValidation result = train(observer);
  progress.reset();
  program.remark_all("train", result.warnings);
  const bool diverged =
      std::ranges::any_of(result.folds, [](const Fold& fold) { return fold.stop_reason == StopReason::kDiverged; });
  if (diverged) program.remark_all("train", {"a fold diverged; its model has the last good weights"});
  return {std::move(result), diverged ? ExitCode::kFailed : signals.exit_code()};
}

}  // namespace bprop::cli
