// SPDX-License-Identifier: Apache-2.0
//
// What a trace holds beyond safetensors: its name, names of tensors, keys of the metadata. Tensors of a part have a
// first axis over the recorded updates. The whole format for a stranger: docs/model-file.md. Change nothing here
// without a new version.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "bprop/trace.h"

namespace bprop::checkpoint {

inline constexpr std::string_view kTraceFile = "trace.safetensors";  // in a run folder
inline constexpr std::string_view kTraceKey = "bprop_trace";         // how updates were made, one JSON text
inline constexpr std::string_view kTraceModelKey = "bprop_model";    // the description of the model that was trained
inline constexpr int kTraceVersion = 1;

// One number an update.
inline constexpr const char* kTraceStep = "step";                   // U64, from 1, ascending
inline constexpr const char* kTraceLearningRate = "learning_rate";  // F64
inline constexpr const char* kTraceLoss = "loss";                   // F64
inline constexpr const char* kTraceScale = "gradient_scale";        // F64
inline constexpr const char* kTraceRowCount = "row_count";          // U64
// The batches' rows, one after the other.
inline constexpr const char* kTraceRows = "rows";  // U32, from 0

// Parts of an update, each with all parameters, in the type of the network; in the order of TracePart.
inline constexpr std::array<std::string_view, 3> kTraceParts = {"before", "gradient", "after"};

// "gradient.layers.0.weight", (updates × out × in); the tensor is weight_name() or bias_name().
inline std::string trace_name(TracePart part, std::string_view tensor) {
  return fmt::format("{}.{}", kTraceParts[static_cast<std::size_t>(part)], tensor);
}

}  // namespace bprop::checkpoint
