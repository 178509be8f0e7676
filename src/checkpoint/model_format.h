// SPDX-License-Identifier: Apache-2.0
//
// What a model file holds beyond safetensors: names of tensors and keys of the description, the one JSON text in
// __metadata__.bprop. The whole format for a stranger: docs/model-file.md. Change nothing here without a new version.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/preprocessing.h"

#include "bprop/network.h"

namespace bprop::checkpoint {

inline constexpr std::string_view kDescriptionKey = "bprop";
inline constexpr int kFormatVersion = 1;
inline constexpr int kMaxDescriptionDepth = 6;  // description, preprocessing, inputs, column, categories, {"hex"}
inline constexpr std::size_t kMaxDescriptionItems = 1u << 20;  // keys and values

// Layers count from 0 in files.
// The first layer that has weights; their element type is the network's.
inline std::size_t first_with_weights(const Architecture& architecture) {
  const auto& layers = architecture.layers;
  std::size_t layer = 0;
  while (layer + 1 < layers.size() && weight_count(layers[layer]) == 0) ++layer;
  return layer;
}
inline std::string weight_name(std::size_t layer) { return fmt::format("layers.{}.weight", layer); }  // (out × in)
inline std::string bias_name(std::size_t layer) { return fmt::format("layers.{}.bias", layer); }      // (out)
// Of a batch norm, (out) each, called as in PyTorch.
inline std::string running_mean_name(std::size_t layer) { return fmt::format("layers.{}.running_mean", layer); }
inline std::string running_variance_name(std::size_t layer) { return fmt::format("layers.{}.running_var", layer); }

// F64, one number a column of the table.
inline constexpr const char* kInputShift = "preprocessing.shift";
inline constexpr const char* kInputDivisor = "preprocessing.divisor";
inline constexpr const char* kInputFill = "preprocessing.fill";
// F64, one number an input that is there or not (categories, "is missing"); only where these are scaled.
inline constexpr const char* kFlagShift = "preprocessing.flag_shift";
inline constexpr const char* kFlagDivisor = "preprocessing.flag_divisor";
// F64, one number a target.
inline constexpr const char* kTargetShift = "target.shift";
inline constexpr const char* kTargetDivisor = "target.divisor";
inline std::vector<std::uint64_t> target_shape(const Preprocessing& preprocessing) {
  if (preprocessing.further_targets.empty()) return {};
  return {1 + preprocessing.further_targets.size()};
}
// F64, (rows × inputs) and (rows × outputs), of a network typed by hand.
inline constexpr const char* kExerciseInput = "exercise.input";
inline constexpr const char* kExerciseTarget = "exercise.target";

}  // namespace bprop::checkpoint
