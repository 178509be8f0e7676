// SPDX-License-Identifier: Apache-2.0
//
// Ranks as threads of one program: for a laptop, and for tests of what processes would do.
//
//   bprop::run_ranks(4, [&](bprop::Communicator& ranks) {
//     const auto result = bprop::train(table, {.leaves = 4, .communicator = &ranks});
//     if (ranks.rank() == 0) bprop::save(result.model, "model.safetensors");
//   });
#pragma once

#include <cstddef>
#include <functional>

#include "bprop/communicator.h"

namespace bprop {

inline constexpr std::size_t kMostLocalRanks = 256;

// Calls body(communicator) once for each rank, rank 0 in the calling thread, the others in threads of their own;
// returns when all have ended. When one throws, those that wait for it throw, too, and the first exception of all is
// thrown here. Throws UsageError unless 1 ≤ ranks ≤ kMostLocalRanks.
void run_ranks(std::size_t ranks, const std::function<void(Communicator&)>& body);

}  // namespace bprop
