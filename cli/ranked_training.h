// SPDX-License-Identifier: Apache-2.0
//
// A training on several ranks, threads of this program.
#pragma once

#include <cstddef>
#include <functional>

#include "bprop/train.h"

namespace bprop::cli {

// Of so many threads (0: as many as there are processors) those of each rank; at least 1.
int threads_each(int threads, std::size_t ranks);

using TrainRank = std::function<TrainResult(const TrainOptions&, const TrainObserver&)>;

// Calls train(options, observer) on every rank, each with a communicator and, but for the first, a pool of as many
// threads as the options' pool has; the observer is the first rank's, whose result is returned. One rank is a call.
TrainResult in_ranks(std::size_t ranks, const TrainOptions& options, const TrainObserver& observer,
                     const TrainRank& train);

}  // namespace bprop::cli
