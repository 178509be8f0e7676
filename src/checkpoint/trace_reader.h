// SPDX-License-Identifier: Apache-2.0
//
// A trace out of the bytes of its file: settings and description first, then every tensor against them. Writer:
// trace_writer.h.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bprop/trace.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/safetensors_reader.h"

namespace bprop {

struct Trace::State {
  checkpoint::FileBytes file;
  checkpoint::SafetensorsFile tensors;  // a view of the bytes
  Model model;
  TraceSettings settings;
  std::vector<TraceStep> steps;
};

namespace checkpoint {

Result<std::shared_ptr<const Trace::State>> parse_trace(FileBytes file, std::string_view path);

// The network of one recorded update, whose tensors were checked.
std::variant<Network, DoubleNetwork> network_of(const SafetensorsFile& tensors, const Architecture& architecture,
                                                Arithmetic arithmetic, TracePart part, std::size_t place);

}  // namespace checkpoint
}  // namespace bprop
