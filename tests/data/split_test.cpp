// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/error.h"

namespace bprop {
namespace {

Dataset numbered(std::size_t rows, std::size_t classes) {
  std::vector<double> cells;
  for (std::size_t i = 0; i < rows; ++i) {
    cells.push_back(static_cast<double>(i));
    cells.push_back(static_cast<double>(i * 7 % classes));
  }
  return make_dataset({"x", "y"}, cells, "y");
}

std::vector<std::size_t> rows_of(const Dataset& data) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < data.rows(); ++row) rows.push_back(data.source_row(row));
  return rows;
}

std::map<double, std::size_t> class_counts(const Dataset& data) {
  std::map<double, std::size_t> counts;
  for (std::size_t row = 0; row < data.rows(); ++row) ++counts[data.cell(row, *data.target())];
  return counts;
}

void expect(bool condition, const char* what) { EXPECT_TRUE(condition) << what; }

TEST(Split, IsAPartitionInTheOrderOfTheSource) {
  const bool holds = rc::check([] {
    const auto rows = *rc::gen::inRange<std::size_t>(1, 300);
    const auto classes = *rc::gen::inRange<std::size_t>(1, 25);
    const auto test = *rc::gen::element(0.0, 0.1, 0.2, 0.5, 0.99);
    const auto validation = *rc::gen::element(0.0, 0.2, 0.7);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const Dataset data = numbered(rows, classes);
    const auto parts = split_three(data, {.test = test, .validation = validation, .seed = seed});
    std::vector<std::size_t> all;
    for (const Dataset* part : {&parts.train, &parts.validation, &parts.test}) {
      const auto ids = rows_of(*part);
      RC_ASSERT(std::is_sorted(ids.begin(), ids.end()));
      all.insert(all.end(), ids.begin(), ids.end());
    }
    std::sort(all.begin(), all.end());
    RC_ASSERT(all == rows_of(data));
    if (classes <= 20) RC_ASSERT(class_counts(parts.train).size() == class_counts(data).size());
    if (test == 0) RC_ASSERT(parts.test.rows() == 0U);
    if (validation == 0) RC_ASSERT(parts.validation.rows() == 0U);
  });
  expect(holds, "see rapidcheck's counterexample above");
}

TEST(Split, EveryClassHasItsShare) {
  const Dataset data = numbered(1000, 4);
  const auto [train, test] = split(data, {.test = 0.2, .seed = 3});
  EXPECT_EQ(test.rows(), 200u);
  for (const auto& [label, count] : class_counts(test)) EXPECT_EQ(count, 50u) << label;
  for (const auto& [label, count] : class_counts(train)) EXPECT_EQ(count, 200u) << label;
}

TEST(Split, RoundsUpAndTakesValidationFromWhatTheTestLeft) {
  const auto parts = split_three(numbered(1797, 10), {.test = 0.2, .validation = 0.2});
  EXPECT_EQ(parts.test.rows(), 360u);
  EXPECT_EQ(parts.validation.rows(), 288u);
  EXPECT_EQ(parts.train.rows(), 1149u);
}

// `singles` classes of one row each, then a class of `rest` rows.
Dataset nearly_unique(std::size_t singles, std::size_t rest) {
  std::vector<double> cells;
  for (std::size_t i = 0; i < singles + rest; ++i) {
    cells.push_back(static_cast<double>(i));
    cells.push_back(static_cast<double>(std::min(i, singles)));
  }
  return make_dataset({"x", "y"}, cells, "y");
}

TEST(Split, LargerClassesMakeUpForThoseOfOneRow) {
  const auto parts = split_three(nearly_unique(60, 40), {.test = 0.2, .stratify = true});
  EXPECT_EQ(parts.test.rows(), 20u);
  EXPECT_EQ(parts.train.rows(), 80u);
  EXPECT_EQ(class_counts(parts.train).size(), 61u);
  EXPECT_THAT(parts.warnings,
              testing::ElementsAre("column 'y': 60 of 61 classes are too small to have a row for the test"));
}

