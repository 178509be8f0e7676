// SPDX-License-Identifier: Apache-2.0
//
// What the program tells the shell (docs/commands.md).
#pragma once

namespace bprop::cli {

enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,         // a check failed, the doctor found something, or training diverged
  kUsage = 2,          // verb, option or value that cannot be
  kBadInput = 3,       // a file whose content is wrong or does not fit, a folder in its place
  kEnvironment = 4,    // no such file, no permission, no space, no memory
  kInterrupted = 130,  // Ctrl-C
  kTerminated = 143,   // TERM
};

}  // namespace bprop::cli
