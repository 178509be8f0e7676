// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace bprop::teaching {

// Of the size that note 003 draws: W¹ is 3 × 2, W² is 2 × 3, its layers counting the input. The numbers are ours.
inline constexpr std::string_view kNote003Network =
    "layers        = \"2 -> 3 sigmoid -> 2 sigmoid\"\n"
    "weights       = [[[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]],\n"
    "                 [[0.7, -0.8, 0.9], [-0.3, 0.2, 0.1]]]\n"
    "biases        = [[0.1, 0.2, 0.3], [-0.1, 0.1]]\n"
    "input         = [1.0, 0.5]\n"
    "target        = [0.0, 1.0]\n"
    "loss          = \"half_squared_error\"\n"
    "learning_rate = 0.5\n";

}  // namespace bprop::teaching
