// SPDX-License-Identifier: Apache-2.0
//
// Weights of other programs. The first byte chooses what architecture is expected.
#include <array>

#include "bprop/model.h"
#include "safetensors_input.h"
#include "scratch.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  static constexpr std::array kArchitectures = {"",
                                                "3 relu",
                                                "2 -> 3 relu -> 1",
                                                "2 -> layer-norm -> batch-norm -> 1",
                                                "2 -> scale -> 1 no-bias",
                                                "2 -> 2 -> add 1 -> 1"};
  const char* const architecture = kArchitectures[take_byte(bytes) % kArchitectures.size()];
  static const std::string path = scratch("weights");
  put(path, safetensors_of(bytes));
  const Model model = import_weights(path, architecture);
  must(model.architecture().inputs() > 0, "a network has inputs");
}

}  // namespace bprop::fuzz
