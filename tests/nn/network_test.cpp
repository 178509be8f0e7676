// SPDX-License-Identifier: Apache-2.0
#include "bprop/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <thread>

#include "bprop/gradients.h"
#include "checkpoint/temporary_folder.h"
#include "nn/allocation_count.h"
#include "nn/random_matrix.h"

namespace bprop {
namespace {

template <class T>
std::vector<T> predicted(const BasicNetwork<T>& network, std::span<const T> input) {
  std::vector<T> output(input.size() / network.inputs() * network.outputs());
  network.predict(input, output);
  return output;
}

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

TEST(Network, WeightsAndBiasesGoInAndComeOutTheSame) {
  Network network("5 -> 18 relu -> 3 no-bias");
  const std::vector<float> w = random_matrix<float>(1, 18, 5);
  const std::vector<float> b = random_matrix<float>(2, 18, 1);
  network.set_weights(0, w);
  network.set_bias(0, b);
  EXPECT_EQ(network.weights(0), w);
  EXPECT_EQ(network.bias(0), b);
  EXPECT_EQ(network.bias(1), std::vector<float>{});
  std::vector<float> copy(w.size());
  network.copy_weights(0, copy);
  EXPECT_EQ(copy, w);
}

TEST(Network, FactorsOfAScaleLayerAreOneANumberAndStartAtOne) {
  Network network("18 -> scale -> 3");
  EXPECT_EQ(network.weights(0), std::vector<float>(18, 1.0F));
  const std::vector<float> s = random_matrix<float>(1, 18, 1);
  network.set_weights(0, s);
  EXPECT_EQ(network.weights(0), s);
  EXPECT_EQ(network.bias(0), std::vector<float>{});
  EXPECT_EQ(thrown([&] { network.set_weights(0, std::vector<float>(19)); }),
            "ShapeError: [network.set_weights] 19 numbers for a layer 18 -> 18, expected 18");
}

TEST(Network, FactorsOfALayerNormStartAtOneAndItsBiasAtZeroHoweverBiasesStart) {
  const Network network("18 -> layer-norm -> 3", {.seed = 1, .bias_initializer = BiasInitializer::kNormal});
  EXPECT_EQ(network.weights(0), std::vector<float>(18, 1.0F));
  EXPECT_EQ(network.bias(0), std::vector<float>(18, 0.0F));
  EXPECT_NE(network.bias(1), std::vector<float>(3, 0.0F));
}

TEST(Network, ALayerNormGivesRowsOfMeanZeroAndVarianceOneAsLongAsTheyVary) {
  const DoubleNetwork network("40 -> layer-norm");
  const std::vector<double> out = predicted<double>(network, random_matrix<double>(3, 5, 40));
  for (std::size_t n = 0; n < 5; ++n) {
    double sum = 0, squares = 0;
    for (std::size_t j = 0; j < 40; ++j) {
      sum += out[n * 40 + j];
      squares += out[n * 40 + j] * out[n * 40 + j];
    }
    EXPECT_NEAR(sum, 0, 1e-12);
    EXPECT_NEAR(squares / 40, 1, 1e-4);  // ε beside the variance of the row, a third
  }
}

TEST(Network, ACopyIsIndependent) {
  Network network("2 -> 2", {.seed = 1});
  const Network copy = network;
  const std::vector<float> before = network.weights(0);
  network.set_weights(0, std::vector<float>(4));
  EXPECT_EQ(copy.weights(0), before);
  network = copy;
  EXPECT_EQ(network.weights(0), before);
}

TEST(Network, WrongSizesAreRefusedWithFoundAndExpected) {
  Network network("5 -> 4 relu -> 3 no-bias");
  const std::vector<float> seven(7);
  std::vector<float> out(3);
  EXPECT_EQ(thrown([&] { network.weights(2); }),
            "ShapeError: [network.weights] layer 2 does not exist, there are 2 from 0");
  EXPECT_EQ(thrown([&] { network.bias(9); }), "ShapeError: [network.bias] layer 9 does not exist, there are 2 from 0");
  EXPECT_EQ(thrown([&] { network.set_weights(0, seven); }),
            "ShapeError: [network.set_weights] 7 numbers for a layer 5 -> 4, expected 20");
  EXPECT_EQ(thrown([&] { network.copy_weights(1, out); }),
            "ShapeError: [network.copy_weights] 3 numbers for a layer 4 -> 3, expected 12");
  EXPECT_EQ(thrown([&] { network.set_bias(0, seven); }),
            "ShapeError: [network.set_bias] 7 numbers for a layer 5 -> 4, expected 4");
  EXPECT_EQ(thrown([&] { network.set_bias(1, out); }),
            "ShapeError: [network.set_bias] 3 numbers for a layer 4 -> 3, expected 0");
  EXPECT_EQ(thrown([&] { network.predict(seven, out); }),
            "ShapeError: [network.predict] 7 numbers in and 3 out, expected (N x 5) and (N x 3)");
  EXPECT_EQ(thrown([&] { network.predict(std::vector<float>(10), out); }),
            "ShapeError: [network.predict] 10 numbers in and 3 out, expected (N x 5) and (N x 3)");
  EXPECT_EQ(thrown([&] { gradients<float>(network, seven, out); }),
            "ShapeError: [gradients] 7 inputs and 3 targets, expected (N x 5) and (N x 3), N at least 1");
  EXPECT_EQ(thrown([&] { loss<float>(network, {}, {}); }),
            "ShapeError: [gradients] 0 inputs and 0 targets, expected (N x 5) and (N x 3), N at least 1");
}

TEST(Network, PredictsNothingForNoRows) {
  const Network network("5 -> 3");
  EXPECT_EQ(predicted<float>(network, {}).size(), 0);
}

// Of every kind of layer, float and double.
template <class T>
class Predict : public testing::Test {};
using Kinds = testing::Types<float, double>;
TYPED_TEST_SUITE(Predict, Kinds);

TYPED_TEST(Predict, ARowAloneHasTheBitsThatItHasInABatch) {
  const BasicNetwork<TypeParam> network("19 -> scale -> 33 gelu -> layer-norm -> 17 relu -> 5 softmax", {.seed = 1});
  const std::vector<TypeParam> input = random_matrix<TypeParam>(3, 300, 19);
  const std::vector<TypeParam> together = predicted<TypeParam>(network, input);
  for (std::size_t n = 0; n < 300; ++n) {
    const std::vector<TypeParam> alone = predicted<TypeParam>(network, std::span(input).subspan(n * 19, 19));
    EXPECT_TRUE(same_bits<TypeParam>(alone, std::span(together).subspan(n * 5, 5))) << n;
  }
}

// Inputs that are more than a cache takes come in turns; the bias comes with the last one.
TYPED_TEST(Predict, ARowOfManyInputsHasTheSameBitsAloneAsInABatch) {
  constexpr std::size_t kRows = 256;
  constexpr std::size_t kInputs = 9000;
  BasicNetwork<TypeParam> network("9000 -> 20 tanh -> 2", {.seed = 1});
  network.set_bias(0, std::vector<TypeParam>(20, TypeParam(0.5)));
  const std::vector<TypeParam> input = random_matrix<TypeParam>(3, kRows, kInputs);
  const std::vector<TypeParam> together = predicted<TypeParam>(network, input);
  for (const std::size_t n : {std::size_t{0}, std::size_t{100}, kRows - 1}) {
    const std::vector<TypeParam> alone = predicted<TypeParam>(network, std::span(input).subspan(n * kInputs, kInputs));
    EXPECT_TRUE(same_bits<TypeParam>(alone, std::span(together).subspan(2 * n, 2))) << n;
  }
}

TYPED_TEST(Predict, ItsOutputIsTheLastActivationOfTheInspectingPass) {
  const BasicNetwork<TypeParam> network("19 -> layer-norm -> 33 mish -> 5 sigmoid -> scale", {.seed = 1});
  const std::vector<TypeParam> input = random_matrix<TypeParam>(3, 300, 19);
  const std::vector<TypeParam> target(300 * 5);
  EXPECT_TRUE(same_bits<TypeParam>(predicted<TypeParam>(network, input),
                                   gradients<TypeParam>(network, input, target).layers.back().a));
}

TYPED_TEST(Predict, ManyThreadsShareANetwork) {
  const BasicNetwork<TypeParam> network("19 -> 33 tanh -> 5", {.seed = 1});
  const std::vector<TypeParam> input = random_matrix<TypeParam>(3, 40, 19);
  const std::vector<TypeParam> expected = predicted<TypeParam>(network, input);
  std::vector<std::vector<TypeParam>> found(4, std::vector<TypeParam>(expected.size()));
  std::vector<std::thread> threads;
  for (auto& output : found) {
    threads.emplace_back([&] {
      for (int repeat = 0; repeat < 50; ++repeat) network.predict(input, output);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& output : found) EXPECT_TRUE(same_bits<TypeParam>(output, expected));
}

TYPED_TEST(Predict, AllocatesNothingAfterTheFirstCall) {
  const BasicNetwork<TypeParam> network("19 -> scale -> 33 tanh -> layer-norm -> add 1 -> 5 softmax", {.seed = 1});
  const std::vector<TypeParam> input = random_matrix<TypeParam>(3, 300, 19);
  std::vector<TypeParam> output(300 * 5);
  for (const std::size_t rows : {std::size_t{1}, std::size_t{300}}) {
    const auto call = [&] { network.predict(std::span(input).first(rows * 19), std::span(output).first(rows * 5)); };
    call();
    const std::uint64_t before = allocations();
    for (int repeat = 0; repeat < 10; ++repeat) call();
    EXPECT_EQ(allocations(), before) << rows << " rows";
  }
}

TEST(Network, TheCountOfAllocationsCounts) {
  const std::uint64_t before = allocations();
  const Network network("2 -> 2");
  EXPECT_GT(allocations(), before);
}

TEST(Network, NaNInOneRowStaysInThatRow) {
  const Network network("19 -> 33 relu -> 5 softmax", {.seed = 1});
  std::vector<float> input = random_matrix<float>(3, 8, 19);
  const std::vector<float> before = predicted<float>(network, input);
  input[2 * 19 + 4] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> after = predicted<float>(network, input);
  for (std::size_t n = 0; n < 8; ++n) {
    const bool same = same_bits<float>(std::span(before).subspan(n * 5, 5), std::span(after).subspan(n * 5, 5));
    EXPECT_EQ(same, n != 2);
  }
}

}  // namespace
}  // namespace bprop
