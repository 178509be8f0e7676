// SPDX-License-Identifier: Apache-2.0
//
// Safetensors files made by hand, right or wrong: the length field before a header of any text, then any data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bprop {

inline std::string length_field(std::uint64_t length) {
  std::string field;
  for (int i = 0; i < 8; ++i) field += static_cast<char>(length >> (8 * i) & 0xff);
  return field;
}

inline std::string safetensors_text(std::string_view header, std::string_view data = {}) {
  return length_field(header.size()) + std::string(header) + std::string(data);
}

}  // namespace bprop
