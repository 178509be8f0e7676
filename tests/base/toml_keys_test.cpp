// SPDX-License-Identifier: Apache-2.0
#include "bprop/toml_keys.h"

#include <string>

#include <gtest/gtest.h>

namespace bprop {
namespace {

// "a.a.a", with so many dots.
std::string key_with(std::size_t dots, const std::string& part = "a") {
  std::string key = part;
  for (std::size_t i = 0; i < dots; ++i) key += '.' + part;
  return key;
}

std::size_t line_in(const std::string& text) { return line_of_deep_key(text).value_or(0); }

TEST(TomlKeys, SixteenDotsAreTakenSeventeenAreNot) {
  EXPECT_EQ(line_in(key_with(16) + " = 1\n[" + key_with(16) + "]\n"), 0U);
  EXPECT_EQ(line_in("x = 1\n\n" + key_with(17) + " = 1\n"), 3U);
  EXPECT_EQ(line_in("[[" + key_with(17) + "]]\n"), 1U);
  EXPECT_EQ(line_in("x = {b = 1, " + key_with(17) + " = 1}\n"), 1U);
}

TEST(TomlKeys, PartsOfAKeyMayBeBetweenQuotesAndBlanks) {
  EXPECT_EQ(line_in(key_with(17, "\"a\"") + " = 1"), 1U);
  EXPECT_EQ(line_in(key_with(17, "'\\'") + " = 1"), 1U);
  EXPECT_EQ(line_in(key_with(17, " a-_Z9\t") + " = 1"), 1U);
}

TEST(TomlKeys, DotsOfValuesTextsAndCommentsAreNone) {
  const std::string dots(100, '.');
  EXPECT_EQ(line_in("# " + dots + "\nx = \"\\\"" + dots + "\"\ny = '" + dots + "'"), 0U);
  EXPECT_EQ(line_in("x = \"\"\"" + dots + "\n" + dots + "\\\"\"\"\" # " + dots), 0U);
  EXPECT_EQ(line_in("x = '''" + dots + "\n" + dots + "'''\n"), 0U);
  std::string numbers = "x = [";
  for (int i = 0; i < 100; ++i) numbers += "0.5, ";
  EXPECT_EQ(line_in(numbers + "1.5]\n"), 0U);
}

TEST(TomlKeys, BehindATextThatIsNeverClosedTheNextLineCounts) {
  EXPECT_EQ(line_in("x = \"open\n" + key_with(17)), 2U);
  EXPECT_EQ(line_in("x = \"\"\"open\n" + key_with(17)), 0U);
  EXPECT_EQ(line_in("x = \"\\"), 0U);
  EXPECT_EQ(line_in("'"), 0U);
  EXPECT_EQ(line_in("#"), 0U);
  EXPECT_EQ(line_in(""), 0U);
}

}  // namespace
}  // namespace bprop
