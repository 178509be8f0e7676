// SPDX-License-Identifier: Apache-2.0
#include "train/epoch_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "train/tables.h"

namespace bprop::training {
namespace {

using testing::ElementsAre;

// The epochs recorded of so many, if these were the best so far.
std::vector<std::size_t> recorded(std::size_t epochs, const std::set<std::size_t>& best) {
  std::vector<std::size_t> numbers;
  EpochRecord record;
  const auto write = [&](const EpochReport& report) { numbers.push_back(report.epoch); };
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    record.add({.epoch = epoch, .best = best.contains(epoch)}, write);
  }
  record.finish(write);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  EXPECT_EQ(std::set<std::size_t>(numbers.begin(), numbers.end()).size(), numbers.size());
  return numbers;
}

std::vector<std::size_t> beyond(const std::vector<std::size_t>& numbers, std::size_t epoch) {
  return {std::upper_bound(numbers.begin(), numbers.end(), epoch), numbers.end()};
}

TEST(EpochRecord, HasAllOfTheFirstThousand) {
  EXPECT_EQ(recorded(1000, {}).size(), 1000u);
  EXPECT_EQ(recorded(7, {3}).size(), 7u);
}

TEST(EpochRecord, ThenEverySecondEveryFourthAndTheLast) {
  EXPECT_THAT(beyond(recorded(1007, {}), 1000), ElementsAre(1002, 1004, 1006, 1007));
  EXPECT_THAT(beyond(recorded(2012, {}), 1996), ElementsAre(1998, 2000, 2004, 2008, 2012));
  EXPECT_THAT(beyond(recorded(8017, {}), 7990), ElementsAre(7992, 8000, 8016, 8017));
}

TEST(EpochRecord, HasTheLastImprovementOfEachGap) {
  EXPECT_THAT(beyond(recorded(2013, {2001, 2002, 2005, 2008, 2013}), 2000),
              ElementsAre(2002, 2004, 2005, 2008, 2012, 2013));
}

TEST(EpochRecord, NeverHasMoreThanIsSaid) {
  for (const std::size_t epochs : {1u, 1000u, 1001u, 2000u, 2001u, 40'000u}) {
    std::set<std::size_t> all;
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) all.insert(epoch);
    EXPECT_LE(recorded(epochs, all).size(), EpochRecord::most(epochs)) << epochs;
  }
  EXPECT_EQ(EpochRecord::most(1'000'000), 11'002u);
}

TEST(EpochRecord, ALongRunFindsItsBestEpochInTheHistory) {
  TrainOptions options = small_options();
  options.epochs = 3000;
  options.batch = 100;
  options.optimizer = Sgd{0.001};  // so slow that nearly every epoch is the best so far
  options.schedule = Schedule{};
  const TrainResult result = train(curve(20), options);
  EXPECT_LE(result.history.size(), EpochRecord::most(3000));
  EXPECT_EQ(result.history.back().epoch, 3000);
  ASSERT_NE(result.epoch(result.best_epoch), nullptr);
  EXPECT_TRUE(result.epoch(result.best_epoch)->best);
  EXPECT_EQ(result.epoch(1)->epoch, 1);
  EXPECT_EQ(result.epoch(0), nullptr);
  EXPECT_EQ(result.epoch(3001), nullptr);
}

}  // namespace
}  // namespace bprop::training
