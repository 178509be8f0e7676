// SPDX-License-Identifier: Apache-2.0
//
// Trainings with dropout layers, and the schedules of dropout and weight decay, step by step against their formulas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "bprop/explain_trace.h"
#include "bprop/gradients.h"
#include "bprop/trainer.h"
#include "checkpoint/temporary_folder.h"
#include "nn/random_matrix.h"
#include "train/recorded_run.h"

namespace bprop {
namespace {

using Numbers = std::vector<double>;

constexpr const char* kNetwork = "3 -> dropout 0.3 -> 5 tanh -> dropout 0.5 -> 2";

void expect_equal(const DoubleNetwork& found, const DoubleNetwork& expected) {
  for (std::size_t k = 0; k < expected.architecture().layers.size(); ++k) {
    EXPECT_EQ(found.weights(k), expected.weights(k)) << "layer " << k;
    EXPECT_EQ(found.bias(k), expected.bias(k)) << "layer " << k;
  }
}

// θ − η g and, for weights, − η λ w before.
void descend(DoubleNetwork& network, const DoubleGradients& g, double rate, double decay) {
  for (std::size_t k = 0; k < g.layers.size(); ++k) {
    Numbers w = network.weights(k), b = network.bias(k);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = w[i] * (1 - rate * decay) - rate * g.layers[k].d_weights[i];
    for (std::size_t i = 0; i < b.size(); ++i) b[i] -= rate * g.layers[k].d_bias[i];
    network.set_weights(k, w);
    network.set_bias(k, b);
  }
}

void expect_near(const DoubleNetwork& found, const DoubleNetwork& expected) {
  for (std::size_t k = 0; k < expected.architecture().layers.size(); ++k) {
    const Numbers w = found.weights(k), v = expected.weights(k);
    for (std::size_t i = 0; i < v.size(); ++i) EXPECT_NEAR(w[i], v[i], 1e-14) << "layer " << k;
  }
}

// By the way of one leaf, and through whole gradients.
TEST(DropoutTraining, AStepGoesDownTheGradientOfItsOwnMasks) {
  for (const std::size_t rows : {9U, 300U}) {
    const Numbers x = random_matrix<double>(1, rows, 3), y = random_matrix<double>(2, rows, 2);
    DoubleNetwork network(kNetwork, {.seed = 3});
    DoubleNetwork by_hand = network;
    DoubleTrainer trainer(network, {.batch = rows, .optimizer = Sgd{0.25}, .seed = 11});
    for (std::size_t step = 0; step < 3; ++step) {
      const PassKey key{.pass = Pass::kTraining, .seed = 11, .step = step};
      const DoubleGradients g = gradients<double>(by_hand, x, y, {}, nullptr, key);
      EXPECT_NEAR(trainer.step(x, y), g.loss, 1e-14) << "the loss is that of the training pass";
      descend(by_hand, g, 0.25, 0);
    }
    expect_near(network, by_hand);
  }
}

TEST(DropoutTraining, GivesTheSameBitsForAnyNumberOfThreadsAndEitherWayOfUpdating) {
  constexpr std::size_t kRows = 600;
  const auto x = random_matrix<float>(1, kRows, 30), y = random_matrix<float>(2, kRows, 4);
  const auto trained = [&](std::size_t batch, ThreadPool* pool, bool whole, std::uint64_t seed) {
    Network network("30 -> dropout 0.1 -> 150 selu -> dropout 0.3 -> 150 selu -> dropout 0.2 -> 4", {.seed = 3});
    Trainer trainer(network, {.batch = batch, .seed = seed, .measure_change = whole, .pool = pool});
    for (std::size_t first = 0; first + batch <= kRows; first += batch) {
      trainer.step(std::span(x).subspan(first * 30, batch * 30), std::span(y).subspan(first * 4, batch * 4));
    }
    return network.weights(1);
  };
  ThreadPool two({.threads = 2, .minimal_work = 0}), three({.threads = 3, .minimal_work = 0});
  for (const std::size_t batch : {200U, 600U}) {
    const std::vector<float> expected = trained(batch, nullptr, false, 1);
    EXPECT_EQ(trained(batch, &two, false, 1), expected);
    EXPECT_EQ(trained(batch, &three, true, 1), expected);
    EXPECT_NE(trained(batch, nullptr, false, 2), expected);
  }
}

TEST(Fade, OfFlatCosIsOneAndThenFollowsACosineToZero) {
  EXPECT_EQ(fade_named("flat_cos"), Fade::kFlatCos);
  EXPECT_EQ(name(Fade::kConstant), "constant");
  for (const std::size_t step : {0U, 20U, 49U, 50U}) EXPECT_EQ(factor(Fade::kFlatCos, step, 100), 1) << step;
  EXPECT_NEAR(factor(Fade::kFlatCos, 75, 100), 0.5, 1e-15);
  EXPECT_NEAR(factor(Fade::kFlatCos, 100, 100), 0, 1e-15);
  for (std::size_t step = 50; step <= 100; ++step) {
    const double t = static_cast<double>(step) / 100;
    EXPECT_NEAR(factor(Fade::kFlatCos, step, 100), 0.5 * (1 + std::cos(M_PI * (2 * t - 1))), 1e-14) << step;
    EXPECT_EQ(factor(Fade::kConstant, step, 100), 1);
  }
}

TEST(Fade, OfDropoutAndWeightDecayReachesEveryUpdate) {
  const Numbers x = random_matrix<double>(1, 9, 3), y = random_matrix<double>(2, 9, 2);
  DoubleNetwork network(kNetwork, {.seed = 3});
  DoubleNetwork by_hand = network;
  TrainerOptions options{.batch = 9, .optimizer = Sgd{0.25}, .total_steps = 8, .weight_decay = 0.5};
  options.weight_decay_schedule = options.dropout_schedule = Fade::kFlatCos;
  options.seed = 11;
  DoubleTrainer trainer(network, options);
  for (std::size_t step = 0; step < 8; ++step) {
    const double share = factor(Fade::kFlatCos, step, 8);
    const PassKey key{.pass = Pass::kTraining, .seed = 11, .step = step, .dropout = share};
    const DoubleGradients g = gradients<double>(by_hand, x, y, {}, nullptr, key);
    trainer.step(x, y);
    descend(by_hand, g, 0.25, 0.5 * share);
  }
  expect_near(network, by_hand);
}

TEST(Fade, OfWeightDecayIsOfAdamWsOwnToo) {
  const auto trained = [](Optimizer optimizer, double decay, Fade fade) {
    DoubleNetwork network("3 -> 5 tanh -> 2", {.seed = 3});
    TrainerOptions options{.batch = 9, .optimizer = optimizer, .total_steps = 4, .weight_decay = decay};
    options.weight_decay_schedule = fade;
    DoubleTrainer trainer(network, options);
    const Numbers x = random_matrix<double>(1, 9, 3), y = random_matrix<double>(2, 9, 2);
    for (int step = 0; step < 4; ++step) trainer.step(x, y);
    return network;
  };
  const AdamW own{.learning_rate = 0.1, .weight_decay = 0.5};
  const Adam none{.learning_rate = 0.1};
  expect_equal(trained(own, 0, Fade::kFlatCos), trained(none, 0.5, Fade::kFlatCos));
  EXPECT_NE(trained(own, 0, Fade::kFlatCos).weights(0), trained(own, 0, Fade::kConstant).weights(0));
}

TEST(DropoutTraining, PresetsLeaveBothStrengthsConstant) {
  for (const PresetRule& preset : preset_rules()) {
    const TrainOptions parts = resolved({.preset = preset.id}, Task::kClasses);
    EXPECT_EQ(parts.dropout_schedule, Fade::kConstant);
    EXPECT_EQ(parts.weight_decay_schedule, Fade::kConstant);
  }
}

class RecordedDropout : public TraceN3 {};

TEST_F(RecordedDropout, ARecordedUpdateWithoutItsMaskIsRefusedInOneSentence) {
  TrainOptions options = recording({1, 3});
  options.layers = "dropout 0.2, 3 tanh";
  const Dataset table = curve(60);
  train(table, options);
  const Trace found = trace();
  EXPECT_TRUE(found.weights(TracePart::kGradient, 0, 0).empty());
  EXPECT_EQ(
      thrown([&] { explain_trace(found, 3, weight(1, 0, 0), &table); }),
      "UsageError: update 3 went through masks of dropout, which its record does not have: its gradient cannot be "
      "derived; without the table the update by itself is explained");
  const TraceExplanation update = explain_trace(found, 3, weight(1, 0, 0));
  EXPECT_NE(update.update.after, update.update.before);
  EXPECT_TRUE(update.agrees());
}

TEST_F(RecordedDropout, AWeightDecayThatFadesIsExplainedWithWhatWasLeftOfIt) {
  TrainOptions options = recording({1, 7, 8});
  options.optimizer = Sgd{.learning_rate = 0.1};
  options.weight_decay = 0.5;
  options.weight_decay_schedule = Fade::kFlatCos;
  options.epochs = 1000;
  options.steps = 8;
  const Dataset table = curve(60);
  train(table, options);
  const Trace found = trace();
  EXPECT_EQ(explain_trace(found, 1, weight(0, 0, 0)).settings.weight_decay, 0.5);
  for (const std::size_t step : {7U, 8U}) {
    const TraceExplanation why = explain_trace(found, step, weight(0, 0, 0), &table);
    EXPECT_EQ(why.settings.weight_decay, 0.5 * factor(Fade::kFlatCos, step - 1, 8));
    EXPECT_TRUE(why.expected.has_value());
    EXPECT_TRUE(why.agrees()) << step;
  }
}

}  // namespace
}  // namespace bprop
