// SPDX-License-Identifier: Apache-2.0
//
// The lecture notes' training (NOTES.md N7, N10, N14).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "bprop/model.h"
#include "bprop/train.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// N9's model h(x; w) = x w with L = (x w − y)², one point (1, 1), w = 0, η = ¼: w halves its distance to 1 at each
// update, and each change is a power of two.
Model halving() {
  return model_from_toml(R"(layers = "1 -> 1 no-bias"
loss = "squared_error"
weights = [[[0]]]
input = [1]
target = [1]
learning_rate = 0.25
)");
}

double weight(const TrainResult& result) { return std::get<DoubleNetwork>(result.model.network).weights(0)[0]; }

TEST(NotesTraining, N7TheLimitOfIterationsStops) {
  TrainOptions options = exercise_options(halving());
  options.epochs = 4;
  const TrainResult result = train_from(halving(), options);
  EXPECT_EQ(result.stop_reason, StopReason::kEpochs);
  EXPECT_EQ(result.steps, 4);
  EXPECT_EQ(weight(result), 1 - 0.0625);
}

TEST(NotesTraining, N7TheChangeMustBeStrictlySmallerAndTheLastUpdateIsKept) {
  TrainOptions options = exercise_options(halving());
  options.epochs = 100;
  options.min_change = 0.25;  // the changes are ½, ¼, ⅛: the second is not below ¼
  const TrainResult result = train_from(halving(), options);
  EXPECT_EQ(result.stop_reason, StopReason::kMinChange);
  EXPECT_EQ(result.steps, 3);
  EXPECT_EQ(result.final_change, 0.125);
  EXPECT_EQ(weight(result), 0.875);
}

TEST(NotesTraining, N7TheNormIsOverAllParameters) {
  // ∂L/∂θ = −2 (3, 4, 1) at θ = 0, target 1; η = 1/16: θ moves by (3, 4, 1) / 8.
  DoubleNetwork network = network_of("2 -> 1", {{0, 0}}, {{0}});
  DoubleTrainer trainer(network,
                        {.loss = {.loss = Loss::kSquaredError}, .optimizer = Sgd{0.0625}, .measure_change = true});
  const Numbers x = {3, 4};
  const Numbers y = {1};
  trainer.step(std::span<const double>(x), std::span<const double>(y));
  EXPECT_EQ(trainer.report().change, std::sqrt(26.0) / 8);
}

TEST(NotesTraining, N7ATinyLearningRateStopsAtOnceAndTheReasonSaysWhy) {
  TrainOptions options = exercise_options(halving());
  options.epochs = 100;
  options.min_change = 1e-6;
  options.learning_rate = 1e-9;
  const TrainResult result = train_from(halving(), options);
  EXPECT_EQ(result.stop_reason, StopReason::kMinChange);
  EXPECT_EQ(result.steps, 1);
  EXPECT_EQ(weight(result), 2e-9);
  EXPECT_EQ(name(result.stop_reason), "min_change");
  EXPECT_THAT(sentence(result.stop_reason), HasSubstr("this measures η‖∇L‖: a small learning rate alone can stop"));
}

// Four points for h(x) = w x + b.
const Numbers kX = {1, -2, 0.5, 3};
const Numbers kY = {2, 0, -1, 1.5};

TEST(NotesTraining, N10SumAndMeanAreEqualWithARateThatIsNTimesSmaller) {
  DoubleNetwork by_mean = network_of("1 -> 1", {{0.25}}, {{-0.5}});
  DoubleNetwork by_sum = by_mean;
  const DoubleGradients mean = gradients_of(by_mean, kX, kY);
  const DoubleGradients sum = gradients_of(by_sum, kX, kY, {.reduction = Reduction::kSum});
  EXPECT_EQ(sum.loss, 4 * mean.loss);
  EXPECT_EQ(sum.layers[0].d_weights[0], 4 * mean.layers[0].d_weights[0]);
  EXPECT_EQ(sum.layers[0].d_bias[0], 4 * mean.layers[0].d_bias[0]);
  for (int step = 0; step < 10; ++step) {
    descend(by_mean, kX, kY, 0.125);
    descend(by_sum, kX, kY, 0.125 / 4, {.loss = {.reduction = Reduction::kSum}});
  }
  EXPECT_EQ(by_sum.weights(0), by_mean.weights(0));
  EXPECT_EQ(by_sum.bias(0), by_mean.bias(0));
  EXPECT_NE(by_mean.bias(0)[0], -0.5);  // biases are in θ
}

