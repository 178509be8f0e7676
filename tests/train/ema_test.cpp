// SPDX-License-Identifier: Apache-2.0
//
// The moving average of the weights over the updates.
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/error.h"
#include "nn/allocation_count.h"
#include "train/tables.h"

namespace bprop {
namespace {

constexpr double kDecay = 0.9;

TrainOptions averaged(double decay) {
  TrainOptions options = small_options();
  options.optimizer = Adam{.learning_rate = 0.05};
  options.schedule = Schedule{};
  options.ema = decay;
  return options;
}

// Each θ out of a training of its own that ends there; the sum of the definition, from the first update on.
template <class T>
void expect_average_of_the_weights(Precision precision, double tolerance) {
  constexpr std::size_t kSteps = 13;  // in the third epoch
  const Dataset data = curve(100);
  TrainOptions options = averaged(0);
  options.precision = precision;
  options.keep_best = false;
  std::vector<double> expected;
  double shares = 0;
  for (std::size_t step = 1; step <= kSteps; ++step) {
    options.steps = step;
    const std::vector<T> weights = all_weights<T>(train(data, options).model);
    const double share = (1 - kDecay) * std::pow(kDecay, static_cast<double>(kSteps - step));
    expected.resize(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) expected[i] += share * static_cast<double>(weights[i]);
    shares += share;
  }
  options.ema = kDecay;
  const std::vector<T> found = all_weights<T>(train(data, options).model);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(found[i]), expected[i] / shares, tolerance) << i;
  }
}

TEST(Ema, IsTheWeightedMeanOfTheWeightsAfterEachUpdate) {
  expect_average_of_the_weights<double>(Precision::kDouble, 1e-13);
  expect_average_of_the_weights<float>(Precision::kFloat, 1e-6);
}

TEST(Ema, TheAverageIsScoredAndKeptAndTheWeightsAreTrainedAsWithoutIt) {
  const auto parts = split(curve(200), {.test = 0.25, .seed = 1});
  const TrainResult with = train(parts.train, parts.test, averaged(0.95));
  const TrainResult without = train(parts.train, parts.test, averaged(0));
  ASSERT_EQ(with.history.size(), without.history.size());
  for (std::size_t e = 0; e < with.history.size(); ++e) {
    EXPECT_EQ(with.history[e].train_loss, without.history[e].train_loss) << e;
    EXPECT_NE(with.history[e].validation_loss, without.history[e].validation_loss) << e;
  }
  EXPECT_NEAR(evaluate(with.model, parts.test).loss, with.epoch(with.best_epoch)->validation_loss, 1e-12);
}

TEST(Ema, ThreadsChangeNoBit) {
  ThreadPool three({.threads = 3, .minimal_work = 0});
  TrainOptions options = averaged(0.95);
  options.epochs = 1;
  const std::vector<float> alone = all_weights(train(curve(60), options).model);
  options.pool = &three;
  EXPECT_EQ(all_weights(train(curve(60), options).model), alone);
}

TEST(Ema, AllocatesNothingAfterTheFirstStep) {
  TrainOptions options = averaged(0.95);
  std::vector<std::uint64_t> counts;
  TrainObserver observer;
  counts.reserve(100);
  observer.epoch = [&](const EpochReport&) { counts.push_back(allocations()); };
  options.doctor_every = 0;
  train(curve(100), options, observer);
  ASSERT_EQ(counts.size(), 5);
  EXPECT_EQ(counts.back(), counts[1]);
}

TEST(Ema, ADecayThatCannotBeIsRefused) {
  for (const double decay : {-0.1, 1.0, std::nan("")}) {
    EXPECT_THROW(train(curve(60), averaged(decay)), UsageError) << decay;
  }
}

}  // namespace
}  // namespace bprop
