// SPDX-License-Identifier: Apache-2.0
#include "bprop/trainer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "bprop/gradients.h"
#include "checkpoint/temporary_folder.h"
#include "linalg/kernels.h"
#include "nn/allocation_count.h"
#include "nn/random_matrix.h"

namespace bprop {
namespace {

using Floats = std::vector<float>;

double step(Trainer& trainer, const Floats& x, const Floats& y) {
  return trainer.step(std::span<const float>(x), std::span<const float>(y));
}

TEST(Trainer, ReturnsTheLossBeforeTheUpdateAndReportsTheStep) {
  Network network("3 -> 4 tanh -> 2", {.seed = 1});
  const Floats x = random_matrix<float>(1, 6, 3);
  const Floats y = random_matrix<float>(2, 6, 2);
  const double before = loss<float>(network, x, y);
  Trainer trainer(network, {.batch = 6, .optimizer = Sgd{0.1}, .clip = 100, .measure_change = true});
  EXPECT_EQ(step(trainer, x, y), before);
  EXPECT_EQ(trainer.report().loss, before);
  EXPECT_EQ(trainer.report().step, 1);
  EXPECT_EQ(trainer.report().learning_rate, 0.1);
  EXPECT_GT(trainer.report().gradient_norm, 0);
  EXPECT_NEAR(trainer.report().change, 0.1 * trainer.report().gradient_norm, 1e-7);
  EXPECT_LT(step(trainer, x, y), before);
  EXPECT_EQ(trainer.report().step, 2);
}

// Counts how often it is asked for each row; throws when it comes to `refused`.
struct CountingSource : BatchRows<float> {
  const Floats& x;
  const Floats& y;
  std::vector<std::atomic<int>> asked;
  std::size_t refused = std::numeric_limits<std::size_t>::max();
  CountingSource(const Floats& inputs, const Floats& targets) : x(inputs), y(targets), asked(targets.size() / 2) {}
  void fill(std::size_t first, std::size_t count, float* inputs, float* targets) override {
    for (std::size_t row = first; row < first + count; ++row) {
      ++asked.at(row);
      if (row == refused) throw std::runtime_error("no such row");
    }
    std::copy_n(x.data() + first * 3, count * 3, inputs);
    std::copy_n(y.data() + first * 2, count * 2, targets);
  }
};

TEST(Trainer, AsksASourceForEachRowOnceWhateverTheThreads) {
  constexpr std::size_t kManyRows = 700;  // three leaves
  const Floats x = random_matrix<float>(1, kManyRows, 3);
  const Floats y = random_matrix<float>(2, kManyRows, 2);
  Network by_spans("3 -> 4 tanh -> 2", {.seed = 1});
  const Network start = by_spans;
  Trainer spans(by_spans, {.batch = kManyRows});
  step(spans, x, y);
  for (const int threads : {1, 3}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    CountingSource source(x, y);
    Network by_source = start;
    Trainer(by_source, {.batch = kManyRows, .pool = &pool}).step(kManyRows, source);
    for (const auto& times : source.asked) EXPECT_EQ(times, 1);
    EXPECT_EQ(by_source.weights(0), by_spans.weights(0)) << threads;
  }
}

TEST(Trainer, ASourceThatThrowsLeavesTheNetworkAsItWasAndTrainingCanGoOn) {
  const Floats x = random_matrix<float>(1, 100, 3);
  const Floats y = random_matrix<float>(2, 100, 2);
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  Network network("3 -> 4 tanh -> 2", {.seed = 1});
  const Floats before = network.weights(0);
  Trainer trainer(network, {.batch = 100, .pool = &pool});
  CountingSource source(x, y);
  source.refused = 99;
  EXPECT_THROW(trainer.step(100, source), std::runtime_error);
  EXPECT_EQ(network.weights(0), before);
  EXPECT_EQ(trainer.report().step, 0);
  source.refused = 100;
  EXPECT_TRUE(std::isfinite(trainer.step(100, source)));
  EXPECT_NE(network.weights(0), before);
}

TEST(Trainer, ALossThatIsNotFiniteLeavesTheNetworkAsItWas) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    Network network("3 -> 4 relu -> 2", {.seed = 1});
    const Floats w = network.weights(0);
    const Floats b = network.bias(1);
    Trainer trainer(network, {.batch = 2, .weight_decay = 0.1});
    EXPECT_FALSE(std::isfinite(step(trainer, {1, 2, 3, 1, bad, 3}, {bad, 0, 0, 0}))) << bad;
    EXPECT_EQ(network.weights(0), w);
    EXPECT_EQ(network.bias(1), b);
    EXPECT_EQ(trainer.report().step, 0);
    EXPECT_TRUE(std::isfinite(step(trainer, {1, 2, 3, 1, 2, 3}, {0, 0, 0, 0})));  // and goes on
    EXPECT_EQ(trainer.report().step, 1);
  }
}

