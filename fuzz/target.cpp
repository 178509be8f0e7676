// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <fmt/format.h>

#include "bprop/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bprop;
  try {
    fuzz::examine({reinterpret_cast<const char*>(data), size});
  } catch (const Error& error) {
    const bool one = fuzz::is_one_sentence(error.what());
    if (!one) fmt::print(stderr, "refused with: {}\n", error.what());
    fuzz::must(one, "a refusal is one sentence");
  }
  return 0;
}
