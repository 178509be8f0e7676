// SPDX-License-Identifier: Apache-2.0
//
// Runs that are broken off and go on: every kind of state that a training has must be in its checkpoints, so that the
// model file, metrics.jsonl and best.safetensors are those of a run that nothing happened to.
#include "bprop/resume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "checkpoint/temporary_folder.h"
#include "checkpoint/textbook.h"
#include "train/tables.h"

namespace bprop {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace fs = std::filesystem;

struct Kind {
  std::string name;
  std::function<void(TrainOptions&)> change;
  std::function<Dataset()> data = [] { return sectors(100); };
};

class Resumed : public TemporaryFolder {
 protected:
  TrainOptions options(const std::string& folder, const Kind& kind = {}) const {
    TrainOptions options = small_options();
    options.epochs = 6;
    options.doctor_every = 2;
    options.checkpoint_every = {.steps = 2};
    if (kind.change) kind.change(options);
    options.run_directory = at(folder);
    return options;
  }

  // Ends with the folder's files of interest, and the model beside them.
  TrainResult run(const TrainOptions& options, const Dataset& data, const TrainObserver& observer = {}) const {
    TrainResult result = train(data, options, observer);
    save(result.model, options.run_directory + "/model.safetensors");
    return result;
  }
  TrainResult run_on(const std::string& folder, const Kind& kind = {}) const {
    TrainOptions again = options(folder, kind);
    again.resume = true;
    return run(again, kind.data());
  }
  // A run; what is on the disk after so many epochs, as kill -9 would leave it, is copied to `killed`.
  TrainResult run_and_kill(const Kind& kind, std::size_t epochs) const {
    TrainObserver observer;
    observer.epoch = [&](const EpochReport& report) {
      if (report.epoch == epochs) fs::copy(at("run"), at("killed"), fs::copy_options::recursive);
    };
    return run(options("run", kind), kind.data(), observer);
  }
  // A run that is told to stop after so many epochs.
  void run_and_stop(const std::string& folder, const Kind& kind, std::size_t epochs) const {
    std::atomic<bool> stop = false;
    TrainObserver observer;
    observer.stop = &stop;
    observer.epoch = [&](const EpochReport& report) { stop = stop || report.epoch == epochs; };
    run(options(folder, kind), kind.data(), observer);
  }
  void expect_as(const std::string& whole, const std::string& resumed) const {
    for (const char* file : {"model.safetensors", "metrics.jsonl", "best.safetensors"}) {
      EXPECT_EQ(get(at(resumed + "/" + file)), get(at(whole + "/" + file))) << file;
    }
  }
  std::vector<std::string> checkpoints(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(at(folder + "/checkpoints"))) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  std::string refusal(const TrainOptions& options, const Dataset& data) const {
    try {
      train(data, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

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

TEST_F(Resumed, WithoutCheckpointsThereIsNothingToGoOnFrom) {
  const Kind kind{"", [](TrainOptions& o) { o.checkpoint_every = {.seconds = 0}; }};
  run(options("run", kind), sectors(100));
  EXPECT_FALSE(fs::exists(at("run/checkpoints")));
  TrainOptions again = options("run", kind);
  again.resume = true;
  EXPECT_EQ(refusal(again, sectors(100)),
            at("run") + ": holds no checkpoint of a run to go on from, expected one in its folder checkpoints");
}

TEST_F(Resumed, ADamagedCheckpointIsPassedOverInFavourOfTheOneBeforeIt) {
  run_and_kill({}, 4);
  ASSERT_THAT(checkpoints("killed"), ElementsAre("step-16.safetensors", "step-18.safetensors"));
  const std::string newest = at("killed/checkpoints/step-18.safetensors");
  std::string bytes = get(newest);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  put(newest, bytes);
  const TrainResult resumed = run_on("killed");
  EXPECT_EQ(resumed.resumed_at, 16);
  EXPECT_THAT(resumed.warnings,
              ElementsAre(AllOf(StartsWith(newest + ": "), EndsWith("; the run goes on from update 16"))));
  expect_as("run", "killed");
}

TEST_F(Resumed, OnlyDamagedCheckpointsAreRefused) {
  run_and_kill({}, 4);
  for (const std::string& name : checkpoints("killed")) put(at("killed/checkpoints/" + name), "{}");
  TrainOptions again = options("killed");
  again.resume = true;
  EXPECT_THAT(refusal(again, sectors(100)), StartsWith(at("killed/checkpoints/step-18.safetensors: ")));
  EXPECT_NE(get(at("killed/metrics.jsonl")), "");
}

TEST_F(Resumed, ByOtherOptionsIsRefusedAndSaysWhatDiffers) {
  run_and_kill({}, 3);
  const auto with = [&](const std::function<void(TrainOptions&)>& change) {
    TrainOptions again = options("killed");
    again.resume = true;
    change(again);
    return refusal(again, sectors(100));
  };
  const std::string before = get(at("killed/metrics.jsonl"));
  EXPECT_EQ(with([](TrainOptions& o) { o.epochs = 7; }), "epochs is 7, the run was begun with 6, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.learning_rate = 0.5; }),
            "learning_rate is 0.5, the run was begun with 0.003, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.layers = "9 tanh"; }),
            "network is 2 -> 9 tanh -> 3 softmax, the run was begun with 2 -> 8 tanh -> 3 softmax, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.arithmetic = Arithmetic::kPortable; }).substr(0, 22),
            "arithmetic is portable");
  EXPECT_EQ(with([](TrainOptions& o) { o.seed = 2; }), "seed is 2, the run was begun with 1, expected the same");
  EXPECT_EQ(get(at("killed/metrics.jsonl")), before);
}

TEST_F(Resumed, OnOtherRowsIsRefusedAndSaysWhatDiffers) {
  const auto trained = [&](double changed, std::size_t rows, bool resume) {
    std::vector<double> cells;
    for (std::size_t n = 0; n < rows; ++n) {
      const double u = static_cast<double>(n * 37 % 100) / 50 - 1;
      const double v = static_cast<double>(n * 61 % 100) / 50 - 1;
      for (const double cell : {u, v + (n == 5 ? changed : 0), u * v}) cells.push_back(cell);
    }
    TrainOptions again = options("run");
    again.scaling = Scaling::kNone;
    again.validation = 0;
    again.resume = resume;
    return refusal(again, make_dataset({"u", "v", "y"}, cells, "y"));
  };
  EXPECT_EQ(trained(0, 100, false), "");
  EXPECT_EQ(trained(1, 100, true),
            "column \"v\" of the training rows has other values than when the run was begun, expected the same");
  EXPECT_EQ(trained(0, 99, true), "number of training rows is 99, the run was begun with 100, expected the same");
  EXPECT_EQ(trained(0, 100, true), "");
}

TEST_F(Resumed, WithAShorterLogThanTheCheckpointKnowsIsRefused) {
  run_and_kill({}, 3);
  put(at("killed/metrics.jsonl"), "");
  TrainOptions again = options("killed");
  again.resume = true;
  EXPECT_EQ(refusal(again, sectors(100)),
            at("killed/metrics.jsonl") + ": is shorter than when the checkpoint was written");
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

TEST_F(Resumed, ACheckpointIsNoModel) {
  run(options("run"), sectors(100));
  const std::string path = at("run/checkpoints/step-28.safetensors");
  EXPECT_FALSE(is_model_file(path));
  try {
    load_model(path);
    ADD_FAILURE();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), path +
                                ": is a checkpoint of a run but no model; go on from it with train --resume, or read "
                                "best.safetensors");
  }
}

TEST_F(Resumed, WithoutAFolderMeansNothing) {
  TrainOptions options = small_options();
  options.resume = true;
  EXPECT_EQ(refusal(options, sectors(100)), "resume is given without a run_directory, expected the folder of the run");
}

}  // namespace
}  // namespace bprop