TEST(Trainer, AStepAbandonedBetweenLeavesChangesNothing) {
  const Floats x = random_matrix<float>(1, 700, 3);
  const Floats y = random_matrix<float>(2, 700, 2);
  Network network("3 -> 4 tanh -> 2", {.seed = 1});
  Network unbroken = network;
  int asked = 0;
  // Adam's first step knows only the signs of a gradient.
  Trainer trainer(network, {.batch = 700, .optimizer = Sgd{0.1}, .stop = [&asked] { return ++asked == 2; }});
  Trainer other(unbroken, {.batch = 700, .optimizer = Sgd{0.1}});
  EXPECT_TRUE(std::isnan(step(trainer, x, y)));
  EXPECT_TRUE(trainer.report().abandoned);
  EXPECT_EQ(trainer.report().step, 0);
  EXPECT_EQ(network.weights(0), unbroken.weights(0));
  EXPECT_EQ(step(trainer, x, y), step(other, x, y));
  EXPECT_FALSE(trainer.report().abandoned);
  EXPECT_EQ(network.weights(0), unbroken.weights(0));
}

TEST(Trainer, AllocatesNothingAfterTheFirstStepWhateverTheBatch) {
  for (const int threads : {1, 3}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    Network network("20 -> scale -> 40 gelu -> layer-norm -> 30 softmax -> scale -> 5 softmax", {.seed = 1});
    Trainer trainer(network, {.batch = 700,
                              .loss = {.loss = Loss::kCrossEntropy, .label_smoothing = 0.1},
                              .l2 = 1e-4,
                              .clip = 1,
                              .measure_change = true,
                              .pool = &pool});
    const Floats x = random_matrix<float>(1, 700, 20);
    const Floats y(700 * 5, 0.2F);
    const auto of = [&](std::size_t rows) {
      trainer.step(std::span(x).first(rows * 20), std::span(y).first(rows * 5));
    };
    of(9);  // the first is small: its memory must do for the large ones
    const std::uint64_t before = allocations();
    for (const std::size_t rows : {700U, 1U, 256U, 257U, 513U, 9U}) of(rows);
    EXPECT_EQ(allocations(), before) << threads << " threads";
  }
}

TEST(Trainer, EachOptimizerAllocatesNothingAfterTheFirstStep) {
  for (const OptimizerRule& rule : optimizer_rules()) {
    Network network("20 -> scale -> 40 relu -> layer-norm -> 5", {.seed = 1});
    TrainerOptions options{.batch = 32};
    options.optimizer = optimizer_named(rule.name);
    Trainer trainer(network, options);
    const Floats x = random_matrix<float>(1, 32, 20);
    const Floats y(32 * 5, 0.2F);
    step(trainer, x, y);
    const std::uint64_t before = allocations();
    for (int repeat = 0; repeat < 5; ++repeat) step(trainer, x, y);
    EXPECT_EQ(allocations(), before) << rule.name;
  }
}

