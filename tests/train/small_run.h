// SPDX-License-Identifier: Apache-2.0
//
// A small run with checkpoints, for disks that fail, die, or lose their power, and what must be the same however often
// it was broken off: the model, metrics.jsonl and best.safetensors.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {

class SmallRun : public TemporaryFolder {
 protected:
  struct Files {
    std::string model;
    std::string metrics;
    std::string best;
    bool operator==(const Files&) const = default;
  };

  // 15 updates in 3 epochs, with everything that has a state: moments, masks, an average, the best weights.
  static TrainOptions options() {
    TrainOptions options = small_options();
    options.layers = "5 tanh, dropout 0.2";
    options.optimizer = Adam{.learning_rate = 0.02};
    options.ema = 0.9;
    options.validation = 0.2;
    options.epochs = 3;
    options.checkpoint_every = {.steps = 4};
    options.configuration = "epochs = 3\n";
    return options;
  }

  // Trains on, or anew, in the folder at(name), and saves the model beside it.
  TrainResult run(const std::string& name, TrainOptions options, const std::atomic<bool>* stop = nullptr) const {
    options.run_directory = at(name);
    TrainResult result = train(sectors(100), options, {.stop = stop});
    save(result.model, at(name + ".safetensors"));
    return result;
  }
  TrainResult resume(const std::string& name, TrainOptions options) const {
    options.resume = true;
    return run(name, std::move(options));
  }

  Files files(const std::string& name) const {
    return {.model = get(at(name + ".safetensors")),
            .metrics = get(at(name + "/metrics.jsonl")),
            .best = get(at(name + "/best.safetensors"))};
  }
  void forget(const std::string& name) const {
    std::filesystem::remove_all(at(name));
    std::filesystem::remove(at(name + ".safetensors"));
  }
  // What resume() says where no checkpoint is.
  std::string nothing_to_go_on_from(const std::string& name) const {
    return "UsageError: " + at(name) + ": holds no checkpoint of a run to go on from, expected one in its folder " +
           "checkpoints";
  }
};

}  // namespace bprop
