// SPDX-License-Identifier: Apache-2.0
//
// The lecture notes' activations, losses and predictions (NOTES.md N6, N12, N13, N17, N24).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/evaluate.h"
#include "bprop/model.h"
#include "bprop/train.h"
#include "check/tape_network.h"
#include "checkpoint/temporary_folder.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pointwise;

constexpr double kRounding = 1e-15;

TEST(NotesLosses, N6EveryActivationOfTheTableTrainsByItsRule) {
  for (const ActivationRule& activation : activation_rules()) {
    EXPECT_THAT(activation.formula, testing::Not(IsEmpty()));
    EXPECT_THAT(activation.derivative_text, testing::Not(IsEmpty()));
    const std::string unit = std::string(activation.name);
    const DoubleNetwork network("2 -> 3 " + unit + " -> 2 " + unit, {.seed = 3});
    const Numbers x = {0.6, -0.4};
    const Numbers y = {0.3, 0.8};
    const DoubleGradients g = gradients_of(network, x, y);
    const check::TapeGradients tape = check::tape_gradients(network, x, y, {});
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_THAT(g.layers[k].d_weights, Pointwise(DoubleNear(kRounding), tape.d_weights[k])) << unit;
    }
    if (activation.value == nullptr) continue;  // softmax: of a row
    const double z = g.layers[0].z[0];
    EXPECT_NEAR(g.layers[0].a[0], activation.value(z), kRounding) << unit;
    EXPECT_NEAR(g.layers[0].delta[0], g.layers[0].d_output[0] * activation.derivative(z, activation.value(z)),
                kRounding)
        << unit;
  }
}

// Loss and ∂L/∂z of one row with these pre-activations.
struct AtScores {
  double loss;
  Numbers delta;
};
AtScores at(const std::string& output, Loss loss, const Numbers& z, const Numbers& y) {
  const std::size_t n = z.size();
  Numbers unit(n * n);
  for (std::size_t i = 0; i < n; ++i) unit[i * n + i] = 1;
  const std::string size = std::to_string(n);
  const DoubleNetwork network = network_of(size + " -> " + size + " " + output + " no-bias", {unit}, {});
  const DoubleGradients g = gradients_of(network, z, y, {.loss = loss});
  return {g.loss, g.layers[0].delta};
}

TEST(NotesLosses, N12HalfSquaredErrorIsHalfTheSumOfSquares) {
  const AtScores s = at("identity", Loss::kHalfSquaredError, {3, -1}, {1, 0.5});
  EXPECT_EQ(s.loss, 0.5 * (4 + 2.25));
  EXPECT_THAT(s.delta, ElementsAre(2, -1.5));
}

TEST(NotesLosses, N12CrossEntropyOfOneOutputIsStableForAnyInput) {
  EXPECT_NEAR(at("sigmoid", Loss::kBinaryCrossEntropy, {0}, {1}).loss, std::log(2), kRounding);
  EXPECT_THAT(at("sigmoid", Loss::kBinaryCrossEntropy, {0}, {1}).delta, ElementsAre(-0.5));
  EXPECT_EQ(at("sigmoid", Loss::kBinaryCrossEntropy, {-1e4}, {1}).loss, 1e4);
  EXPECT_THAT(at("sigmoid", Loss::kBinaryCrossEntropy, {-1e4}, {1}).delta, ElementsAre(-1));
  EXPECT_EQ(at("sigmoid", Loss::kBinaryCrossEntropy, {1e4}, {1}).loss, 0);
  EXPECT_THAT(at("sigmoid", Loss::kBinaryCrossEntropy, {1e4}, {0}).delta, ElementsAre(1));
}

TEST(NotesLosses, N12SoftmaxCrossEntropyIsTakenOfTheLastPreActivationAndStable) {
  const AtScores s = at("softmax", Loss::kCrossEntropy, {1, 2, 0.5}, {0, 1, 0});
  const double sum = std::exp(1) + std::exp(2) + std::exp(0.5);
  EXPECT_NEAR(s.loss, std::log(sum) - 2, kRounding);
  EXPECT_THAT(s.delta,
              ElementsAre(DoubleNear(std::exp(1) / sum, kRounding),  // p − y
                          DoubleNear(std::exp(2) / sum - 1, kRounding), DoubleNear(std::exp(0.5) / sum, kRounding)));
  EXPECT_EQ(at("softmax", Loss::kCrossEntropy, {1e4, -1e4}, {0, 1}).loss, 2e4);
  EXPECT_THAT(at("softmax", Loss::kCrossEntropy, {1e4, -1e4}, {0, 1}).delta, ElementsAre(1, -1));
  EXPECT_EQ(at("softmax", Loss::kCrossEntropy, {1e4, -1e4}, {1, 0}).loss, 0);
}

// Errata of 003, line 32: of sigmoid outputs p ≤ e / (e + C − 1).
TEST(NotesLosses, N12SoftmaxOfSigmoidOutputsCannotBecomeSure) {
  const AtScores s = at("sigmoid", Loss::kCrossEntropy, {50, -50}, {1, 0});
  const double most = std::exp(1) / (std::exp(1) + 1);  // 0.731 for two classes
  EXPECT_NEAR(s.loss, -std::log(most), 1e-12);
  EXPECT_GT(std::abs(s.delta[0] - (most - 1)), 0.2);  // δ is not p − y
}