// All parameters after a few updates; a clip that never clips makes the trainer write whole gradients first.
std::vector<Floats> after_updates(const TrainerOptions& given, bool whole_gradients, int threads) {
  ThreadPool pool({.threads = threads, .minimal_work = 0});
  Network network(
      "20 -> scale -> 150 gelu -> 33 tanh -> layer-norm -> scale -> add 2 -> 17 softmax -> layer-norm -> 40 relu -> 5 "
      "softmax",
      {.seed = 1});
  TrainerOptions options = given;
  options.batch = 70;
  options.loss.loss = Loss::kCrossEntropy;
  options.clip = whole_gradients ? 1e30 : 0;
  options.pool = &pool;
  Trainer trainer(network, options);
  const Floats x = random_matrix<float>(1, 70, 20);
  const Floats y(70 * 5, 0.2F);
  for (const std::size_t rows : {70U, 1U, 31U}) {
    trainer.step(std::span(x).first(rows * 20), std::span(y).first(rows * 5));
  }
  std::vector<Floats> parameters;
  for (std::size_t layer = 0; layer < network.architecture().layers.size(); ++layer) {
    parameters.push_back(network.weights(layer));
    parameters.push_back(network.bias(layer));
  }
  return parameters;
}

TEST(Trainer, UpdatesOnTheWayBackGiveTheBitsOfWholeGradients) {
  for (const OptimizerRule& rule : optimizer_rules()) {
    for (const bool freeze : {false, true}) {
      const TrainerOptions options{
          .optimizer = optimizer_named(rule.name), .weight_decay = 0.01, .freeze_biases = freeze};
      const std::vector<Floats> whole = after_updates(options, true, 1);
      for (const int threads : {1, 2, 5}) {
        EXPECT_EQ(after_updates(options, false, threads), whole) << rule.name << ", " << threads << " threads";
      }
    }
  }
}

TEST(Trainer, ReferenceAndSimdKernelsGiveTheSameBits) {
  for (const OptimizerRule& rule : optimizer_rules()) {
    const TrainerOptions options{.optimizer = optimizer_named(rule.name), .weight_decay = 0.01};
    const std::vector<Floats> expected = after_updates(options, false, 1);
    linalg::use_reference_kernels(true);
    const std::vector<Floats> reference = after_updates(options, false, 1);
    linalg::use_reference_kernels(false);
    EXPECT_EQ(reference, expected) << rule.name;
  }
}

TEST(Trainer, WeightDecayAndL2LeaveFactorsOfScaleLayersAlone) {
  for (const bool decoupled : {false, true}) {
    Network network("2 -> scale -> 1 no-bias", {.initializer = Initializer::kZeros});
    const Floats s = {1.5F, -2};
    network.set_weights(0, s);
    network.set_weights(1, Floats{3, 4});
    Trainer trainer(network, {.optimizer = Sgd{0.1}, .l2 = decoupled ? 0 : 0.5, .weight_decay = decoupled ? 0.5 : 0});
    step(trainer, {0, 0}, {0});  // a loss and a gradient of 0: what moves is moved by the penalty
    EXPECT_EQ(network.weights(0), s);
    EXPECT_NEAR(network.weights(1)[0], 3 * (1 - 0.1 * 0.5), 1e-6);
  }
}

