// SPDX-License-Identifier: Apache-2.0
//
// A network typed by hand: ten lines of TOML, kept in double.
//   layers        = "2 -> 2 sigmoid -> 2 sigmoid"                  the full form of an architecture
//   weights       = [[[0.15, 0.20], [0.25, 0.30]], [[…], […]]]     a matrix (out × in) for each layer
//   biases        = [[0.35, 0.35], [0.60, 0.60]]                   a list (out) for each layer; absent: zeros
//   loss          = "half_squared_error"                           also reduction, label_smoothing, huber_delta,
//                                                                  focal_gamma, quantiles
//   input         = [0.05, 0.10]                                   one row, or a list of rows; target likewise
//   target        = [0.01, 0.99]
//   learning_rate = 0.5
//   freeze        = "biases"
//   arithmetic    = "fma"                                          or "portable"; absent: the processor's
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "bprop/model.h"

namespace bprop::checkpoint {

inline constexpr std::size_t kMaxTomlBytes = 1'000'000;

Result<Model> parse_network_toml(std::string_view text, std::string_view path);

}  // namespace bprop::checkpoint
