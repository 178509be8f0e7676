// SPDX-License-Identifier: Apache-2.0
//
// Text in UTF-8 as characters (code points). Bytes that are no UTF-8 count as one character each.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace bprop {

// The first character of a text that is not empty.
inline std::string_view first_character(std::string_view text) {
  const auto continues = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
  };
  std::size_t size = 1;
  while (static_cast<unsigned char>(text[0]) >= 0xC2U && size < 4 && continues(size)) ++size;
  return text.substr(0, size);
}

inline std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  for (; !text.empty(); text.remove_prefix(result.back().size())) result.push_back(first_character(text));
  return result;
}

inline std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(first_character(text).size())) ++count;
  return count;
}

}  // namespace bprop
