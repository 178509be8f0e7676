// SPDX-License-Identifier: Apache-2.0
//
// Runs that are broken off and go on: every kind of state that a training has must be in its checkpoints, so that the
// model file, metrics.jsonl and best.safetensors are those of a run that nothing happened to.
#include "bprop/resume.h"

#include <gmock/gmock.h>

#include "checkpoint/textbook.h"
#include "train/resumed_runs.h"

namespace bprop {
namespace {

using testing::ElementsAre;

namespace fs = std::filesystem;

Dataset curve_with_gaps(std::size_t rows) {
  const Dataset whole = curve(rows);
  std::vector<double> cells;
  for (std::size_t row = 0; row < rows; ++row) {
    cells.push_back(row % 7 == 0 ? std::numeric_limits<double>::quiet_NaN() : whole.cell(row, 0));
    for (const std::size_t column : {1U, 2U}) cells.push_back(whole.cell(row, column));
  }
  return make_dataset({"u", "v", "y"}, cells, "y");
}

class ResumedOfKind : public Resumed, public testing::WithParamInterface<Kind> {};

TEST_P(ResumedOfKind, IsAsIfNothingHadHappened) {
  const TrainResult whole = run_and_kill(GetParam(), 3);
  const TrainResult resumed = run_on("killed", GetParam());
  EXPECT_GT(resumed.resumed_at, 0);
  EXPECT_LT(resumed.resumed_at, whole.steps);
  EXPECT_EQ(resumed.steps, whole.steps);
  EXPECT_EQ(resumed.history.size(), whole.history.size());
  EXPECT_EQ(sentences(resumed), sentences(whole));
  expect_as("run", "killed");

  run_and_stop("stopped", GetParam(), 2);
  run_on("stopped", GetParam());
  expect_as("run", "stopped");
}

template <class Of>
std::function<void(TrainOptions&)> by() {
  return [](TrainOptions& o) { o.optimizer = Of{}; };
}

INSTANTIATE_TEST_SUITE_P(
    Training, ResumedOfKind,
    testing::Values(Kind{"Plain", {}}, Kind{"GradientDescent", by<GradientDescent>()}, Kind{"Sgd", by<Sgd>()},
                    Kind{"Momentum", by<Momentum>()}, Kind{"Nesterov", by<Nesterov>()}, Kind{"RmsProp", by<RmsProp>()},
                    Kind{"Adam", by<Adam>()}, Kind{"AdamW", by<AdamW>()},
                    Kind{"Double", [](TrainOptions& o) { o.precision = Precision::kDouble; }},
                    Kind{"Portable", [](TrainOptions& o) { o.arithmetic = Arithmetic::kPortable; }},
                    Kind{"Average", [](TrainOptions& o) { o.ema = 0.9; }},
                    Kind{"Dropout", [](TrainOptions& o) { o.layers = "8 tanh, dropout 0.3"; }},
                    Kind{"BatchNorm", [](TrainOptions& o) { o.layers = "8 tanh, batch-norm, layer-norm"; }},
                    Kind{"Embedding", [](TrainOptions& o) { o.layers = "periodic, 8 tanh, 8, add 1"; }},
                    Kind{"Recipe",
                         [](TrainOptions& o) {
                           o.preset = Preset::kDefault;
                           o.layers = "scale, 8 selu";
                           o.batch = 16;
                         }},
                    Kind{"MissingCells",
                         [](TrainOptions& o) {
                           o.preset = Preset::kDefault;
                           o.layers = "8 selu";
                           o.batch = 16;
                         },
                         [] { return curve_with_gaps(100); }},
                    Kind{"Numbers", {}, [] { return curve(100); }},
                    Kind{"Weights", [](TrainOptions& o) { o.class_weights = {.given = {{"0", 2.0}}}; }},
                    Kind{"Clipped",
                         [](TrainOptions& o) {
                           o.clip = 0.1;
                           o.l2 = 0.01;
                           o.min_change = 1e-9;
                         }},
                    Kind{"Patience",
                         [](TrainOptions& o) {
                           o.patience = 2;
                           o.epochs = 40;
                           o.learning_rate = 0.5;
                         }},
                    Kind{"LossThatNeverFalls",  // killed while patience runs out
                         [](TrainOptions& o) {
                           o.patience = 4;
                           o.epochs = 40;
                           o.learning_rate = 1e-30;
                         }},
                    Kind{"NoValidation", [](TrainOptions& o) { o.validation = 0; }},
                    Kind{"LastWeights", [](TrainOptions& o) { o.keep_best = false; }},
                    Kind{"LimitOfUpdates", [](TrainOptions& o) { o.steps = 21; }},
                    Kind{"WholeTable",
                         [](TrainOptions& o) {
                           o.batch = 1000;
                           o.checkpoint_every = {.steps = 1};
                         }},
                    Kind{"Choice",
                         [](TrainOptions& o) {
                           o.choose = 3;
                           o.candidates = {Preset::kPlain};
                           o.epochs = 20;
                         }}),
    [](const auto& of) { return of.param.name; });

TEST_F(Resumed, OfManyEpochsHasTheRecordsThatWait) {
  const Kind kind{"", [](TrainOptions& o) {
                    o.epochs = 1300;
                    o.batch = 80;
                    o.layers = "2 tanh";
                    o.checkpoint_every = {.steps = 7};
                  }};
  run_and_kill(kind, 1203);
  run_on("killed", kind);
  expect_as("run", "killed");
}

TEST_F(Resumed, HasTheSameBitsWithAnyNumberOfThreads) {
  const Kind kind{"", [](TrainOptions& o) { o.layers = "64 tanh, 64 tanh"; }};
  run_and_kill(kind, 2);
  ThreadPool pool({.threads = 2});
  TrainOptions again = options("killed", kind);
  again.resume = true;
  again.pool = &pool;
  run(again, sectors(100));
  expect_as("run", "killed");
}

TEST_F(Resumed, GoesOnFromAModelAndFromItsOwnRows) {
  const Model start = model_from_toml(kMazur);
  const auto trained = [&](const std::string& folder, bool resume, const TrainObserver& observer = {}) {
    TrainOptions options = exercise_options(start);
    options.run_directory = at(folder);
    options.checkpoint_every = {.steps = 3};
    options.epochs = 20;
    options.resume = resume;
    save(train_from(start, options, observer).model, at(folder + "/model.safetensors"));
  };
  TrainObserver observer;
  observer.epoch = [&](const EpochReport& report) {
    if (report.epoch == 10) fs::copy(at("run"), at("killed"), fs::copy_options::recursive);
  };
  trained("run", false, observer);
  trained("killed", true);
  expect_as("run", "killed");
}

TEST_F(Resumed, AgainAndAgainEndsAllTheSame) {
  run(options("run"), sectors(100));
  run_and_stop("broken", {}, 1);
  for (std::size_t epoch = 2; epoch < 6; ++epoch) {
    std::atomic<bool> stop = false;
    TrainObserver observer;
    observer.stop = &stop;
    observer.epoch = [&](const EpochReport& report) { stop = stop || report.epoch == epoch; };
    TrainOptions again = options("broken");
    again.resume = true;
    run(again, sectors(100), observer);
  }
  run_on("broken");
  expect_as("run", "broken");
}

TEST_F(Resumed, ToldToStopAtOnceMakesNoUpdateAndKeepsTheModel) {
  run_and_stop("stopped", {}, 2);
  const std::string model = get(at("stopped/model.safetensors"));
  const std::string metrics = get(at("stopped/metrics.jsonl"));
  const std::atomic<bool> stop = true;
  TrainOptions again = options("stopped");
  again.resume = true;
  const TrainResult result = run(again, sectors(100), {.stop = &stop});
  EXPECT_EQ(result.steps, result.resumed_at);
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_EQ(get(at("stopped/model.safetensors")), model);
  EXPECT_EQ(get(at("stopped/metrics.jsonl")), metrics);
  run_and_kill({}, 6);
  run_on("stopped");
  expect_as("run", "stopped");
}

TEST_F(Resumed, FromItsEndComesToTheSameEnd) {
  run(options("run"), sectors(100));
  fs::copy(at("run"), at("ended"), fs::copy_options::recursive);
  run_on("ended");
  expect_as("run", "ended");
}

TEST_F(Resumed, KeepsTheLastTwoCheckpoints) {
  run(options("run"), sectors(100));  // 80 rows, 5 updates an epoch
  EXPECT_THAT(checkpoints("run"), ElementsAre("step-26.safetensors", "step-28.safetensors"));
}

TEST_F(Resumed, TheCheckpointThatItCameFromStaysUntilThereAreNewerOnes) {
  run_and_kill({}, 3);
  const std::vector<std::string> before = checkpoints("killed");
  TrainOptions again = options("killed");
  again.resume = true;
  const std::atomic<bool> stop = true;  // before its first update
  run(again, sectors(100), {.stop = &stop});
  EXPECT_EQ(checkpoints("killed"), before);
}

TEST_F(Resumed, TheLogGoesOnOrBeginsAnew) {
  const auto logged = [&](const std::string& folder) {
    TrainOptions with_log = options(folder);
    with_log.log = at(folder + ".csv");
    return with_log;
  };
  TrainObserver observer;
  observer.epoch = [&](const EpochReport& report) {
    if (report.epoch != 4) return;
    fs::copy(at("run"), at("killed"), fs::copy_options::recursive);
    fs::copy(at("run.csv"), at("killed.csv"));
  };
  run(logged("run"), sectors(100), observer);
  const auto lines = [&](const std::string& path) { return std::ranges::count(get(at(path)), '\n'); };
  EXPECT_EQ(lines("run.csv"), 7);
  EXPECT_EQ(lines("killed.csv"), 5);
  fs::copy(at("killed"), at("without"), fs::copy_options::recursive);
  for (const char* folder : {"killed", "without"}) {
    TrainOptions again = logged(folder);
    again.resume = true;
    run(again, sectors(100));
    EXPECT_EQ(get(at(folder + std::string(".csv"))).substr(0, 11), get(at("run.csv")).substr(0, 11));
  }
  EXPECT_EQ(lines("killed.csv"), 7);
  EXPECT_EQ(lines("without.csv"), 4);  // of epochs 4, 5 and 6, from update 18 on
}

TEST_F(Resumed, LosesWhatWasRecordedBeforeAndSaysSo) {
  const Kind kind{"", [](TrainOptions& o) { o.record = {1, 2, 30}; }};
  run_and_kill(kind, 3);
  EXPECT_THAT(
      run_on("killed", kind).warnings,
      ElementsAre("2 updates, from update 1 on, were made before the run was resumed; of what was recorded then "
                  "nothing is left"));
  EXPECT_TRUE(fs::exists(at("killed/trace.safetensors")));
}

TEST_F(Resumed, ANewRunInTheFolderBeginsWithoutTheOldCheckpoints) {
  run(options("run"), sectors(100));
  TrainOptions shorter = options("run");
  shorter.epochs = 1;
  run(shorter, sectors(100));
  EXPECT_THAT(checkpoints("run"), ElementsAre("step-2.safetensors", "step-4.safetensors"));
}

TEST_F(Resumed, WhatAKilledProgramLeftHalfWrittenIsSwept) {
  run_and_kill({}, 3);
  put(at("killed/checkpoints/step-99.safetensors.tmp-999999999-0"), "half");
  put(at("killed/best.safetensors.tmp-999999999-7"), "half");
  put(at("killed/notes.tmp-mine"), "somebody's");
  run_on("killed");
  EXPECT_FALSE(fs::exists(at("killed/checkpoints/step-99.safetensors.tmp-999999999-0")));
  EXPECT_FALSE(fs::exists(at("killed/best.safetensors.tmp-999999999-7")));
  EXPECT_TRUE(fs::exists(at("killed/notes.tmp-mine")));
}

}  // namespace
}  // namespace bprop
