// SPDX-License-Identifier: Apache-2.0
#include "bprop/suggestion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace bprop {
namespace {

constexpr std::size_t kMaxLetters = 100;  // longer words are nobody's slip, and cost their square
constexpr std::size_t kMaxWords = 3;
constexpr std::size_t kEnoughOfABeginning = 4;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Letters to insert, delete or replace (Levenshtein's distance), row by row of its table.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

// One slip in a short word, more in a long one, never half of it.
std::size_t allowed(std::string_view typed, std::string_view word) {
  return std::min(1 + typed.size() / 4, std::min(typed.size(), word.size()) / 2);
}

}  // namespace

std::string suggestion(std::string_view typed, std::span<const std::string> known, std::string_view quote) {
  std::vector<std::string> nearest;
  std::size_t least = typed.size();
  for (const std::string& word : known) {
    if (std::max(word.size(), typed.size()) > kMaxLetters) continue;
    const bool begun = typed.size() >= kEnoughOfABeginning && word.starts_with(typed);
    const std::size_t most = begun ? least : std::min(least, allowed(typed, word));
    const std::size_t longer = std::max(word.size(), typed.size()) - std::min(word.size(), typed.size());
    if (!begun && longer > most) continue;  // the distance is no less
    const std::size_t letters = begun ? 1 : distance(typed, word);
    if (letters > most) continue;
    if (letters < least) nearest.clear();
    least = letters;
    if (nearest.size() < kMaxWords) nearest.push_back(fmt::format("{0}{1}{0}", quote, word));
  }
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(nearest, " or "));
}

}  // namespace bprop
