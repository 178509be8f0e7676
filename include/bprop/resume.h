// SPDX-License-Identifier: Apache-2.0
//
// Runs that were broken off – by a signal, a crash, a power cut – go on: TrainOptions::resume. What is here is for
// programs that must know beforehand what a run began with.
#pragma once

#include <optional>
#include <string>

#include "bprop/arithmetic.h"
#include "bprop/recipe_choice.h"

namespace bprop {

// What the newest whole checkpoint in a run folder says of the beginning.
struct BegunRun {
  Arithmetic arithmetic = Arithmetic::kPortable;
  std::optional<RecipeChoice> choice{};  // by folds; none: there was none
};

// Throws UsageError when there is no run with a checkpoint, FormatError when none of its checkpoints is whole. Cost:
// the checkpoint is read and its checksums are compared.
BegunRun begun_run(const std::string& run_directory);

}  // namespace bprop
