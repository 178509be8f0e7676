// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C and TERM while training: the first one asks training to end, a second one ends the program at once. And the
// signal of a file that grows beyond what `ulimit -f` allows.
#pragma once

#include <atomic>
#include <csignal>

#include "exit_code.h"

namespace bprop::cli {

// From now on a write beyond the limit fails as on a full disk, instead of ending the program.
void outlive_file_size_limit();

// From construction to destruction the two signals only set a flag; after a first one, until the program ends. One at a
// time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Becomes true with the first signal.
  const std::atomic<bool>& flag() const;
  // kDone while there was none.
  ExitCode exit_code() const;

 private:
  struct sigaction old_interrupt_ = {};
  struct sigaction old_terminate_ = {};
};

}  // namespace bprop::cli
