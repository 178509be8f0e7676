// SPDX-License-Identifier: Apache-2.0
//
// Which of a network's two functions a forward pass computes. They are the same unless a layer says otherwise: dropout
// multiplies by masks in training only, batch norm uses mean and variance of the rows themselves. What is random in a
// training pass is a pure function of its key.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bprop {

enum class Pass : std::uint8_t { kPrediction, kTraining };

// The rest is read in training only.
struct PassKey {
  Pass pass = Pass::kPrediction;
  std::uint64_t seed = 0;     // of the training
  std::size_t step = 0;       // updates made before this one
  std::size_t first_row = 0;  // the pass has rows first_row, first_row + 1, … of the batch
  double dropout = 1;         // every dropout layer's probability is multiplied by this
};

}  // namespace bprop
