// SPDX-License-Identifier: Apache-2.0
//
// Ranks that share a training must have been told the same.
#pragma once

#include "bprop/communicator.h"
#include "train/run_origin.h"

namespace bprop::training {

// Compares what all ranks begin with, and bprop's version, with the first one's. Throws UsageError, on all ranks, where
// one has something else: "rank 2: batch is 32, rank 0 has 64, expected the same".
void check_alike(Communicator& ranks, Origin origin, const Model& model);

}  // namespace bprop::training
