// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints: the folder checkpoints/ of a run: step-NUMBER.safetensors, the state after so many updates, the last two
// of them. A run has one from before its first update on, so that whatever ends it, it can go on. One that cannot be
// written (a full disk) is a warning: the older ones stay, training goes on, and later ones are tried again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bprop/train.h"
#include "checkpoint/checkpoint_file.h"

namespace bprop::training {

// Throws UsageError where the folder of the run's checkpoints is a symbolic link: what it leads to is not the run's.
void check_is_no_link(const std::string& run_directory);

class Checkpoints {
 public:
  // Of a run folder that is there; "": none are written.
  Checkpoints(const std::string& run_directory, const CheckpointEvery& every);

  bool writes() const { return !folder_.empty() && every_.any(); }
  // Whether it is time, after so many updates and seconds of training.
  bool due(std::size_t step, double seconds) const;
  bool written_at(std::size_t step) const { return written_ && last_step_ == step; }
  void write(const checkpoint::StateList& state, const checkpoint::Metadata& origin, std::size_t step, double seconds);

  // A run goes on from `step`; newer ones, which are damaged, go.
  void begin_at(std::size_t step, double seconds);
  // Those of an earlier run in this folder go for good: none may come back beside the new run's files.
  void clear();

  // Adds to the warnings what could not be written.
  void finish(std::vector<std::string>& warnings) const;

 private:
  std::string folder_;
  CheckpointEvery every_;
  std::size_t last_step_ = 0;
  double last_seconds_ = 0;
  bool written_ = false;
  std::size_t failures_ = 0;
  std::string first_failure_;
};

// The newest checkpoint of a run that can be read; `warnings` gets a sentence on each newer one that cannot. Throws
// UsageError when there is none, and what reading says when none is whole.
checkpoint::CheckpointFile newest_checkpoint(const std::string& run_directory, std::vector<std::string>& warnings);

// Removes what programs that were killed left half-written in a run folder.
void sweep(const std::string& run_directory);

}  // namespace bprop::training
