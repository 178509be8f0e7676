// SPDX-License-Identifier: Apache-2.0
//
// A fuzz target is one file that defines examine(): it gives the bytes to a parser, and must() says what then holds.
// bprop may refuse them by throwing an Error that says why; any other end keeps the bytes as a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bprop::fuzz {

void examine(std::string_view bytes);

// Ends the program unless the promise is kept.
void must(bool kept, const char* promise);

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// Takes the first byte off: what a target chooses by. 0 where there is none.
inline unsigned take_byte(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto first = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return first;
}

}  // namespace bprop::fuzz
