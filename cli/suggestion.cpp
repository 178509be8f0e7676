// SPDX-License-Identifier: Apache-2.0
#include "suggestion.h"

#include <algorithm>
#include <numeric>

namespace bprop::cli {
namespace {

// Letters to insert, delete or replace (Levenshtein's distance), row by row of its table.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string suggestion(std::string_view typed, const std::vector<std::string>& known) {
  const std::string* nearest = nullptr;
  std::size_t least = 1 + typed.size() / 4;  // one slip in a short word, more in a long one
  for (const std::string& word : known) {
    const bool begun = typed.size() >= 4 && word.starts_with(typed);
    const std::size_t letters = begun ? 1 : distance(typed, word);
    if (letters <= least && (nearest == nullptr || letters < least)) {
      nearest = &word;
      least = letters;
    }
  }
  return nearest == nullptr ? "" : "; did you mean " + *nearest + "?";
}

}  // namespace bprop::cli
