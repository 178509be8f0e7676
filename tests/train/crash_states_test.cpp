// SPDX-License-Identifier: Apache-2.0
//
// A power cut while a run writes: whatever POSIX allows to be on the disk then, the newest checkpoint can be read, it
// is one of the last two, and the run goes on from it to the same bits.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "checkpoint/journal_disk.h"
#include "train/checkpoints.h"
#include "train/small_run.h"

namespace bprop {
namespace {

// Paths and contents.
using State = std::map<std::string, std::string>;

class CrashStates : public SmallRun {
 protected:
  CrashStates() { std::filesystem::create_directory(at("disk")); }

  // Keeps every state that a power cut could leave while `work` writes below disk/.
  template <class Work>
  void watch(const Work& work) {
    checkpoint::JournalDisk* watched = nullptr;
    checkpoint::JournalDisk disk(at("disk"), [&] {
      const std::size_t oldest = second_newest_step();
      for (const checkpoint::DiskState& state : watched->after_a_power_cut()) {
        std::size_t& known = states_.emplace(plain(state), 0).first->second;
        known = std::max(known, oldest);
      }
    });
    watched = &disk;
    const checkpoint::OtherDisk instead(disk);
    work();
  }

  // One of the files and folders that decide how a run goes on.
  static bool decides(const std::string& path) {
    return path.find(".tmp-") == std::string::npos && !path.ends_with("timing.jsonl") &&
           !path.ends_with("run.safetensors");
  }

  static State plain(const checkpoint::DiskState& state) {
    State plain;
    for (const auto& [path, bytes] : state) {
      const bool is_temporary = path.find(".tmp-") != std::string::npos;
      plain[path] = bytes == nullptr || is_temporary ? "" : *bytes;
    }
    return plain;
  }

  // What the disk has by now; the newest one may not have come to its end. 0: there is no such file.
  std::size_t second_newest_step() const {
    std::set<std::size_t> steps;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(at("disk/run/checkpoints"), absent)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".safetensors")) steps.insert(step_of(name));
    }
    return steps.size() < 2 ? 0 : *std::next(steps.rbegin()) + 1;
  }
  // step-12.safetensors
  static std::size_t step_of(const std::string& name) { return std::stoul(name.substr(name.find('-') + 1)); }

  void put_on_disk(const State& state) const {
    std::filesystem::remove_all(at("disk"));
    std::filesystem::create_directory(at("disk"));
    for (const auto& [path, bytes] : state) {
      const std::filesystem::path place = at("disk/" + path);
      std::filesystem::create_directories(place.parent_path());
      if (!path.ends_with('/')) put(place.string(), bytes);
    }
  }

  // Of all states; `options_of` are those of the run whose config.toml is there, and what it must come to.
  template <class OptionsOf>
  void expect_that_all_go_on(const OptionsOf& options_of) {
    std::set<State> resumed;
    std::size_t without = 0;
    for (const auto& [state, oldest] : states_) {
      put_on_disk(state);
      std::vector<std::string> warnings;
      std::string path;
      const std::string said = thrown([&] { path = training::newest_checkpoint(at("disk/run"), warnings).path; });
      EXPECT_THAT(warnings, testing::IsEmpty());
      if (!said.empty()) {
        EXPECT_EQ(said, nothing_to_go_on_from("disk/run"));
        EXPECT_EQ(oldest, 0);
        ++without;
        continue;
      }
      EXPECT_GE(step_of(std::filesystem::path(path).filename().string()) + 1, oldest);
      State deciding;
      std::ranges::copy_if(state, std::inserter(deciding, deciding.end()),
                           [](const auto& file) { return decides(file.first); });
      if (!resumed.insert(deciding).second) continue;
      const auto& [options, whole] = options_of(get(at("disk/run/config.toml")));
      EXPECT_EQ(thrown([&] { resume("disk/run", options); }), "");
      EXPECT_TRUE(files("disk/run") == whole) << path;
      if (HasFailure()) break;
    }
    std::cout << states_.size() << " states of the disk, " << without << " before the first checkpoint; "
              << resumed.size() << " resumed\n";
    EXPECT_GE(resumed.size(), 10);
  }

  struct Expected {
    TrainOptions options;
    Files files;
  };
  Expected expected(TrainOptions options, const std::string& configuration) {
    options.configuration = configuration;
    run("whole", options);
    return {options, files("whole")};
  }

  std::map<State, std::size_t> states_;  // and 1 + the oldest step that may be the newest there; 0: there may be none
};

TEST_F(CrashStates, ARunInANewFolderGoesOnFromEachOfThem) {
  const Expected whole = expected(options(), "epochs = 3\n");
  watch([&] { run("disk/run", whole.options); });
  expect_that_all_go_on([&](const std::string& configuration) -> const Expected& {
    EXPECT_EQ(configuration, "epochs = 3\n");
    return whole;
  });
}

TEST_F(CrashStates, ARunInThePlaceOfAnotherLeavesTheOneOrTheOther) {
  const Expected one = expected(options(), "seed = 1\n");
  TrainOptions other_options = options();
  other_options.seed = 2;
  const Expected other = expected(other_options, "seed = 2\n");
  run("disk/run", one.options);
  watch([&] { run("disk/run", other.options); });
  expect_that_all_go_on(
      [&](const std::string& configuration) -> const Expected& { return configuration == "seed = 1\n" ? one : other; });
}

// A run that goes on cuts its logs and may meet files of steps that it has yet to make.
TEST_F(CrashStates, AResumedRunGoesOnFromEachOfThem) {
  const Expected whole = expected(options(), "epochs = 3\n");
  run("disk/run", whole.options);
  std::filesystem::remove(at("disk/run/checkpoints/step-12.safetensors"));
  watch([&] { resume("disk/run", whole.options); });
  expect_that_all_go_on([&](const std::string&) -> const Expected& { return whole; });
}

}  // namespace
}  // namespace bprop
