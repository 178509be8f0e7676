// SPDX-License-Identifier: Apache-2.0
//
// Text in lines of at most so many columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bprop::explaining {

using Lines = std::vector<std::string>;

// What stands between spaces.
Lines words_of(std::string_view text);

// A written formula before its operators, as little within parentheses as lines of `room` columns need; between words
// where even that is not enough. 0: no limit.
Lines operands_of(std::string_view formula, std::size_t room);

// Pieces with a space between, as many in a line as there is room for; 0: all. A piece that is longer has a line of its
// own.
Lines packed(const Lines& pieces, std::size_t room);

std::size_t longest(const Lines& pieces);

// Spaces before a line: `indent` of them, fewer where it would pass the page. 0: no limit.
std::string margin_of(std::string_view line, std::size_t indent, std::size_t width);

}  // namespace bprop::explaining
