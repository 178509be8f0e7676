// SPDX-License-Identifier: Apache-2.0
//
// What is written reads back: tables of random texts and numbers, with random quoting, line ends and buffers.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <string>
#include <vector>

#include "data/csv_table.h"

namespace bprop {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// Spaces and tabs at the ends of an unquoted field do not belong to it.
bool needs_quotes(const std::string& text, char delimiter) {
  return text.find_first_of("\"\n\r") != std::string::npos || text.find(delimiter) != std::string::npos ||
         text.back() == ' ' || text.back() == '\t';
}

rc::Gen<std::string> cell_text() {
  // Begins with a letter that no marker and no number begins with.
  const std::vector<std::string> characters = {"a",  "b", ",", ";", " ", "\"", "\n", "\r",
                                               "\t", "|", ".", "1", "9", "e",  "-",  "é"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(characters)),
                      [](const std::vector<std::string>& text) { return fmt::format("z{}", fmt::join(text, "")); });
}

TEST(CsvProperty, TextWrittenWithRandomQuotingReadsBack) {
  const bool holds = rc::check([] {
    const char delimiter = *rc::gen::element(',', ';', '\t', '|');
    const std::string end = *rc::gen::element<std::string>("\n", "\r\n");
    const auto width = *rc::gen::inRange<std::size_t>(1, 5);
    const auto cells =
        *rc::gen::container<std::vector<std::string>>(width * *rc::gen::inRange<std::size_t>(1, 12), cell_text());
    std::string text;
    for (std::size_t c = 0; c < width; ++c) text += fmt::format("{}h{}", c > 0 ? std::string(1, delimiter) : "", c);
    text += end;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool quote = needs_quotes(cells[i], delimiter) || *rc::gen::arbitrary<bool>();
      text += quote ? quoted(cells[i]) : cells[i];
      text += (i + 1) % width == 0 ? end : std::string(1, delimiter);
    }
    const auto buffer = *rc::gen::inRange<std::size_t>(16, 64);
    const auto data = data::parse_csv(text, "t.csv", {.delimiter = delimiter, .buffer_bytes = buffer});
    if (!data) RC_FAIL(data.failure().message + "\n" + text);
    RC_ASSERT(data->rows() == cells.size() / width);
    for (std::size_t i = 0; i < cells.size(); ++i) RC_ASSERT(data->text(i / width, i % width) == cells[i]);
  });
  EXPECT_TRUE(holds);
}

TEST(CsvProperty, NumbersReadBackToTheLastBit) {
  const bool holds = rc::check([](const std::vector<double>& numbers) {
    std::string text = "a\n";
    for (const double number : numbers) text += fmt::format("{}\n", std::isfinite(number) ? number : 0.5);
    RC_PRE(!numbers.empty());
    const auto data = data::parse_csv(text, "t.csv", {.hints = {{"a", ColumnKind::kNumber}}});
    if (!data) RC_FAIL(data.failure().message);
    for (std::size_t i = 0; i < numbers.size(); ++i) RC_ASSERT(data->cell(i, 0) == numbers[i]);
  });
  EXPECT_TRUE(holds);
}

TEST(CsvProperty, NoBytesCrashTheReader) {
  const bool holds = rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a1,;\"\"\n\n\r\t .-einfNA?\0\xFF", 22)));
    const auto data = data::parse_csv(text, "t.csv");
    const bool told = data ? data->rows() > 0 : data.failure().message.starts_with("t.csv");
    RC_ASSERT(told);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace bprop
