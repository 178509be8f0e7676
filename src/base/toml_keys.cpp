// SPDX-License-Identifier: Apache-2.0
#include "bprop/toml_keys.h"

#include <algorithm>

namespace bprop {
namespace {

// Behind the text between quotes that begins at `begin`: "…", '…', """…""" or '''…'''. One that is never closed ends
// with its line or the whole, where every reader stops.
std::size_t behind_quotes(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const bool several_lines = text.size() - begin >= 3 && text[begin + 1] == quote && text[begin + 2] == quote;
  const std::string_view closing = text.substr(begin, several_lines ? 3 : 1);
  for (std::size_t i = begin + closing.size(); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text.substr(i, closing.size()) == closing) {
      return i + closing.size();
    } else if (text[i] == '\n' && !several_lines) {
      return i;
    }
  }
  return text.size();
}

std::size_t line_at(std::string_view text, std::size_t place) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, place), '\n'));
}

bool goes_on_in_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == ' ' || c == '\t';
}

}  // namespace

std::optional<std::size_t> line_of_deep_key(std::string_view text) {
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {  // a part of a key, or a value
      i = behind_quotes(text, i);
    } else if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else {
      if (c == '.' && ++dots > kMostDotsInKey) return line_at(text, i);
      if (c != '.' && !goes_on_in_key(c)) dots = 0;
      ++i;
    }
  }
  return std::nullopt;
}

}  // namespace bprop
