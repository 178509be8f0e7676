// SPDX-License-Identifier: Apache-2.0
//
// When training stops, which weights are kept, and who is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "nn/allocation_count.h"
#include "train/tables.h"

namespace bprop {
namespace {

TEST(Stopping, AfterAllEpochs) {
  const TrainResult result = train(curve(100), small_options());
  EXPECT_EQ(result.stop_reason, StopReason::kEpochs);
  EXPECT_EQ(result.epochs, 5);
  EXPECT_EQ(result.steps, 25);  // 80 rows in batches of 16
  EXPECT_EQ(result.history.size(), 5);
  EXPECT_EQ(result.train_rows, 80);
  EXPECT_EQ(result.validation_rows, 20);
  EXPECT_EQ(total_steps(small_options(), 80), 25);
}

TEST(Stopping, AfterTheLimitOfUpdatesWithinAnEpoch) {
  TrainOptions options = small_options();
  options.steps = 7;
  const TrainResult result = train(curve(100), options);
  EXPECT_EQ(result.stop_reason, StopReason::kSteps);
  EXPECT_EQ(result.steps, 7);
  EXPECT_EQ(result.epochs, 2);
  EXPECT_EQ(result.history.back().step, 7);
  EXPECT_EQ(total_steps(options, 80), 7);
}

TEST(Stopping, WhenTheWeightsHardlyChange) {
  TrainOptions options = small_options();
  options.epochs = 1000;
  options.optimizer = Sgd{0.05};
  options.schedule = Schedule{};
  options.min_change = 1e-3;
  const TrainResult result = train(curve(100), options);
  EXPECT_EQ(result.stop_reason, StopReason::kMinChange);
  EXPECT_LT(result.final_change, 1e-3);
  EXPECT_GT(result.final_change, 0);
}

TEST(Stopping, AfterTheTimeLimit) {
  TrainOptions options = small_options();
  options.epochs = 1'000'000'000;
  options.time_limit = 0.05;
  const TrainResult result = train(curve(100), options);
  EXPECT_EQ(result.stop_reason, StopReason::kTimeLimit);
  EXPECT_GE(result.seconds, 0.05);
  EXPECT_LT(result.seconds, 5);
}

TEST(Stopping, WhenTheCallerAsksTo) {
  std::atomic<bool> stop{false};
  TrainObserver observer;
  observer.stop = &stop;
  observer.epoch = [&](const EpochReport& report) { stop = report.epoch == 3; };
  const TrainResult result = train(curve(100), small_options(), observer);
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_EQ(result.steps, 3 * 5 + 1);  // after the current update
  EXPECT_EQ(result.epochs, 4);
}

TEST(Stopping, WhenTheCallerAsksToInTheMiddleOfAnUpdate) {
  const Dataset data = make_dataset({"a", "b", "c", "y"}, random_matrix<double>(1, 1000, 4), "y");
  const std::atomic<bool> stop = true;
  const TrainResult result = train(
      data, {.preset = Preset::kPlain, .layers = "4 tanh", .epochs = 3, .batch = 1000, .seed = 2, .validation = 0.2},
      {.stop = &stop});
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_EQ(result.steps, 0);
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_TRUE(result.history.empty());
}

// A validation of some 10¹² operations, so that even a fast machine does not end it in the half second it is given.
TEST(Stopping, ALongFirstValidationIsBrokenOffAndTheWeightsAreKept) {
  const Dataset data = make_dataset({"a", "y"}, random_matrix<double>(1, 2'000'000, 2), "y");
  TrainOptions options{.preset = Preset::kPlain,
                       .layers = "512 tanh, 512 tanh, 512 tanh",
                       .epochs = 3,
                       .batch = 16,
                       .seed = 2,
                       .validation = 0.99999};
  options.time_limit = 0.05;
  const TrainResult result = train(data, options);
  EXPECT_EQ(result.stop_reason, StopReason::kTimeLimit);
  EXPECT_GT(result.steps, 0);
  EXPECT_EQ(result.best_epoch, 1);
  ASSERT_EQ(result.history.size(), 1);
  EXPECT_TRUE(std::isnan(result.history[0].validation_loss));
  EXPECT_FALSE(std::get<Network>(result.model.network).weights(0).empty());
}

// Training rows that say nothing about the validation rows: the loss there soon rises.
TrainResult overfitted(std::size_t patience, bool keep_best) {
  const std::vector<double> noise = random_matrix<double>(1, 80, 4);
  const Dataset data = make_dataset({"a", "b", "c", "y"}, noise, "y");
  TrainOptions options{
      .preset = Preset::kPlain, .layers = "32 relu", .epochs = 40, .batch = 8, .seed = 2, .validation = 0.4};
  options.optimizer = Adam{.learning_rate = 0.02};
  options.schedule = Schedule{};
  options.patience = patience;
  options.keep_best = keep_best;
  return train(data, options);
}

TEST(Stopping, WhenPatienceEndsAndTheBestWeightsComeBack) {
  const TrainResult result = overfitted(6, true);
  EXPECT_EQ(result.stop_reason, StopReason::kPatience);
  std::size_t lowest = 0;
  for (std::size_t i = 0; i < result.history.size(); ++i) {
    if (result.history[i].validation_loss < result.history[lowest].validation_loss) lowest = i;
  }
  EXPECT_EQ(result.epochs, lowest + 1 + 6);
  EXPECT_EQ(result.best_epoch, lowest + 1);
  // The model has the weights of that epoch: an unbroken run of so many epochs ends in them.
  TrainOptions shorter{.preset = Preset::kPlain,
                       .layers = "32 relu",
                       .epochs = lowest + 1,
                       .batch = 8,
                       .keep_best = false,
                       .seed = 2,
                       .validation = 0.4};
  shorter.optimizer = Adam{.learning_rate = 0.02};
  shorter.schedule = Schedule{};
  const Dataset data = make_dataset({"a", "b", "c", "y"}, random_matrix<double>(1, 80, 4), "y");
  EXPECT_EQ(all_weights(result.model), all_weights(train(data, shorter).model));
}

TEST(Stopping, LastWeightsAreKeptIfAskedFor) {
  const TrainResult best = overfitted(0, true);
  const TrainResult last = overfitted(0, false);
  EXPECT_EQ(last.stop_reason, StopReason::kEpochs);
  EXPECT_EQ(last.best_epoch, 40);
  EXPECT_LT(best.best_epoch, 40);
  EXPECT_NE(all_weights(best.model), all_weights(last.model));
  EXPECT_EQ(best.history.back().validation_loss, last.history.back().validation_loss);
}

TrainOptions diverging() {
  TrainOptions options{.preset = Preset::kPlain, .layers = "8 relu", .epochs = 50, .batch = 16, .seed = 1};
  options.optimizer = Sgd{1e4};
  options.schedule = Schedule{};
  return options;
}

TEST(Stopping, ADivergedRunWithoutGoodEpochGivesTheFirstWeights) {
  for (const double validation : {0.0, 0.2}) {
    for (const bool keep_best : {true, false}) {
      TrainOptions options = diverging();
      options.validation = validation;
      options.keep_best = keep_best;
      std::vector<float> start;
      TrainObserver observer;
      observer.begin = [&](const Model& model, std::size_t, std::size_t) { start = all_weights(model); };
      const TrainResult result = train(curve(100), options, observer);
      EXPECT_EQ(result.stop_reason, StopReason::kDiverged);
      EXPECT_EQ(all_weights(result.model), start) << validation << keep_best;
      EXPECT_EQ(result.best_epoch, 0);
      ASSERT_TRUE(result.divergence);
      EXPECT_FALSE(std::isfinite(result.divergence->value));
    }
  }
}

TEST(Stopping, ADivergedRunKeepsTheBestEpoch) {
  TrainOptions options{.preset = Preset::kPlain, .layers = "8 relu", .epochs = 40, .batch = 16, .seed = 1};
  options.optimizer = Sgd{0.01};
  options.schedule = Schedule{};
  const Dataset data = curve(100);
  const TrainResult good = train(data, options);
  ASSERT_EQ(good.stop_reason, StopReason::kEpochs);
  // Goes on with a rate that is far too large; the start's own weights are scored in no epoch, so they come back.
  TrainOptions wild = options;
  wild.optimizer = Sgd{1e4};
  const TrainTest parts = split(data, {.test = 0.2, .seed = 1});
  const TrainResult result = train_from(good.model, parts.train, parts.test, wild);
  EXPECT_EQ(result.stop_reason, StopReason::kDiverged);
  EXPECT_EQ(all_weights(result.model), all_weights(good.model));
  // A warm-up that becomes too fast: the early epochs are good, and the best of them is kept.
  TrainOptions rising = options;
  rising.epochs = 400;
  rising.optimizer = Sgd{50};
  rising.schedule = {.warm_up = 2000};
  const TrainResult risen = train(data, rising);
  ASSERT_EQ(risen.stop_reason, StopReason::kDiverged);
  ASSERT_GT(risen.best_epoch, 0);
  const double score = risen.epoch(risen.best_epoch)->validation_score;
  EXPECT_NEAR(evaluate(risen.model, split(data, {.test = 0.2, .seed = 1}).test).rmse, score, 1e-9 * score);
}

TEST(Stopping, EveryReasonHasANameAndASentenceOfItsOwn) {
  std::vector<std::string> names;
  for (int reason = 0; reason <= static_cast<int>(StopReason::kDiverged); ++reason) {
    names.emplace_back(name(static_cast<StopReason>(reason)));
    EXPECT_THAT(sentence(static_cast<StopReason>(reason)), testing::Not(testing::EndsWith(".")));
  }
  EXPECT_THAT(names, testing::ElementsAre("epochs", "steps", "min_change", "patience", "time_limit", "interrupted",
                                          "diverged"));
}

TEST(Observer, SeesTheStartEveryEpochAndSomeSteps) {
  std::size_t begun = 0;
  std::vector<EpochReport> epochs;
  std::size_t steps = 0;
  TrainObserver observer;
  observer.begin = [&](const Model& start, std::size_t rows, std::size_t validation_rows) {
    EXPECT_EQ(start.architecture().text(), "2 -> 8 tanh -> 1 identity");
    EXPECT_EQ(rows, 80);
    EXPECT_EQ(validation_rows, 20);
    ++begun;
  };
  observer.epoch = [&](const EpochReport& report) { epochs.push_back(report); };
  observer.step = [&](std::size_t, std::size_t total, double loss) {
    EXPECT_EQ(total, 8000 * 5);
    EXPECT_TRUE(std::isfinite(loss));
    ++steps;
  };
  TrainOptions options = small_options();
  options.epochs = 8000;
  options.time_limit = 0.3;
  const TrainResult result = train(curve(100), options, observer);
  EXPECT_EQ(begun, 1);
  ASSERT_GE(epochs.size(), result.history.size());  // every epoch, recorded or not
  EXPECT_EQ(epochs[0].epoch, 1);
  EXPECT_EQ(epochs[0].step, 5);
  EXPECT_TRUE(epochs[0].best);
  EXPECT_EQ(epochs[1].validation_loss, result.history[1].validation_loss);
  EXPECT_GE(steps, 1);
  EXPECT_LE(static_cast<double>(steps), 1 + result.seconds / 0.05);
}

TEST(Observer, WithoutValidationRowsTheirNumbersAreNaN) {
  TrainOptions options = small_options();
  options.validation = 0;
  const TrainResult result = train(curve(100), options);
  EXPECT_TRUE(std::isnan(result.history[0].validation_loss));
  EXPECT_TRUE(std::isnan(result.history[0].validation_score));
  EXPECT_EQ(result.best_epoch, 5);
  EXPECT_EQ(result.validation_rows, 0);
}

// The whole loop: shuffling, encoding, last partial batch, validation, new best weights, all threads.
TEST(Allocations, TrainingAllocatesNothingAfterTheFirstEpoch) {
  for (const int threads : {1, 3}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    TrainOptions options = small_options();
    options.epochs = 20;
    options.batch = 17;  // 80 rows: the last batch has 12
    options.min_change = 1e-30;
    options.clip = 1;
    options.patience = 20;
    options.pool = &pool;
    std::vector<std::uint64_t> counts(20);
    std::size_t improved = 0;
    TrainObserver observer;
    observer.epoch = [&](const EpochReport& report) {
      counts[report.epoch - 1] = allocations();
      improved += report.best ? 1U : 0U;
    };
    for (const Dataset& data : {curve(100), sectors(100)}) {
      train(data, options, observer);
      EXPECT_EQ(counts.front(), counts.back()) << threads << " threads";
      EXPECT_GT(improved, 1);
    }
  }
}

}  // namespace
}  // namespace bprop
