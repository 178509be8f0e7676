// SPDX-License-Identifier: Apache-2.0
//
// Runs that are broken off, as kill -9 or a signal does it, and what must be as if nothing had happened.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {

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
      if (report.epoch == epochs)
        std::filesystem::copy(at("run"), at("killed"), std::filesystem::copy_options::recursive);
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
    for (const auto& entry : std::filesystem::directory_iterator(at(folder + "/checkpoints"))) {
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

}  // namespace bprop
