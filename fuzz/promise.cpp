// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace bprop::fuzz {

void must(bool kept, const char* promise) {
  if (kept) return;
  fmt::print(stderr, "broken promise: {}\n", promise);
  std::abort();
}

bool is_one_sentence(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace bprop::fuzz
