// SPDX-License-Identifier: Apache-2.0
//
// Names, lists and counts out of foreign files, as they may stand in an error sentence: short, on one line, and without
// bytes that a terminal would obey.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bprop {

// "name" with quotation marks; control characters become '?', and after 60 bytes comes "...".
std::string in_quotes(std::string_view text);

// A shape as people read it: "(2 x 3)", "(4)", "()" for one number.
std::string shape_text(std::span<const std::uint64_t> shape);

// "1 row", "3 rows".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace bprop
