// SPDX-License-Identifier: Apache-2.0
#include "data/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace bprop::data {
namespace {

// The bytes of the character that `text` begins with; 0: it is none.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  if (lead < 0x80) return 1;
  const std::size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  const auto continues = [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80; };
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(size), continues)) return 0;
  const auto second = static_cast<std::uint8_t>(text[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
  return overlong || beyond ? 0 : size;
}

// Where the first character begins that is none.
std::optional<std::size_t> find_not_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character_bytes(text.substr(i));
    if (size == 0) return i;
    i += size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> utf8_mistake(std::string_view text) {
  const auto wrong = find_not_utf8(text);
  if (!wrong) return std::nullopt;
  return fmt::format("found a byte that is not UTF-8 (0x{:02X}), expected text in UTF-8",
                     static_cast<unsigned char>(text[*wrong]));
}

}  // namespace bprop::data
