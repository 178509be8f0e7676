// SPDX-License-Identifier: Apache-2.0
//
// Batch norms: the function that is trained and that of predictions, each against the tape and the complex step; what
// is kept running; one training for any number of threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bprop/check.h"
#include "bprop/error.h"
#include "bprop/gradients.h"
#include "bprop/trainer.h"
#include "check/not_finite.h"
#include "nn/leaves.h"
#include "nn/random_matrix.h"
#include "train/weight_average.h"

namespace bprop {
namespace {

using Numbers = std::vector<double>;

constexpr PassKey kTrained{.pass = Pass::kTraining, .seed = 5, .step = 3};

constexpr const char* kNetworks[] = {
    "3 -> 4 tanh -> batch-norm -> 2",
    "3 -> batch-norm -> 5 mish -> dropout 0.3 -> batch-norm -> 3 selu -> batch-norm -> 2 softmax",
    "3 -> 18 gelu -> batch-norm -> scale -> batch-norm -> 4 softmax -> batch-norm -> 2 sigmoid",
    "3 -> batch-norm -> batch-norm -> 4 relu -> layer-norm -> 2 -> batch-norm"};

// With means and variances as a training might have left them.
DoubleNetwork trained(const char* text) {
  DoubleNetwork network(text, {.seed = 4});
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    if (!std::holds_alternative<BatchNorm>(network.architecture().layers[k])) continue;
    const std::size_t size = outputs_of(network.architecture().layers[k]);
    Numbers variance = random_matrix<double>(10 + k, size, 1);
    for (double& v : variance) v = 0.3 + v * v;
    network.set_running(k, random_matrix<double>(20 + k, size, 1), variance);
    network.set_weights(k, random_matrix<double>(30 + k, size, 1));
    network.set_bias(k, random_matrix<double>(40 + k, size, 1));
  }
  return network;
}

Numbers shares(std::size_t rows) {
  Numbers targets(2 * rows);
  for (std::size_t n = 0; n < rows; ++n) targets[2 * n + n % 2] = 1;
  return targets;
}

TEST(BatchNorm, IsAsWideAsWhatComesBeforeItAndHasABias) {
  const Architecture architecture = Architecture::parse("5 -> batch-norm -> 8 tanh -> batch-norm -> 2 identity");
  EXPECT_EQ(architecture.layers[0], Layer(BatchNorm{5}));
  EXPECT_EQ(architecture.layers[2], Layer(BatchNorm{8}));
  EXPECT_EQ(architecture.text(), "5 -> batch-norm -> 8 tanh -> batch-norm -> 2 identity");
  EXPECT_EQ(architecture.parameters(), 10U + 48 + 16 + 18) << "what is kept running is no parameter";
  EXPECT_TRUE(architecture.has_batch_norm());
  EXPECT_FALSE(reads(BatchNorm{7}, 1, 2));
}

TEST(BatchNorm, StartsWithFactorsOneBiasesZeroMeansZeroAndVariancesOne) {
  const Network network("3 -> batch-norm -> 1", {.seed = 1, .bias_initializer = BiasInitializer::kNormal});
  EXPECT_EQ(network.weights(0), (std::vector<float>{1, 1, 1}));
  EXPECT_EQ(network.bias(0), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(network.running_mean(0), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(network.running_variance(0), (std::vector<float>{1, 1, 1}));
  EXPECT_TRUE(network.running_mean(1).empty());
}

// Of 1, 2, 3, 4: mean 2.5, variance 1.25, divided by three 5/3. torch.nn.BatchNorm1d documents the same: running_mean
// 0.9 · 0 + 0.1 · 2.5, running_var 0.9 · 1 + 0.1 · 5/3.
TEST(BatchNorm, KeepsRunningWhatItsPaperAndPyTorchSay) {
  DoubleNetwork network("1 -> batch-norm");
  const Numbers x = {1, 2, 3, 4}, y = {0, 0, 0, 0};
  DoubleTrainer trainer(network, {.batch = 4, .optimizer = Sgd{1e-9}});
  const double r2 = 1 / (1.25 + 1e-5);
  EXPECT_NEAR(trainer.step(x, y), 0.5 * 1.25 * r2, 1e-14) << "half the mean of u²";
  EXPECT_NEAR(network.running_mean(0)[0], 0.25, 1e-15);
  EXPECT_NEAR(network.running_variance(0)[0], 0.9 + 0.5 / 3, 1e-15);
}

TEST(BatchNorm, PredictsByWhatIsKeptWhateverRowsAreBeside) {
  DoubleNetwork network("2 -> batch-norm");
  network.set_weights(0, Numbers{2, -1});
  network.set_bias(0, Numbers{0.5, 0});
  network.set_running(0, Numbers{1, -2}, Numbers{4, 0.25});
  const Numbers x = {3, -1, 0, 7, 1e6, -2};
  Numbers all(6), alone(2);
  network.predict(x, all);
  for (std::size_t row = 0; row < 3; ++row) {
    network.predict(std::span(x).subspan(2 * row, 2), alone);
    EXPECT_EQ(alone[0], all[2 * row]);
    EXPECT_NEAR(alone[0], 2 * (x[2 * row] - 1) / std::sqrt(4 + 1e-5) + 0.5, 1e-9);
    EXPECT_NEAR(alone[1], -(x[2 * row + 1] + 2) / std::sqrt(0.25 + 1e-5), 1e-9);
  }
}

TEST(BatchNorm, EngineTapeAndComplexStepAgreeInTrainingAndInPrediction) {
  for (const char* const text : kNetworks) {
    const DoubleNetwork network = trained(text);
    const Numbers x = random_matrix<double>(1, 7, 3), y = shares(7);
    for (const PassKey& pass : {PassKey{}, kTrained}) {
      for (const LossRule& rule : loss_rules()) {
        const CheckReport report = check_gradients<double>(network, x, y, {.loss = rule.id}, {.pass = pass});
        EXPECT_TRUE(report.passed) << text << ", " << rule.name << '\n' << report;
        EXPECT_GT(report.rows, 1U);
      }
      const std::vector<float> narrow_x(x.begin(), x.end()), narrow_y(y.begin(), y.end());
      const CheckReport report =
          check_gradients<float>(Network(text, {.seed = 4}), narrow_x, narrow_y, {}, {.pass = pass});
      EXPECT_TRUE(report.passed) << text << '\n' << report;
    }
  }
}

TEST(BatchNorm, EveryLeafIsNormalisedByItself) {
  const DoubleNetwork network = trained("3 -> 4 tanh -> batch-norm -> dropout 0.2 -> 2");
  const Numbers x = random_matrix<double>(1, 520, 3), y = random_matrix<double>(2, 520, 2);  // three leaves
  ThreadPool pool({.threads = 2, .minimal_work = 0});
  const CheckReport report =
      check_gradients<double>(network, x, y, {}, {.sampled_entries = 2, .pass = kTrained, .pool = &pool});
  EXPECT_TRUE(report.passed) << report;
}

TEST(BatchNorm, TheGradientOfTheOtherFunctionIsFound) {
  const DoubleNetwork network = trained("3 -> 4 tanh -> batch-norm -> 2");
  const Numbers x = random_matrix<double>(1, 7, 3), y = random_matrix<double>(2, 7, 2);
  const DoubleGradients predicted = gradients<double>(network, x, y);
  EXPECT_TRUE(check_gradients<double>(network, x, y, {}, {}, &predicted).passed);
  EXPECT_FALSE(check_gradients<double>(network, x, y, {}, {.pass = kTrained}, &predicted).passed);
}

// Rows that lie at a kink are left out, and what is left is looked at again, since its mean and variance are others.
TEST(BatchNorm, RowsAtAKinkAreLeftOutOfALeaf) {
  DoubleNetwork network("1 -> 1 relu -> batch-norm");
  network.set_weights(0, Numbers{1});
  const Numbers x = {1, 0, 2, 5}, y = {1, 2, 3, 4};
  const CheckReport report = check_gradients<double>(network, x, y, {}, {.pass = kTrained});
  EXPECT_TRUE(report.passed) << report;
  EXPECT_EQ(report.rows, 3U);
  EXPECT_EQ(report.kink_rows, 1U);
}

// By the way of one leaf, and through whole gradients; what is kept running moves by the mean over the leaves.
TEST(BatchNormTraining, AStepGoesDownTheGradientOfItsLeavesAndMovesWhatIsKept) {
  for (const std::size_t rows : {9U, 600U}) {
    const Numbers x = random_matrix<double>(1, rows, 3), y = random_matrix<double>(2, rows, 2);
    DoubleNetwork network("3 -> batch-norm -> 5 tanh -> 2", {.seed = 3});
    DoubleNetwork by_hand = network;
    DoubleTrainer trainer(network, {.batch = rows, .optimizer = Sgd{0.25}});
    Numbers mean(3), variance(3);
    const std::size_t leaves = nn::leaf_count(rows);
    for (std::size_t l = 0; l < leaves; ++l) {
      const nn::Leaf part = nn::leaf(rows, leaves, l);
      for (std::size_t i = 0; i < 3; ++i) {
        double sum = 0, squares = 0;
        for (std::size_t n = part.begin; n < part.end; ++n) sum += x[3 * n + i];
        const double own = sum / static_cast<double>(part.rows());
        for (std::size_t n = part.begin; n < part.end; ++n) squares += std::pow(x[3 * n + i] - own, 2);
        mean[i] += own / static_cast<double>(leaves);
        variance[i] += squares / static_cast<double>(part.rows() - 1) / static_cast<double>(leaves);
      }
    }
    const DoubleGradients g = gradients<double>(by_hand, x, y, {}, nullptr, {.pass = Pass::kTraining});
    EXPECT_NEAR(trainer.step(x, y), g.loss, 1e-14);
    for (std::size_t k = 0; k < 3; ++k) {
      const Numbers before = by_hand.weights(k), after = network.weights(k);
      for (std::size_t i = 0; i < after.size(); ++i) {
        EXPECT_NEAR(after[i], before[i] - 0.25 * g.layers[k].d_weights[i], 1e-14);
      }
    }
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(network.running_mean(0)[i], 0.1 * mean[i], 1e-14) << rows << " rows";
      EXPECT_NEAR(network.running_variance(0)[i], 0.9 + 0.1 * variance[i], 1e-14) << rows << " rows";
    }
  }
}

std::vector<float> all_numbers(const Network& network) {
  const auto all = network.state().parameters.span();
  return {all.begin(), all.end()};
}

TEST(BatchNormTraining, GivesTheSameBitsForAnyNumberOfThreadsAndEitherWayOfUpdating) {
  for (const std::size_t rows : {40U, 300U}) {
    const std::vector<float> x = random_matrix<float>(1, rows, 20), y = random_matrix<float>(2, rows, 5);
    const auto after = [&](int threads, bool whole) {
      Network network("20 -> 40 gelu -> batch-norm -> 30 softmax -> batch-norm -> 5", {.seed = 1});
      ThreadPool pool({.threads = threads, .minimal_work = 0});
      Trainer trainer(network,
                      {.batch = rows, .optimizer = AdamW{.weight_decay = 0.1}, .measure_change = whole, .pool = &pool});
      for (int step = 0; step < 5; ++step) trainer.step(x, y);
      return all_numbers(network);
    };
    const std::vector<float> one = after(1, false);
    EXPECT_EQ(after(1, true), one);
    for (const int threads : {2, 3}) EXPECT_EQ(after(threads, false), one) << threads << " threads, " << rows;
  }
}

TEST(BatchNormTraining, ALeafOfOneRowIsNormalisedByWhatIsKeptAndDoesNotMoveIt) {
  DoubleNetwork network = trained("3 -> batch-norm -> 2");
  const Numbers mean = network.running_mean(0), variance = network.running_variance(0);
  const Numbers x = {1, 2, -1}, y = {0.5, 1};
  const double predicted = loss<double>(network, x, y);
  DoubleTrainer trainer(network, {.batch = 2, .optimizer = Sgd{0.1}});
  EXPECT_NEAR(trainer.step(x, y), predicted, 1e-15);
  EXPECT_EQ(network.running_mean(0), mean);
  EXPECT_EQ(network.running_variance(0), variance);
}

TEST(BatchNormTraining, BatchesOfOneRowAreRefusedInOneSentence) {
  Network network("3 -> batch-norm -> 2");
  try {
    const Trainer trainer(network, {.batch = 1});
    FAIL() << "was not refused";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "[trainer] batches of 1 row, expected 2 or more for batch norm, whose mean and variance are theirs");
  }
}

TEST(BatchNormTraining, DecayLeavesFactorsAndWhatIsKeptAlone) {
  DoubleNetwork network("3 -> batch-norm -> 1 no-bias", {.initializer = Initializer::kZeros});
  DoubleTrainer trainer(network, {.batch = 2, .optimizer = Sgd{0.1}, .l2 = 0.5, .weight_decay = 0.5});
  trainer.step(Numbers{1, 2, 3, 3, 2, 1}, Numbers{0, 0});
  EXPECT_EQ(network.weights(0), (Numbers{1, 1, 1})) << "no gradient through weights of 0, and no decay";
  EXPECT_NEAR(network.running_mean(0)[1], 0.2, 1e-15);
  EXPECT_NEAR(network.running_variance(0)[1], 0.9, 1e-15);
}

TEST(BatchNormTraining, TheAverageOfTheWeightsAveragesWhatIsKept) {
  DoubleNetwork network("1 -> batch-norm");
  training::WeightAverage<double> average(0.5, network.state().layout.size());
  network.set_running(0, Numbers{1}, Numbers{2});
  average.add(network.state());
  network.set_running(0, Numbers{4}, Numbers{8});
  average.add(network.state());
  average.put_into(network.state());
  EXPECT_NEAR(network.running_mean(0)[0], (0.25 * 1 + 0.5 * 4) / 0.75, 1e-15);
  EXPECT_NEAR(network.running_variance(0)[0], (0.25 * 2 + 0.5 * 8) / 0.75, 1e-15);
}

TEST(BatchNormTraining, ARunningVarianceThatIsNotFiniteIsFound) {
  DoubleNetwork network("2 -> batch-norm");
  network.set_running(0, Numbers{0, 0}, Numbers{1, std::numeric_limits<double>::infinity()});
  EXPECT_FALSE(check::all_finite(network));
  const auto found = check::find_not_finite<double>(network, {}, {}, {}, check::Search::kForward);
  ASSERT_TRUE(found);
  EXPECT_EQ(check::place_sentence(*found), "the running variance of unit 2 of layer 1 is inf");
}

TEST(BatchNorm, VariancesBelowZeroAndWrongSizesAreRefused) {
  DoubleNetwork network("2 -> batch-norm -> 1");
  EXPECT_THROW(network.set_running(0, Numbers{0, 0}, Numbers{1, -1}), UsageError);
  EXPECT_THROW(network.set_running(0, Numbers{0, 0}, Numbers{1, std::nan("")}), UsageError);
  EXPECT_THROW(network.set_running(0, Numbers{0}, Numbers{1}), ShapeError);
  EXPECT_THROW(network.set_running(1, Numbers{0}, Numbers{1}), ShapeError);
}

}  // namespace
}  // namespace bprop
