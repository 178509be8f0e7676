// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bprop/trainer.h"

namespace bprop::training {

// Throws UsageError for the first option that cannot be; BasicTrainer calls it, and train() before anything is written.
void check(const TrainerOptions& options);

}  // namespace bprop::training
