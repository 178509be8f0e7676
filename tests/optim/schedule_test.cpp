// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "bprop/error.h"
#include "bprop/optimizer.h"

namespace bprop {
namespace {

constexpr std::size_t kPerEpoch = 10;
constexpr std::size_t kTotal = 1000;

TEST(Schedule, ConstantIsOne) {
  const Schedule schedule;
  for (const std::size_t step : {0U, 1U, 999U, 5000U}) EXPECT_EQ(schedule(step, kPerEpoch, kTotal), 1);
}

TEST(Schedule, StepMultipliesEveryFewEpochs) {
  const Schedule schedule{.kind = Schedule::Kind::kStep, .factor = 0.5, .every = 3};
  EXPECT_EQ(schedule(0, kPerEpoch, kTotal), 1);
  EXPECT_EQ(schedule(29, kPerEpoch, kTotal), 1);
  EXPECT_EQ(schedule(30, kPerEpoch, kTotal), 0.5);
  EXPECT_EQ(schedule(59, kPerEpoch, kTotal), 0.5);
  EXPECT_EQ(schedule(60, kPerEpoch, kTotal), 0.25);
}

TEST(Schedule, ExponentialMultipliesEveryEpoch) {
  const Schedule schedule{.kind = Schedule::Kind::kExponential, .factor = 0.9};
  EXPECT_EQ(schedule(9, kPerEpoch, kTotal), 1);
  EXPECT_EQ(schedule(10, kPerEpoch, kTotal), 0.9);
  EXPECT_NEAR(schedule(505, kPerEpoch, kTotal), std::pow(0.9, 50), 1e-16);
}

TEST(Schedule, CosineFallsFromOneToItsLastFactor) {
  const Schedule schedule{.kind = Schedule::Kind::kCosine, .last = 0.1};
  EXPECT_EQ(schedule(0, kPerEpoch, kTotal), 1);
  EXPECT_NEAR(schedule(250, kPerEpoch, kTotal), 0.1 + 0.9 * 0.5 * (1 + std::sqrt(0.5)), 1e-15);
  EXPECT_NEAR(schedule(500, kPerEpoch, kTotal), 0.55, 1e-15);
  EXPECT_NEAR(schedule(1000, kPerEpoch, kTotal), 0.1, 1e-15);
  EXPECT_NEAR(schedule(2000, kPerEpoch, kTotal), 0.1, 1e-15) << "it stays there";
  for (std::size_t step = 0; step < kTotal; ++step) {
    const double exact = 0.1 + 0.9 * 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(step) / kTotal));
    EXPECT_NEAR(schedule(step, kPerEpoch, kTotal), exact, 1e-15);
    EXPECT_GT(schedule(step, kPerEpoch, kTotal), schedule(step + 1, kPerEpoch, kTotal));
  }
}

// The schedule coslog4 of arXiv 2407.04491 is ½ − ½ cos(2π log₂(1 + 15 t)).
TEST(Schedule, CosLogIsThatOfThePaper) {
  const Schedule schedule{.kind = Schedule::Kind::kCosLog};
  for (std::size_t step = 0; step <= kTotal; ++step) {
    const double t = static_cast<double>(step) / kTotal;
    const double exact = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * std::log2(1 + 15 * t));
    EXPECT_NEAR(schedule(step, kPerEpoch, kTotal), exact, 1e-14);
  }
}

TEST(Schedule, CosLogIsZeroAtTheEndOfEveryCycleAndEachIsTwiceAsLong) {
  const Schedule schedule{.kind = Schedule::Kind::kCosLog, .cycles = 3};
  for (const std::size_t step : {0U, 100U, 300U, 700U, 900U}) EXPECT_NEAR(schedule(step, 1, 700), 0, 1e-15);
  std::size_t peaks = 0;
  for (std::size_t step = 1; step < 700; ++step) {
    const double here = schedule(step, 1, 700);
    if (here > schedule(step - 1, 1, 700) && here > schedule(step + 1, 1, 700)) ++peaks;
  }
  EXPECT_EQ(peaks, 3U);
}

TEST(Schedule, WarmUpRisesLinearlyToOneAndCosineFallsFromThere) {
  const Schedule schedule{.kind = Schedule::Kind::kCosine, .warm_up = 4};
  EXPECT_EQ(schedule(0, kPerEpoch, kTotal), 0.25);
  EXPECT_EQ(schedule(1, kPerEpoch, kTotal), 0.5);
  EXPECT_EQ(schedule(2, kPerEpoch, kTotal), 0.75);
  EXPECT_EQ(schedule(3, kPerEpoch, kTotal), 1);
  EXPECT_EQ(schedule(4, kPerEpoch, kTotal), 1);
  EXPECT_NEAR(schedule(502, kPerEpoch, kTotal), 0.5, 1e-15);
  EXPECT_NEAR(schedule(1000, kPerEpoch, kTotal), 0, 1e-15);
}

TEST(Schedule, WarmUpComesBeforeEveryKind) {
  for (const auto kind : {Schedule::Kind::kConstant, Schedule::Kind::kStep, Schedule::Kind::kExponential}) {
    const Schedule schedule{.kind = kind, .warm_up = 2};
    EXPECT_EQ(schedule(0, kPerEpoch, kTotal), 0.5);
    EXPECT_EQ(schedule(1, kPerEpoch, kTotal), 1);
    EXPECT_EQ(schedule(2, kPerEpoch, kTotal), 1);
  }
}

TEST(Schedule, SurvivesRunsOfNoStepsAndNoEpochs) {
  for (const auto kind :
       {Schedule::Kind::kConstant, Schedule::Kind::kStep, Schedule::Kind::kExponential, Schedule::Kind::kCosine}) {
    const Schedule schedule{.kind = kind, .every = 0};
    EXPECT_EQ(schedule(0, 0, 0), 1);
  }
}

TEST(Schedule, NamesParseBackAndAnUnknownOneIsRefused) {
  for (const char* known : {"constant", "step", "exponential", "cosine", "coslog"})
    EXPECT_EQ(name(schedule_named(known)), known);
  EXPECT_THAT([] { (void)schedule_named("linear"); },
              testing::ThrowsMessage<UsageError>(
                  "unknown schedule 'linear'; known: constant, step, exponential, cosine, coslog"));
}

}  // namespace
}  // namespace bprop
