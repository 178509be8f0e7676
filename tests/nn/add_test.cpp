// SPDX-License-Identifier: Apache-2.0
//
// Residual connections: text, passes and their bits. Gradients are judged in tests/check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/gradients.h"
#include "bprop/trainer.h"
#include "checkpoint/temporary_folder.h"
#include "nn/random_matrix.h"

namespace bprop {
namespace {

using Floats = std::vector<float>;

TEST(AddText, IsParsedPrintedAndItsPlaceKnown) {
  const Architecture architecture =
      Architecture::parse("3 -> 3 tanh -> scale -> add 2 -> 5 -> dropout 0.5 -> add 1 -> 2");
  EXPECT_EQ(architecture.layers[2], Layer(Add{3, 2}));
  EXPECT_EQ(architecture.text(), "3 -> 3 tanh -> scale -> add 2 -> 5 relu -> dropout 0.5 -> add 1 -> 2 identity");
  EXPECT_EQ(Architecture::parse(architecture.text()), architecture);
  EXPECT_EQ(added_place(architecture.layers[2], 2), 0U);
  EXPECT_EQ(added_place(architecture.layers[5], 5), 4U);
  EXPECT_EQ(added_place(architecture.layers[0], 0), std::nullopt);
  EXPECT_EQ(architecture.parameters(), 9U + 3 + 3 + 15 + 5 + 10 + 2);
  EXPECT_EQ(Architecture::parse("4, 4, add 2", {4, 2}).text(), "4 -> 4 relu -> 4 relu -> add 2 -> 2 identity");
}

// The layers that "periodic" stands for count one by one.
TEST(AddText, MayAddAnEmbedding) {
  const Architecture architecture = Architecture::parse("2 -> periodic 1-2:3x2 -> 4 tanh -> add 1 -> 1");
  EXPECT_EQ(added_place(architecture.layers[3], 3), 2U);
  EXPECT_EQ(outputs_of(architecture.layers[1]), 4U);
}

std::string refused_add(std::string_view text, const ArchitectureDefaults& data = {}) {
  return thrown([&] { Architecture::parse(text, data); });
}

TEST(AddText, IsRefusedWithTheColumnWhereItDoesNotFit) {
  EXPECT_EQ(refused_add("4 -> 3 -> add 1 -> 2"),
            "UsageError: [architecture] \"4 -> 3 -> add 1 -> 2\", column 11: 'add 1' would add 4 numbers to 3, "
            "expected as many");
  EXPECT_EQ(refused_add("4 -> 4 -> add 2"),
            "UsageError: [architecture] \"4 -> 4 -> add 2\", column 11: 'add 2' skips 2 layers, expected at most the 1 "
            "before it");
  EXPECT_EQ(refused_add("3, add 1", {4, 2}),
            "UsageError: [architecture] \"3, add 1\", column 4: 'add 1' would add 4 numbers to 3, expected as many");
  const std::string count = "expected a number of layers to skip from 1 to 10000";
  EXPECT_EQ(refused_add("4 -> 4 -> add 0"),
            "UsageError: [architecture] \"4 -> 4 -> add 0\", column 15: found '0', " + count);
  EXPECT_EQ(refused_add("4 -> 4 -> add -> 2"),
            "UsageError: [architecture] \"4 -> 4 -> add -> 2\", column 15: found '->', " + count);
  EXPECT_EQ(refused_add("4 -> 4 -> add 1.5"),
            "UsageError: [architecture] \"4 -> 4 -> add 1.5\", column 15: found '1.5', " + count);
}

// Through a scale layer of ones and past it: 2x; and then past all: 3x.
TEST(AddNetwork, AddsWhatWasThere) {
  const DoubleNetwork network("3 -> scale -> add 1 -> add 2 -> 3", {.seed = 1});
  const std::vector<double> x = {1, -2, 0.5}, y = {0, 0, 0};
  const DoubleGradients g = gradients<double>(network, x, y);
  EXPECT_EQ(g.layers[1].a, (std::vector<double>{2, -4, 1}));
  EXPECT_EQ(g.layers[2].a, (std::vector<double>{3, -6, 1.5}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(g.d_input[i], 3 * g.layers[2].delta[i]);
}

constexpr const char* kDeep =
    "20 -> 150 selu -> 150 mish -> add 1 -> layer-norm -> 150 tanh -> dropout 0.2 -> 150 softmax -> add 4 -> add 6 -> "
    "add 1 -> 3 softmax";

// Prediction keeps two buffers only: an a that is added later must not be written over.
TEST(AddNetwork, PredictsWhatThePassForInspectionHas) {
  const auto predicted_is_seen = []<class T>(const BasicNetwork<T>& network) {
    const std::vector<T> x = random_matrix<T>(1, 70, 20), y = random_matrix<T>(2, 70, 3);
    std::vector<T> found(210);
    network.predict(x, found);
    EXPECT_EQ(found, gradients<T>(network, x, y).layers.back().a);
  };
  predicted_is_seen(Network(kDeep, {.seed = 3}));
  predicted_is_seen(DoubleNetwork(kDeep, {.seed = 3}));
}

// One row of many has the bits that it has alone.
TEST(AddNetwork, ARowIsPredictedAloneAsAmongOthers) {
  const Network network(kDeep, {.seed = 3});
  const Floats x = random_matrix<float>(1, 70, 20);
  Floats all(210), one(3);
  network.predict(x, all);
  for (std::size_t row = 0; row < 70; row += 23) {
    network.predict(std::span(x).subspan(20 * row, 20), one);
    EXPECT_EQ(one, Floats(all.begin() + static_cast<long>(3 * row), all.begin() + static_cast<long>(3 * row + 3)));
  }
}

// A training keeps three buffers for δ: a step of rate 1 goes down the gradient of the pass that keeps everything.
template <class T>
void expect_step_of_gradient(std::size_t rows, int threads) {
  const std::vector<T> x = random_matrix<T>(1, rows, 20), y = random_matrix<T>(2, rows, 3);
  const BasicNetwork<T> start(kDeep, {.seed = 3});
  const auto g = gradients<T>(start, x, y, {}, nullptr, {.pass = Pass::kTraining, .seed = 5});
  BasicNetwork<T> network = start;
  ThreadPool pool({.threads = threads, .minimal_work = 0});
  BasicTrainer<T> trainer(network, {.batch = rows, .optimizer = Sgd{1}, .seed = 5, .pool = &pool});
  trainer.step(x, y);
  for (std::size_t k = 0; k < g.layers.size(); ++k) {
    std::vector<T> expected = start.weights(k);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] -= g.layers[k].d_weights[i];
    EXPECT_EQ(network.weights(k), expected) << "layer " << k << ", " << rows << " rows, " << threads << " threads";
  }
}

TEST(AddNetwork, AStepHasTheBitsOfTheGradientForAnyNumberOfThreads) {
  for (const std::size_t rows : {40U, 520U}) {
    for (const int threads : {1, 3}) {
      expect_step_of_gradient<float>(rows, threads);
      expect_step_of_gradient<double>(rows, threads);
    }
  }
}

}  // namespace
}  // namespace bprop
