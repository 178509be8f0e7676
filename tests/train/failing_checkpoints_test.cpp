// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints that cannot be written, and what else lies beside them.
#include <gmock/gmock.h>

#include <cerrno>

#include "checkpoint/disk.h"
#include "train/resumed_runs.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Opens no checkpoint but the first few.
class NoRoomForCheckpoints : public checkpoint::Disk {
 public:
  explicit NoRoomForCheckpoints(int first) : left_(first) {}

  int open(const char* path, int flags, mode_t permissions) override {
    if (std::string_view(path).find("/step-") == std::string_view::npos || left_-- > 0) {
      return Disk::open(path, flags, permissions);
    }
    errno = ENOSPC;
    return -1;
  }

 private:
  int left_;
};

class FailingCheckpoints : public Resumed {};

TEST_F(FailingCheckpoints, AreToldOnceWithTheirNumberAndTheRunEnds) {
  for (const int first : {0, 1}) {
    NoRoomForCheckpoints disk(first);
    const checkpoint::OtherDisk instead(disk);
    const TrainResult result = run(options("run"), sectors(100));
    EXPECT_EQ(result.history.size(), 6U);
    ASSERT_EQ(result.warnings.size(), 1U);
    EXPECT_THAT(result.warnings[0], HasSubstr(": cannot be written: No space left on device; so for "));
    EXPECT_THAT(result.warnings[0], HasSubstr(first == 0 ? " later ones; there is no checkpoint to go on from"
                                                         : " later ones; the run could go on from update 0"));
  }
}

TEST_F(FailingCheckpoints, OneAloneHasNoLaterOnes) {
  TrainOptions once = options("run");
  once.checkpoint_every = {.seconds = 0, .steps = 1'000'000};
  NoRoomForCheckpoints disk(0);
  const checkpoint::OtherDisk instead(disk);
  const TrainResult result = run(once, sectors(100));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_THAT(result.warnings[0], Not(HasSubstr("later ones")));
}

// A later one that is damaged was written by a run that went on from there, or by nobody.
TEST_F(FailingCheckpoints, DamagedOnesArePassedOverAndMakeRoom) {
  run_and_kill({}, 3);
  put(at("killed/checkpoints/step-999.safetensors"), "half");
  const TrainResult result = run_on("killed");
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("step-999.safetensors: ")));
  EXPECT_THAT(checkpoints("killed"), ElementsAre("step-26.safetensors", "step-28.safetensors"));
  expect_as("run", "killed");
}

TEST_F(FailingCheckpoints, WhatSomebodyPutsBesideThemStays) {
  TrainObserver observer;
  observer.epoch = [&](const EpochReport&) {
    for (const char* name :
         {"notes.txt", "step-x.safetensors", "step-7b.safetensors", "step-7", "step-999.safetensors"}) {
      put(at("run/checkpoints/") + name, "mine");
    }
  };
  run(options("run"), sectors(100), observer);
  EXPECT_THAT(checkpoints("run"), ElementsAre("notes.txt", "step-26.safetensors", "step-28.safetensors", "step-7",
                                              "step-7b.safetensors", "step-999.safetensors", "step-x.safetensors"));
}

}  // namespace
}  // namespace bprop
