// SPDX-License-Identifier: Apache-2.0
//
// A lesson as a page of text, and what stands in its tables and equations.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/error.h"
#include "bprop/lesson.h"
#include "bprop/model.h"

namespace bprop {

// Without line breaks, so that a sentence can be looked for.
inline std::string page_text(std::string_view name) { return render_text(lesson(name), {.width = 0}); }

// As pages print numbers: six significant digits.
inline std::string number_text(double number) { return text_of(math::number(number)); }

// A line's words, without the spaces that align a table.
inline std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line);
  std::vector<std::string> result;
  for (std::string word; words >> word;) result.push_back(word);
  return result;
}

// Whether a line of the page is this row of a table, whatever its columns' widths.
inline bool has_row(const std::string& page, const std::vector<std::string>& cells) {
  const std::string row = fmt::format("{}", fmt::join(cells, " "));
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (fmt::format("{}", fmt::join(words_of(line), " ")) == row) return true;
  }
  return false;
}

// The words of the first line that begins with these; none if there is no such line.
inline std::vector<std::string> row_of(const std::string& page, const std::vector<std::string>& begin) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> words = words_of(line);
    if (words.size() >= begin.size() && std::equal(begin.begin(), begin.end(), words.begin())) return words;
  }
  return {};
}

// The network that the lesson prints as a file: the `which`th.
inline Model printed_network(std::string_view name, std::size_t which = 0) {
  for (const Document page = lesson(name); const Section& section : page.sections) {
    for (const Block& block : section.blocks) {
      const auto* listing = std::get_if<Listing>(&block);
      if (listing != nullptr && listing->text.starts_with("layers") && which-- == 0)
        return model_from_toml(listing->text);
    }
  }
  throw UsageError("the lesson prints no such network");
}

}  // namespace bprop
