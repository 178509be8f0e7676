// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bprop/network.h"
#include "bprop/trainer.h"

namespace bprop::training {

// Throws UsageError for the first option that cannot be; BasicTrainer calls it, and train() before anything is written.
void check(const TrainerOptions& options);

// Likewise for updates of at most so many rows: a batch norm needs two for a variance.
void check_batch(const Architecture& architecture, std::size_t rows, std::size_t leaves);

}  // namespace bprop::training
