// SPDX-License-Identifier: Apache-2.0
//
// Architecture text, in the full form and as hidden layers: what is read is written and read again.
#include "bprop/network.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  const Architecture architecture =
      Architecture::parse(bytes, {.inputs = 7, .outputs = 2, .numbers = {{{0, 3}}}, .categories = {{{3, 2}, {5, 2}}}});
  must(Architecture::parse(architecture.text()) == architecture,
       "an architecture that is written and read is the same");
  must(architecture.inputs() > 0 && architecture.outputs() > 0, "a network has inputs and outputs");
  (void)architecture.parameters();
}

}  // namespace bprop::fuzz
