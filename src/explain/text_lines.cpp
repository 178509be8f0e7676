// SPDX-License-Identifier: Apache-2.0
#include "explain/text_lines.h"

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace bprop::explaining {
namespace {

// Cut before operators within at most so many parentheses.
Lines cut_at_operators(std::string_view formula, int deepest) {
  constexpr std::string_view kOperators[] = {"=", "+", "−", "·", "⊙"};
  Lines result;
  int depth = 0;
  for (const std::string& word : words_of(formula)) {
    const bool is_operator = std::ranges::find(kOperators, word) != std::end(kOperators);
    if (result.empty() || (is_operator && depth <= deepest)) {
      result.push_back(word);
    } else {
      result.back() += ' ';
      result.back() += word;
    }
    depth += static_cast<int>(std::ranges::count(word, '(') - std::ranges::count(word, ')'));
  }
  return result;
}

}  // namespace

Lines words_of(std::string_view text) {
  Lines result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

Lines operands_of(std::string_view formula, std::size_t room) {
  constexpr int kDeepest = 3;
  Lines pieces;
  for (int deepest = 0; deepest <= kDeepest; ++deepest) {
    pieces = cut_at_operators(formula, deepest);
    if (room == 0 || longest(pieces) <= room) return pieces;
  }
  Lines result;
  for (const std::string& piece : pieces) {
    for (std::string& line : character_count(piece) <= room ? Lines{piece} : words_of(piece)) {
      result.push_back(std::move(line));
    }
  }
  return result;
}

Lines packed(const Lines& pieces, std::size_t room) {
  Lines lines;
  std::size_t used = 0;
  for (const std::string& piece : pieces) {
    const std::size_t length = character_count(piece);
    if (lines.empty() || (room > 0 && used + 1 + length > room)) {
      lines.emplace_back();
      used = 0;
    } else {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += piece;
    used += length;
  }
  return lines;
}

std::size_t longest(const Lines& pieces) {
  std::size_t result = 0;
  for (const std::string& piece : pieces) result = std::max(result, character_count(piece));
  return result;
}

std::string margin_of(std::string_view line, std::size_t indent, std::size_t width) {
  const std::size_t length = character_count(line);
  const std::size_t most = width == 0 ? indent : width - std::min(width, length);
  return std::string(std::min(indent, most), ' ');
}

}  // namespace bprop::explaining
