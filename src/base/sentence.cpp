// SPDX-License-Identifier: Apache-2.0
#include "base/sentence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bprop {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string result = "\"";
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (text.size() > kLongest) result += "...";
  return result + '"';
}

std::string shape_text(std::span<const std::uint64_t> shape) { return fmt::format("({})", fmt::join(shape, " x ")); }

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace bprop
