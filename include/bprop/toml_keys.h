// SPDX-License-Identifier: Apache-2.0
//
// What to ask of a TOML text from outside before a library reads it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bprop {

// The most dots in one key that a text may have: a.b.c has two.
inline constexpr std::size_t kMostDotsInKey = 16;

// The line, from 1, of the first key with more dots than that. Each dot is a table inside a table, and libraries take
// tables apart by recursion: a text of some kilobytes could overflow the stack. Dots in texts, comments and numbers
// count nothing. Linear in the text's size.
std::optional<std::size_t> line_of_deep_key(std::string_view text);

}  // namespace bprop
