// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <array>

namespace bprop {
namespace {

// Entry b: what eight shifts make of the byte b.
constexpr std::array<std::uint32_t, 256> make_table() {
  constexpr std::uint32_t kReflected = 0x82F63B78;  // 0x1EDC6F41 with its bits in the other order
  std::array<std::uint32_t, 256> table = {};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? kReflected : 0);
    table[byte] = value;
  }
  return table;
}
constexpr std::array kTable = make_table();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t value = 0xFFFFFFFF;
  for (const char byte : bytes) value = (value >> 8) ^ kTable[(value ^ static_cast<unsigned char>(byte)) & 0xFFU];
  return ~value;
}

}  // namespace bprop
