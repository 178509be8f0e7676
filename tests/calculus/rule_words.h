// SPDX-License-Identifier: Apache-2.0
//
// Reads the numbers out of a rule's words, so that the tests hold a rule to its own sentences.
#pragma once

#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace bprop {

// "−1.7581" → −1.7581 (a minus sign as typeset, U+2212), "+inf" → infinity; what follows the number is not read.
inline double number_in_words(std::string_view words) {
  constexpr std::string_view kMinus = "−";
  double sign = 1;
  if (words.substr(0, kMinus.size()) == kMinus) {
    sign = -1;
    words.remove_prefix(kMinus.size());
  } else if (words.substr(0, 1) == "+") {
    words.remove_prefix(1);
  }
  if (words.substr(0, 3) == "inf") return sign * std::numeric_limits<double>::infinity();
  const std::string digits(words);
  char* end = nullptr;
  const double number = std::strtod(digits.c_str(), &end);
  return end == digits.c_str() ? std::numeric_limits<double>::quiet_NaN() : sign * number;
}

inline std::vector<std::string> split_words(std::string_view words, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = words.find(separator);
    parts.emplace_back(words.substr(0, at));
    if (at == std::string_view::npos) return parts;
    words.remove_prefix(at + separator.size());
  }
}

}  // namespace bprop
