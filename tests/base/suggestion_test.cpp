// SPDX-License-Identifier: Apache-2.0
#include "bprop/suggestion.h"

#include <gtest/gtest.h>

#include <vector>

namespace bprop {
namespace {

const std::vector<std::string> kColumns = {"age", "Name", "sepal_length", "sepal_width", "p00", "p01", "p10"};

TEST(Suggestion, NamesTheNearestWord) {
  EXPECT_EQ(suggestion("agee", kColumns), "; did you mean age?");
  EXPECT_EQ(suggestion("sepal_lenth", kColumns, "'"), "; did you mean 'sepal_length'?");
  EXPECT_EQ(suggestion("sepel_widht", kColumns), "; did you mean sepal_width?");
}

TEST(Suggestion, CaseIsNoSlip) { EXPECT_EQ(suggestion("NAME", kColumns), "; did you mean Name?"); }

TEST(Suggestion, WordsThatAreEquallyNearAreAllNamedUpToThree) {
  EXPECT_EQ(suggestion("p11", kColumns, "'"), "; did you mean 'p01' or 'p10'?");
  const std::vector<std::string> many = {"row1", "row2", "row3", "row4"};
  EXPECT_EQ(suggestion("row9", many), "; did you mean row1 or row2 or row3?");
}

TEST(Suggestion, FourLettersOfABeginningAreEnough) {
  const std::vector<std::string> options = {"--learning-rate", "--layers"};
  EXPECT_EQ(suggestion("--learn", options), "; did you mean --learning-rate?");
  EXPECT_EQ(suggestion("--l", options), "");
}

TEST(Suggestion, NothingIsSaidWhenNothingIsNear) {
  EXPECT_EQ(suggestion("colour", kColumns), "");
  EXPECT_EQ(suggestion("x", kColumns), "");
  EXPECT_EQ(suggestion("", kColumns), "");
  EXPECT_EQ(suggestion("age", std::vector<std::string>{}), "");
  const std::vector<std::string> letters = {"a", "b"};
  EXPECT_EQ(suggestion("c", letters), "");
}

TEST(Suggestion, WordsOfManyLettersAreNotCompared) {
  const std::vector<std::string> endless = {std::string(1000, 'a')};
  EXPECT_EQ(suggestion(std::string(999, 'a'), endless), "");
}

}  // namespace
}  // namespace bprop
