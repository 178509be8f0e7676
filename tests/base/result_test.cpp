// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/check.h"

namespace bprop {
namespace {

Result<std::string> parse_word(bool good) {
  if (good) return std::string("word");
  return format_failure("no word");
}

TEST(Result, HoldsAValue) {
  Result<std::string> result = parse_word(true);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "word");
  EXPECT_EQ(result->size(), 4U);
  EXPECT_EQ(std::move(result).value_or_throw(), "word");
}

TEST(Result, CarriesAValueThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  EXPECT_EQ(*std::move(result).value_or_throw(), 7);
}

TEST(Result, HoldsTheSentenceInstead) {
  const Result<std::string> result = parse_word(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().message, "no word");
  EXPECT_EQ(result.failure().kind, Failure::Kind::kFormat);
}

TEST(Result, ThrowsTheKindOfErrorThatTheFailureNames) {
  using testing::ThrowsMessage;
  const auto thrown_by = [](Failure failure) { return [failure] { (void)Result<int>(failure).value_or_throw(); }; };
  EXPECT_THAT(thrown_by(format_failure("f")), ThrowsMessage<FormatError>("f"));
  EXPECT_THAT(thrown_by(io_failure("i")), ThrowsMessage<IoError>("i"));
  EXPECT_THAT(thrown_by(usage_failure("u")), ThrowsMessage<UsageError>("u"));
  EXPECT_THAT(thrown_by({Failure::Kind::kShape, "s"}), ThrowsMessage<ShapeError>("s"));
}

TEST(Check, ThrowsTheFormattedSentenceOnlyWhenTheConditionIsFalse) {
  EXPECT_NO_THROW(BPROP_CHECK(1 < 2, ShapeError, "never {}", "seen"));
  EXPECT_THAT([] { BPROP_CHECK(2 < 1, ShapeError, "[check] {} is not below {}", 2, 1); },
              testing::ThrowsMessage<ShapeError>("[check] 2 is not below 1"));
}

}  // namespace
}  // namespace bprop