TEST(Split, TooFewRowsForThePartsAreSaid) {
  const auto parts = split_three(nearly_unique(90, 10), {.test = 0.2, .validation = 0.1, .stratify = true});
  EXPECT_EQ(parts.test.rows(), 5u);  // half of the large class
  EXPECT_EQ(class_counts(parts.train).size(), 91u);
  EXPECT_THAT(parts.warnings,
              testing::ElementsAre("column 'y': 90 of 91 classes are too small to have a row for the test, which has 5 "
                                   "rows instead of 20",
                                   "column 'y': 90 of 91 classes are too small to have a row for the validation, which "
                                   "has 2 rows instead of 10"));
}

TEST(Split, AShareThatLeavesNothingToTrainOnIsCut) {
  EXPECT_THAT(
      split_three(numbered(20, 4), {.test = 0.95}).warnings,
      testing::ElementsAre("column 'y': each class keeps a row to train on, the test has 16 rows instead of 19"));
}

TEST(Split, NothingIsSaidOfClassesThatAreLargeEnough) {
  EXPECT_THAT(split_three(numbered(1000, 4), {.validation = 0.2}).warnings, testing::IsEmpty());
  EXPECT_THAT(split_three(nearly_unique(90, 10), {.stratify = false}).warnings, testing::IsEmpty());
  EXPECT_THAT(split_three(make_dataset({"x"}, std::vector<double>{1})).warnings, testing::IsEmpty()) << "no target";
  EXPECT_THAT(split_three(nearly_unique(3, 10), {.test = 0}).warnings, testing::IsEmpty());
}

TEST(Split, TestRowsDependOnTheSeedAndNotOnValidation) {
  const Dataset data = numbered(500, 3);
  const auto rows = [&](std::uint64_t seed, double validation) {
    return rows_of(split_three(data, {.test = 0.3, .validation = validation, .seed = seed}).test);
  };
  EXPECT_EQ(rows(1, 0), rows(1, 0.25));
  EXPECT_NE(rows(1, 0), rows(2, 0));
}

TEST(Split, ASplitOfAPartKeepsTheRowsOfTheSource) {
  const auto [train, test] = split(numbered(100, 2), {.seed = 5});
  const auto again = split(train, {.seed = 6});
  for (std::size_t row = 0; row < again.test.rows(); ++row) {
    EXPECT_EQ(again.test.cell(row, 0), static_cast<double>(again.test.source_row(row)));
  }
}

TEST(Split, NumbersAreNotStratifiedUnlessWanted) {
  const Dataset data = numbered(100, 50);  // 50 classes: numbers by rule
  EXPECT_EQ(split(data, {.test = 0.5, .stratify = true}).test.rows(), 50u);
  const auto counts = class_counts(split(data, {.test = 0.5, .stratify = true}).test);
  EXPECT_EQ(counts.size(), 50u) << "one of two rows of each";
  EXPECT_LT(class_counts(split(data, {.test = 0.5}).test).size(), 50u);
}

TEST(Split, WrongOptionsAreSaid) {
  const Dataset data = numbered(10, 2);
  EXPECT_THROW(split(data, {.test = 1}), UsageError);
  EXPECT_THROW(split(data, {.test = -0.1}), UsageError);
  EXPECT_THROW(split(data, {.test = 0.1, .validation = 0.1}), UsageError);
  EXPECT_THROW(split(make_dataset({"a"}, std::vector<double>{1, 2}), {.stratify = true}), UsageError);
}

TEST(Dataset, SelectRefusesRowsThatDoNotExist) {
  EXPECT_THROW(numbered(3, 2).select({0, 3}), UsageError);
  EXPECT_EQ(rows_of(numbered(3, 2).select({2, 0, 2})), (std::vector<std::size_t>{2, 0, 2}));
}

TEST(Dataset, MakeDatasetChecksItsArguments) {
  const std::vector<double> cells = {1, 2, 3};
  EXPECT_THROW(make_dataset({"a", "b"}, cells), ShapeError);
  EXPECT_THROW(make_dataset({}, cells), UsageError);
  EXPECT_THROW(make_dataset({"a", "a", "b"}, cells), UsageError);
  EXPECT_THROW(make_dataset({"a", "b", "c"}, cells, "z"), UsageError);
  EXPECT_THROW(make_dataset({"a"}, std::vector<double>{1.0 / 0.0}), FormatError);
  EXPECT_EQ(make_dataset({"a"}, cells).where(2), "table, row 3");
  EXPECT_EQ(Dataset().rows(), 0u);
}

}  // namespace
}  // namespace bprop