TEST(Trainer, WeightDecayAndL2LeaveTheFactorsOfALayerNormAloneAndScaleRateDoesNotMoveThem) {
  const auto gamma_after = [](const TrainerOptions& options, const Floats& y) {
    Network network("3 -> layer-norm -> 1 no-bias", {.initializer = Initializer::kZeros});
    network.set_weights(0, Floats{1.5F, -2, 1});
    network.set_weights(1, Floats{1, 1, 1});
    Trainer trainer(network, options);
    step(trainer, {1, 2, 6}, y);
    return network.weights(0);
  };
  const Floats still = {1.5F, -2, 1};
  // All rows alike, so that u is 0, and with it the gradient of γ.
  for (const TrainerOptions& options :
       {TrainerOptions{.optimizer = Sgd{0.1}, .l2 = 0.5}, TrainerOptions{.optimizer = Sgd{0.1}, .weight_decay = 0.5}}) {
    Network network("3 -> layer-norm -> 1 no-bias", {.initializer = Initializer::kZeros});
    network.set_weights(0, still);
    Trainer trainer(network, options);
    step(trainer, {4, 4, 4}, {0});
    EXPECT_EQ(network.weights(0), still);
  }
  TrainerOptions six{.optimizer = Sgd{0.1}};
  six.rates.scales = 6;
  EXPECT_EQ(gamma_after(six, {2}), gamma_after({.optimizer = Sgd{0.1}}, {2}));
  EXPECT_NE(gamma_after(six, {2}), still);
}

TEST(Trainer, RefusesRowsThatDoNotFit) {
  Network network("3 -> 2");
  Trainer trainer(network, {.batch = 2});
  EXPECT_EQ(thrown([&] { step(trainer, {1, 2, 3, 4}, {1, 2}); }),
            "ShapeError: [trainer.step] 4 inputs and 2 targets, expected (N x 3) and (N x 2)");
  EXPECT_EQ(thrown([&] { step(trainer, {1, 2, 3}, {1, 2, 3, 4}); }),
            "ShapeError: [trainer.step] 3 inputs and 4 targets, expected (N x 3) and (N x 2)");
  EXPECT_EQ(thrown([&] { step(trainer, Floats(9), Floats(6)); }), "ShapeError: [trainer.step] 3 rows, expected 1 to 2");
  EXPECT_EQ(thrown([&] { step(trainer, {}, {}); }), "ShapeError: [trainer.step] 0 rows, expected 1 to 2");
}

// What Trainer says to these options.
std::string refusal(const TrainerOptions& options) {
  Network network("3 -> 2");
  return thrown([&] { Trainer trainer(network, options); });
}

TEST(Trainer, RefusesOptionsThatCannotBe) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal({.optimizer = Sgd{0}}), "UsageError: learning_rate is 0, expected a number above 0");
  EXPECT_EQ(refusal({.optimizer = Adam{.learning_rate = -1}}),
            "UsageError: learning_rate is -1, expected a number above 0");
  EXPECT_EQ(refusal({.optimizer = Adam{.learning_rate = nan}}),
            "UsageError: learning_rate is nan, expected a number above 0");
  EXPECT_EQ(refusal({.batch = 0}), "UsageError: batch is 0, expected at least 1");
  EXPECT_EQ(refusal({.l2 = -1}), "UsageError: l2 is -1, expected a number from 0");
  EXPECT_EQ(refusal({.weight_decay = nan}), "UsageError: weight_decay is nan, expected a number from 0");
  EXPECT_EQ(refusal({.clip = -0.5}), "UsageError: clip is -0.5, expected a norm above 0, or 0 for none");
  EXPECT_EQ(refusal({.loss = {.label_smoothing = 1}}),
            "UsageError: label_smoothing is 1, expected a number from 0 to below 1");
  EXPECT_EQ(refusal({.loss = {.huber_delta = 0}}), "UsageError: huber_delta is 0, expected a number above 0");
  EXPECT_EQ(refusal({.schedule = {.factor = 2}}),
            "UsageError: the schedule's factor is 2, expected a number above 0 to 1");
  EXPECT_EQ(refusal({.schedule = {.last = -1}}),
            "UsageError: the schedule's last factor is -1, expected a number from 0 to 1");
  EXPECT_EQ(refusal({.schedule = {.every = 0}}), "UsageError: the schedule's every is 0 epochs, expected at least 1");
}

}  // namespace
}  // namespace bprop
