// SPDX-License-Identifier: Apache-2.0
//
// What somebody may have meant by a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bprop {

// "; did you mean 'age'?" to end such a sentence with: the words that are nearest to the mistyped one, each between
// `quote`s, three at most; or "" if none is near. A word is near if a few letters (one, more in a long word) make one
// of the other, upper and lower case being equal, or if it begins with at least four letters typed.
std::string suggestion(std::string_view typed, std::span<const std::string> known, std::string_view quote = "");

}  // namespace bprop
