// SPDX-License-Identifier: Apache-2.0
#include "generated_batch.h"

namespace bprop::cli {

GeneratedBatch::GeneratedBatch(const Architecture& architecture, std::size_t rows, std::uint64_t seed)
    : inputs(rows * architecture.inputs()), targets(rows * architecture.outputs()) {
  std::uint64_t state = seed;
  const auto next = [&state] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return state >> 40;
  };
  for (float& x : inputs) x = static_cast<float>(next()) * 0x1p-24F - 0.5F;
  for (std::size_t row = 0; row < rows; ++row) {
    targets[row * architecture.outputs() + next() % architecture.outputs()] = 1;
  }
}

}  // namespace bprop::cli
