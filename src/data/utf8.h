// SPDX-License-Identifier: Apache-2.0
//
// Is a text UTF-8?
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bprop::data {

// Where the first character begins that is not UTF-8 (also: overlong, a surrogate, above U+10FFFF).
std::optional<std::size_t> find_not_utf8(std::string_view text);

}  // namespace bprop::data
