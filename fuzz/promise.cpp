// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <fmt/format.h>

#include <cstdlib>

namespace bprop::fuzz {

void must(bool kept, const char* promise) {
  if (kept) return;
  fmt::print(stderr, "broken promise: {}\n", promise);
  std::abort();
}

}  // namespace bprop::fuzz
