// SPDX-License-Identifier: Apache-2.0
//
// The run folder: config.toml (what was asked for), metrics.jsonl (one line an epoch, without times, so that equal runs
// write equal files), timing.jsonl (the times), best.safetensors. Nobody else writes there.
#pragma once

#include <fstream>
#include <string>

#include "bprop/train.h"

namespace bprop::training {

class RunFolder {
 public:
  // "" makes a folder that writes nothing. Otherwise the folder is made, or an earlier run in it replaced; a folder
  // with other things and no run in it is refused with UsageError. Throws IoError.
  RunFolder(const std::string& path, const std::string& configuration);

  void epoch(const EpochReport& report);
  void best(const Model& model);

 private:
  std::string path_;
  std::ofstream metrics_;
  std::ofstream timing_;
};

}  // namespace bprop::training