TEST(NotesTraining, N10TheGradientOfTheSumIsTheSumOfTheGradients) {
  const DoubleNetwork network = network_of("1 -> 1", {{0.25}}, {{-0.5}});
  double d_weight = 0;
  for (std::size_t n = 0; n < kX.size(); ++n) {
    d_weight += gradients_of(network, {kX[n]}, {kY[n]}).layers[0].d_weights[0];
  }
  const DoubleGradients all = gradients_of(network, kX, kY, {.reduction = Reduction::kSum});
  EXPECT_EQ(all.layers[0].d_weights[0], d_weight);
}

TEST(NotesTraining, N10AStepOfTwoMillionParametersLowersTheLoss) {
  Network network("1000 -> 1000 relu -> 1000 relu -> 10", {.seed = 1});
  ASSERT_GT(network.architecture().parameters(), 2'000'000U);
  std::vector<float> x(8 * 1000);
  std::vector<float> y(8 * 10);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = random_uniform({1}, static_cast<std::uint32_t>(i)) - 0.5F;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = random_uniform({2}, static_cast<std::uint32_t>(i));
  Trainer trainer(network, {.batch = 8, .optimizer = Adam{.learning_rate = 1e-4}});
  const double first = trainer.step(std::span<const float>(x), std::span<const float>(y));
  const double second = trainer.step(std::span<const float>(x), std::span<const float>(y));
  EXPECT_LT(second, first);
  EXPECT_GT(second, 0);
}

class N14Batches : public testing::TestWithParam<std::size_t> {};

TEST_P(N14Batches, WeightsAndBiasesFollowThePlainLoop) {
  const std::size_t batch = GetParam();
  double w = 0.25;
  double b = -0.5;
  DoubleNetwork network = network_of("1 -> 1", {{w}}, {{b}});
  DoubleTrainer trainer(network, {.batch = batch, .optimizer = Sgd{0.1}});
  for (int epoch = 0; epoch < 5; ++epoch) {
    for (std::size_t first = 0; first < 4; first += batch) {
      const std::size_t count = std::min<std::size_t>(batch, 4 - first);
      trainer.step(std::span(kX).subspan(first, count), std::span(kY).subspan(first, count));
      double d_w = 0;
      double d_b = 0;
      for (std::size_t n = first; n < first + count; ++n) {
        d_w += (w * kX[n] + b - kY[n]) * kX[n] / static_cast<double>(count);
        d_b += (w * kX[n] + b - kY[n]) / static_cast<double>(count);
      }
      w -= 0.1 * d_w;
      b -= 0.1 * d_b;
    }
  }
  EXPECT_NEAR(network.weights(0)[0], w, 1e-15);
  EXPECT_NEAR(network.bias(0)[0], b, 1e-15);
}
INSTANTIATE_TEST_SUITE_P(OnlineMiniBatchesAndFullBatch, N14Batches, testing::Values(1, 2, 3, 4));

TEST(NotesTraining, N14TrainUpdatesOncePerRowPerBatchOrPerEpoch) {
  const Numbers cells = {1, 2, 2, 4.5, 3, 6, 4, 8.5, 5, 10};
  const Dataset data = make_dataset({"x", "y"}, cells, "y");
  const auto steps = [&](const Optimizer& optimizer, std::size_t batch) {
    TrainOptions options{.preset = Preset::kPlain, .layers = "", .task = Task::kNumbers, .epochs = 3, .validation = 0};
    options.optimizer = optimizer;
    options.batch = batch;
    return train(data, options).steps;
  };
  EXPECT_EQ(steps(Sgd{0.01}, 1), 15);
  EXPECT_EQ(steps(Sgd{0.01}, 2), 9);
  EXPECT_EQ(steps(Sgd{0.01}, 100), 3);
  EXPECT_EQ(steps(GradientDescent{0.01}, 1), 3);  // whatever the batch size says
}

}  // namespace
}  // namespace bprop
