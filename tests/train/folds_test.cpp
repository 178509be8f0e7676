// SPDX-License-Identifier: Apache-2.0
#include "bprop/folds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

std::vector<std::size_t> source_rows(const Dataset& data) {
  std::vector<std::size_t> rows;
  for (std::size_t n = 0; n < data.rows(); ++n) rows.push_back(data.source_row(n));
  return rows;
}

TEST(SplitFolds, TestsEveryRowOnceAndTrainsOnTheOthers) {
  const Dataset data = sectors(53);
  std::multiset<std::size_t> tested;
  for (const TrainTest& part : split_folds(data, 5, 3)) {
    std::set<std::size_t> all;
    for (const std::size_t row : source_rows(part.test)) all.insert(row);
    tested.insert(all.begin(), all.end());
    for (const std::size_t row : source_rows(part.train)) all.insert(row);
    EXPECT_EQ(all.size(), 53);
    EXPECT_EQ(part.train.rows() + part.test.rows(), 53);
    EXPECT_THAT(part.test.rows(), testing::AnyOf(10, 11));
  }
  EXPECT_EQ(tested.size(), 53);
  EXPECT_EQ(std::set(tested.begin(), tested.end()).size(), 53);
}

TEST(SplitFolds, DealsEachClassEvenly) {
  const Dataset data = sectors(90);
  const auto rows_of = [](const Dataset& part, double label) {
    std::size_t count = 0;
    for (std::size_t n = 0; n < part.rows(); ++n) count += part.cell(n, 2) == label ? 1U : 0U;
    return count;
  };
  for (const TrainTest& part : split_folds(data, 4, 1)) {
    for (const double label : {0.0, 1.0, 2.0}) {
      const std::size_t all = rows_of(data, label);
      EXPECT_THAT(rows_of(part.test, label), testing::AllOf(testing::Ge(all / 4), testing::Le((all + 3) / 4)));
    }
  }
}

TEST(SplitFolds, FollowsTheSeed) {
  const auto first = [](std::uint64_t seed) { return source_rows(split_folds(curve(40), 4, seed)[0].test); };
  EXPECT_EQ(first(1), first(1));
  EXPECT_NE(first(1), first(2));
}

TEST(SplitFolds, RefusesWhatCannotBe) {
  EXPECT_EQ(thrown([] { split_folds(curve(9), 1); }), "UsageError: folds is 1, expected 2 to the number of rows, 9");
  EXPECT_EQ(thrown([] { split_folds(curve(9), 10); }), "UsageError: folds is 10, expected 2 to the number of rows, 9");
  const Dataset lonely = make_dataset({"x", "c"}, std::vector<double>{1, 0, 2, 0, 3, 1, 4, 0}, "c");
  EXPECT_EQ(thrown([&] { split_folds(lonely, 2); }),
            "FormatError: table, row 3: its class '1' has no other row, expected two at least, so that one is trained "
            "on");
}

TEST(CrossValidate, IsTrainingAndEvaluatingByHand) {
  const Dataset data = sectors(80);
  const TrainOptions options = small_options();
  const CrossValidation result = cross_validate(data, 3, options);
  const auto parts = split_folds(data, 3, options.seed);
  ASSERT_EQ(result.folds.size(), 3);
  double sum = 0;
  std::vector<double> values;
  for (std::size_t i = 0; i < 3; ++i) {
    const TrainResult trained = train(parts[i].train, options);
    values.push_back(evaluate(trained.model, parts[i].test).score(Metric::kLogLoss).value);
    sum += values.back();
    EXPECT_EQ(result.folds[i].evaluation.score(Metric::kLogLoss).value, values[i]);
    EXPECT_EQ(result.folds[i].best_epoch, trained.best_epoch);
    EXPECT_EQ(result.folds[i].train_rows + result.folds[i].validation_rows + parts[i].test.rows(), 80);
  }
  const double mean = sum / 3;
  const FoldScore& score = result.score(Metric::kLogLoss);
  EXPECT_DOUBLE_EQ(score.mean, mean);
  const double squares = std::pow(values[0] - mean, 2) + std::pow(values[1] - mean, 2) + std::pow(values[2] - mean, 2);
  EXPECT_NEAR(score.standard_error, std::sqrt(squares / 2) / std::sqrt(3.0), 1e-14);
}

TEST(CrossValidate, LeavesOutFoldsThatWereStopped) {
  std::atomic<bool> stop{false};
  int begun = 0;
  TrainObserver observer;
  observer.begin = [&](const Model&, std::size_t, std::size_t) { stop = ++begun == 3; };
  observer.stop = &stop;
  EXPECT_EQ(cross_validate(curve(50), 5, small_options(), observer).folds.size(), 2);
  EXPECT_EQ(begun, 3);
}

}  // namespace
}  // namespace bprop
