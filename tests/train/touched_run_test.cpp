// SPDX-License-Identifier: Apache-2.0
//
// What resuming does with files that are not as a run left them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/small_run.h"

namespace bprop {
namespace {

class TouchedRun : public SmallRun {
 protected:
  TouchedRun() {
    run("run", options());
    whole_ = files("run");
  }

  Files whole_;
};

TEST_F(TouchedRun, GoesOnFromTheCheckpointBeforeADamagedOneAndReplacesThat) {
  put(at("run/checkpoints/step-12.safetensors"), "no checkpoint");
  const TrainResult result = resume("run", options());
  EXPECT_EQ(result.resumed_at, 8);
  EXPECT_THAT(result.warnings, testing::Contains(testing::HasSubstr("step-12.safetensors")));
  EXPECT_TRUE(files("run") == whole_);
  EXPECT_EQ(resume("run", options()).resumed_at, 12);
}

TEST_F(TouchedRun, ADamagedCheckpointOfALaterStepIsNotCountedAmongTheLastTwo) {
  put(at("run/checkpoints/step-100.safetensors"), "no checkpoint");
  resume("run", options());
  std::filesystem::remove(at("run/checkpoints/step-12.safetensors"));
  TrainOptions often = options();
  often.checkpoint_every = {.steps = 2};
  resume("run", often);
  for (const char* step : {"12", "14"}) {
    EXPECT_TRUE(std::filesystem::exists(at(std::string("run/checkpoints/step-") + step + ".safetensors"))) << step;
  }
}

TEST_F(TouchedRun, ARunThatIsRefusedKeepsTheReportOfItsEnd) {
  put(at("run/report.json"), "{}");
  TrainOptions other = options();
  other.seed = 2;
  EXPECT_THAT(thrown([&] { resume("run", other); }), testing::StartsWith("UsageError: seed is 2"));
  EXPECT_EQ(get(at("run/report.json")), "{}");
  resume("run", options());
  EXPECT_FALSE(std::filesystem::exists(at("run/report.json")));
}

TEST_F(TouchedRun, ASecondTrainingInTheFolderIsRefusedAndTheFirstComesToItsEnd) {
  std::string refusals;
  TrainObserver observer;
  observer.epoch = [&](const EpochReport& report) {
    if (report.epoch == 2) refusals = thrown([&] { run("again", options()); });
  };
  TrainOptions in_the_folder = options();
  in_the_folder.run_directory = at("again");
  save(train(sectors(100), in_the_folder, observer).model, at("again.safetensors"));
  EXPECT_EQ(refusals, "UsageError: " + at("again") +
                          ": another training writes there, expected it to end first, or another folder");
  EXPECT_TRUE(files("again") == whole_);
}

// As a run leaves it that is killed before it has written its configuration.
TEST_F(TouchedRun, AFolderWithNothingButEmptyFilesIsAsGoodAsAnEmptyOne) {
  std::filesystem::create_directory(at("begun"));
  put(at("begun/metrics.jsonl"), "");
  put(at("begun/config.toml.tmp-1-0"), "epo");
  run("begun", options());
  EXPECT_TRUE(files("begun") == whole_);
}

}  // namespace
}  // namespace bprop
