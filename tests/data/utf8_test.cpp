// SPDX-License-Identifier: Apache-2.0
#include "data/utf8.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace bprop {
namespace {

// The byte that is named, "0xE9"; "" for a text that is UTF-8.
std::string found_in(std::string_view text) {
  const auto mistake = data::utf8_mistake(text);
  if (!mistake) return "";
  EXPECT_TRUE(mistake->ends_with("expected text in UTF-8")) << *mistake;
  return mistake->substr(mistake->find("0x"), 4);
}

TEST(Utf8, CharactersOfEveryLengthAreText) {
  EXPECT_EQ(found_in(""), "");
  EXPECT_EQ(found_in("a\x7F"), "");
  // The first and the last of two, three and four bytes, and those around the surrogates.
  constexpr std::array<std::string_view, 8> kEnds = {"\xC2\x80",         "\xDF\xBF",     "\xE0\xA0\x80",
                                                     "\xED\x9F\xBF",     "\xEE\x80\x80", "\xF0\x90\x80\x80",
                                                     "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"};
  for (const std::string_view character : kEnds) EXPECT_EQ(found_in(std::string("x") + std::string(character)), "");
}

TEST(Utf8, OverlongFormsSurrogatesAndWhatIsBeyondAreNone) {
  EXPECT_EQ(found_in("\xC1\xBF"), "0xC1");
  EXPECT_EQ(found_in("\xE0\x9F\xBF"), "0xE0");
  EXPECT_EQ(found_in("\xF0\x8F\xBF\xBF"), "0xF0");
  EXPECT_EQ(found_in("\xED\xA0\x80"), "0xED");
  EXPECT_EQ(found_in("\xF4\x90\x80\x80"), "0xF4");
  EXPECT_EQ(found_in("\xF5\x80\x80\x80"), "0xF5");
}

TEST(Utf8, BrokenCharactersAreNamedByTheirFirstByte) {
  EXPECT_EQ(found_in("ab\x80"), "0x80");
  EXPECT_EQ(found_in("caf\xE9"), "0xE9");
  EXPECT_EQ(found_in("\xE2\x82"), "0xE2");
  EXPECT_EQ(found_in("\xE2\x28\xA1"), "0xE2");
  EXPECT_EQ(found_in("\xE2\x82\x28"), "0xE2");
  EXPECT_EQ(found_in("\xF0\x9F\x98\x28"), "0xF0");
}

}  // namespace
}  // namespace bprop
