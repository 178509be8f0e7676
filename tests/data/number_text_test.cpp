// SPDX-License-Identifier: Apache-2.0
#include "data/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bprop::data {
namespace {

TEST(NumberText, ACellIsANumberAnInfinityNothingOrText) {
  const auto kind = [](std::string_view text) {
    double value = 0;
    return read_cell(text, '.', value);
  };
  for (const char* text : {"1", "+1", "-1.5e3", ".5"}) EXPECT_EQ(kind(text), CellText::kNumber) << text;
  for (const char* text : {"inf", "-inf", "Infinity", "+INF", "1e999"})
    EXPECT_EQ(kind(text), CellText::kInfinite) << text;
  for (const char* text : {"", "?", "NA", "nan", "NaN", "-nan", "null"})
    EXPECT_EQ(kind(text), CellText::kAbsent) << text;
  for (const char* text : {"+", "-", "+-1", "1+", "none", "-null", "Iron", "0x1"})
    EXPECT_EQ(kind(text), CellText::kOther) << text;
}

TEST(NumberText, WhatIsAbsentHasNoValue) {
  double value = 0;
  read_cell("-nan", '.', value);
  EXPECT_TRUE(std::isnan(value));
}

TEST(NumberText, DigitsOfLargeNumbersSurviveWhereZerosFollow) {
  for (const char* text : {"7", "-123456789012345", "1200000000000000000000", "0.1234567890123456789", "1e300"}) {
    EXPECT_TRUE(digits_survive(text)) << text;
  }
  for (const char* text : {"007", "+01", "1234567890123456789", "10000000000000000000001"}) {
    EXPECT_FALSE(digits_survive(text)) << text;
  }
}

}  // namespace
}  // namespace bprop::data