TEST(NotesLosses, N13PredictTakesTheLargestOutputOrOneHalf) {
  const Model three = model_from_toml(R"(layers = "3 -> 3 softmax no-bias"
loss = "cross_entropy"
weights = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
input = [[1, 2, 0], [5, 1, 1], [0, 0, 0.5]]
)");
  const Predictions p = predict(three);
  EXPECT_THAT(p.chosen, ElementsAre(1, 0, 2));
  EXPECT_TRUE(p.probabilities);
  EXPECT_NEAR(p.values[0] + p.values[1] + p.values[2], 1, kRounding);
  EXPECT_NEAR(p.values[1], std::exp(2) / (std::exp(1) + std::exp(2) + 1), kRounding);

  const Model one = model_from_toml(R"(layers = "1 -> 1 sigmoid no-bias"
loss = "binary_cross_entropy"
weights = [[[1]]]
input = [[0], [-1e-9], [3]]
)");
  const Predictions pair = predict(one);
  EXPECT_THAT(pair.chosen, ElementsAre(1, 0, 1));  // exactly ½ is class 1
  EXPECT_EQ(pair.outputs, 2);
  EXPECT_NEAR(pair.values[4], 1 - pair.values[5], kRounding);
  EXPECT_TRUE(pair.probabilities);
}

// Rows of two numbers and a class out of three.
const Numbers kCells = {0, 1, 0, 1, 0, 1, 1, 1, 2, 0, 1.5, 0, 1, 0.5, 1, 2, 2, 2};

TEST(NotesLosses, N13IndependentSigmoidsAreNotCalledProbabilities) {
  const Dataset data = make_dataset({"u", "v", "class"}, kCells, "class");
  TrainOptions options{.preset = Preset::kPlain,
                       .layers = "2 -> 3 sigmoid",
                       .loss = Loss::kHalfSquaredError,
                       .epochs = 1,
                       .validation = 0};
  const Predictions p = predict(train(data, options).model, data);
  EXPECT_FALSE(p.probabilities);
  for (std::size_t n = 0; n < p.rows; ++n) {
    for (std::size_t k = 0; k < 3; ++k) EXPECT_GE(p.values[n * 3 + p.chosen[n]], p.values[n * 3 + k]);
  }
  options.layers = "2 -> 3 softmax";
  options.loss = Loss::kCrossEntropy;
  EXPECT_TRUE(predict(train(data, options).model, data).probabilities);
}

TEST(NotesLosses, N17WithoutOneHalfTheGradientIsTwiceAsLarge) {
  const DoubleNetwork network = mazur();
  const DoubleGradients half = gradients_of(network, kMazurInput, kMazurTarget);
  const DoubleGradients whole = gradients_of(network, kMazurInput, kMazurTarget, {.loss = Loss::kSquaredError});
  EXPECT_EQ(whole.loss, 2 * half.loss);
  for (std::size_t j = 0; j < 2; ++j) {
    const double a = whole.layers[1].a[j];
    EXPECT_EQ(whole.layers[1].d_output[j], 2 * (a - kMazurTarget[j]));
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_NEAR(whole.layers[1].d_weights[j * 2 + i], 2 * (a - kMazurTarget[j]) * a * (1 - a) * whole.layers[0].a[i],
                  kRounding);
      EXPECT_EQ(whole.layers[0].d_weights[j * 2 + i], 2 * half.layers[0].d_weights[j * 2 + i]);
    }
  }
  EXPECT_EQ(rule(Loss::kHalfSquaredError).name, "half_squared_error");
  EXPECT_EQ(rule(Loss::kSquaredError).name, "squared_error");
}

class NotesClasses : public TemporaryFolder {};

TEST_F(NotesClasses, N24ClassesBecomeOneHotVectorsAndComeBackAndAreStored) {
  const Numbers cells = {0.5, 1, -1, 0, 2, 1, 0.1, 0};
  const Dataset data = make_dataset({"x", "y"}, cells, "y");
  TrainOptions options{
      .preset = Preset::kPlain, .layers = "", .loss = Loss::kCrossEntropy, .epochs = 200, .batch = 4, .validation = 0};
  options.optimizer = Adam{.learning_rate = 0.1};
  Model model = train(data, options).model;
  EXPECT_THAT(encoded_rows<double>(model, data).target, ElementsAre(0, 1, 1, 0, 0, 1, 1, 0));  // y = 1 ⇒ [0 1]
  save(model, at("classes.safetensors"));
  model = load_model(at("classes.safetensors"));
  const Predictions p = predict(model, data);
  EXPECT_THAT(p.classes, ElementsAre("0", "1"));
  std::vector<std::string> named;
  for (const std::size_t k : p.chosen) named.push_back(p.classes[k]);
  EXPECT_THAT(named, ElementsAre("1", "0", "1", "0"));
}

}  // namespace
}  // namespace bprop
