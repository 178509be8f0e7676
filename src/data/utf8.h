// SPDX-License-Identifier: Apache-2.0
//
// Is a text UTF-8?
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bprop::data {

// "found a byte that is not UTF-8 (0xE9), expected text in UTF-8": the first byte of the first character that is not
// (also: overlong, a surrogate, above U+10FFFF). Nothing of a text that is.
std::optional<std::string> utf8_mistake(std::string_view text);

}  // namespace bprop::data
