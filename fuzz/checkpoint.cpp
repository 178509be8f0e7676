// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints: a run goes on from what is read, to its end.
#include <filesystem>

#include "checkpoint/checkpoint_file.h"
#include "checkpoint_run.h"
#include "safetensors_input.h"
#include "scratch.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  static const Dataset table = small_table();
  static const std::string folder = scratch("run");
  static const bool begun = (train(table, small_run(folder)), true);
  must(begun, "a run begins");
  const std::filesystem::path checkpoints = folder + "/checkpoints";
  std::filesystem::remove_all(checkpoints);
  std::filesystem::create_directory(checkpoints);
  const std::string path = checkpoints / "step-1.safetensors";
  put(path, safetensors_of(bytes));
  // What is no checkpoint costs no training.
  if (const auto file = checkpoint::read_checkpoint(path); !file) throw_failure(file.failure());
  TrainOptions options = small_run(folder);
  options.resume = true;
  const TrainResult result = train(table, options);
  must(result.resumed_at > 0 || result.history.size() == 2, "a run that goes on ends");
}

}  // namespace bprop::fuzz
