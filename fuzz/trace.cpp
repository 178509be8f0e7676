// SPDX-License-Identifier: Apache-2.0
//
// Traces: every number of every recorded update can be asked for.
#include "bprop/trace.h"

#include "checkpoint/trace_reader.h"
#include "safetensors_input.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  const std::string file = safetensors_of(bytes);
  checkpoint::FileBytes memory{AlignedBuffer<std::byte>(file.size()), file.size()};
  std::copy_n(reinterpret_cast<const std::byte*>(file.data()), file.size(), memory.bytes.data());
  auto state = checkpoint::parse_trace(std::move(memory), "trace");
  if (!state) throw_failure(state.failure());
  const Trace trace(std::move(*state));
  must(!trace.steps().empty(), "a trace has an update");
  const std::size_t layers = trace.model().architecture().layers.size();
  for (std::size_t place = 0; place < trace.steps().size(); ++place) {
    must(trace.place_of(trace.steps()[place].step) == place, "an update is found by its number");
    (void)trace.network(place);
    for (std::size_t layer = 0; layer < layers; ++layer) {
      (void)trace.weights(TracePart::kGradient, place, layer);
      (void)trace.biases(TracePart::kAfter, place, layer);
    }
  }
}

}  // namespace bprop::fuzz
