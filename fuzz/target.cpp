// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "bprop/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bprop;
  try {
    fuzz::examine({reinterpret_cast<const char*>(data), size});
  } catch (const Error& error) {
    fuzz::must(error.what()[0] != '\0', "a refusal says why");
  }
  return 0;
}
