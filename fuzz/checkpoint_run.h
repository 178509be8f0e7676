// SPDX-License-Identifier: Apache-2.0
//
// A small run with most of what a checkpoint can hold: the seeds' checkpoint is of it, and it goes on from others.
#pragma once

#include <string>

#include "bprop/train.h"

namespace bprop::fuzz {

inline Dataset small_table() {
  return make_dataset({"a", "b", "y"}, std::vector<double>{0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 2, 1, 3, 1, 2, 3}, "y");
}

inline TrainOptions small_run(const std::string& folder) {
  return {.preset = Preset::kPlain,
          .layers = "2 tanh, dropout 0.1, batch-norm",
          .task = Task::kNumbers,
          .optimizer = Adam{},
          .epochs = 2,
          .batch = 3,
          .patience = 5,
          .ema = 0.5,
          .arithmetic = Arithmetic::kFma,
          .validation = 0.34,
          .run_directory = folder,
          .checkpoint_every = {.seconds = 0, .steps = 1'000'000}};
}

}  // namespace bprop::fuzz
