// SPDX-License-Identifier: Apache-2.0
//
// Runs whose updates are recorded (row N3), in a folder of the test.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bprop/trace.h"
#include "checkpoint/temporary_folder.h"
#include "checkpoint/textbook.h"
#include "train/tables.h"

namespace bprop {

class TraceN3 : public TemporaryFolder {
 protected:
  // Records into the folder "run".
  TrainOptions recording(std::vector<std::size_t> steps) const {
    TrainOptions options = small_options();
    options.run_directory = at("run");
    options.record = std::move(steps);
    return options;
  }
  Trace trace() const { return load_trace(at("run")); }

  // The bytes of the model that a training gives.
  std::string model_of(const Dataset& data, const TrainOptions& options) const {
    save(train(data, options).model, at("model"));
    return get(at("model"));
  }

  Trace mazur(std::vector<std::size_t> steps, std::size_t total, bool freeze = true) const {
    Model start = model_from_toml(kMazur);
    start.exercise->freeze_biases = freeze;
    TrainOptions options = exercise_options(start);
    options.run_directory = at("run");
    options.record = std::move(steps);
    options.steps = total;
    train_from(start, options);
    return trace();
  }
};

}  // namespace bprop
