// SPDX-License-Identifier: Apache-2.0
//
// Rows for `bprop bench`, made by a rule that gives the same bits everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bprop/network.h"

namespace bprop::cli {

// Inputs in [-0.5, 0.5); the target of a row is 1 at one output, else 0. From integers of 24 bits by Knuth's linear
// congruential generator (64 bits, upper bits), so each number is exact in a float.
struct GeneratedBatch {
  std::vector<float> inputs;   // (rows × in)
  std::vector<float> targets;  // (rows × out)

  GeneratedBatch(const Architecture& architecture, std::size_t rows, std::uint64_t seed);
};

}  // namespace bprop::cli
