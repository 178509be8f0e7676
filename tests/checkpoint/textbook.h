// SPDX-License-Identifier: Apache-2.0
//
// Two textbook networks of VECTORS.md as somebody would type them.
#pragma once

namespace bprop {

// V1: M. Mazur, "A Step by Step Backpropagation Example" (2015).
inline constexpr const char* kMazur = R"(layers = "2 -> 2 sigmoid -> 2 sigmoid"
loss = "half_squared_error"
arithmetic = "portable"
weights = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]
biases = [[0.35, 0.35], [0.60, 0.60]]
input = [0.05, 0.10]
target = [0.01, 0.99]
learning_rate = 0.5
freeze = "biases"
)";

// V2: D. MacLeod, worked example 3.1; no bias.
inline constexpr const char* kMacLeod = R"(layers = "2 -> 2 sigmoid no-bias -> 1 sigmoid no-bias"
weights = [
  [[0.1, 0.8], [0.4, 0.6]],
  [[0.3, 0.9]],
]
input = [[0.35, 0.9]]
target = [[0.5]]
learning_rate = 1
)";

}  // namespace bprop
