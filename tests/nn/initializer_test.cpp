// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bprop/network.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

using testing::Each;

struct Moments {
  double mean = 0;
  double variance = 0;
  double largest = 0;
  double fourth = 0;  // E x⁴ / (E x²)²: 1.8 uniform, 3 normal
};

// n_in = 300, n_out = 200: 60,000 weights.
std::vector<double> weights(Initializer initializer, std::uint64_t seed = 1, const char* text = "300 -> 200 tanh") {
  return DoubleNetwork(text, {.seed = seed, .initializer = initializer}).weights(0);
}

Moments moments(const std::vector<double>& w) {
  Moments m;
  double fourth = 0;
  for (const double x : w) {
    m.mean += x / static_cast<double>(w.size());
    m.variance += x * x / static_cast<double>(w.size());
    fourth += x * x * x * x / static_cast<double>(w.size());
    m.largest = std::max(m.largest, std::fabs(x));
  }
  m.fourth = fourth / (m.variance * m.variance);
  return m;
}

struct Expected {
  Initializer initializer;
  double variance;
  bool uniform;
};
// For GoogleTest, which would print the bytes, padding included.
void PrintTo(const Expected& expected, std::ostream* out) { *out << "variance " << expected.variance; }

class InitializerMoments : public testing::TestWithParam<Expected> {};

TEST_P(InitializerMoments, VarianceAndBoundsAreThoseOfTheFormula) {
  const auto [initializer, variance, uniform] = GetParam();
  const Moments m = moments(weights(initializer));
  EXPECT_NEAR(m.mean, 0, 5 * std::sqrt(variance / 60'000));
  EXPECT_NEAR(m.variance, variance, 0.03 * variance);
  EXPECT_NEAR(m.fourth, uniform ? 1.8 : 3.0, uniform ? 0.03 : 0.12);
  if (uniform) {
    EXPECT_LE(m.largest, std::sqrt(3 * variance) * (1 + 1e-6));
    EXPECT_GT(m.largest, std::sqrt(3 * variance) * 0.999);
  } else {
    EXPECT_GT(m.largest, 3.5 * std::sqrt(variance));
    EXPECT_LT(m.largest, 6 * std::sqrt(variance));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, InitializerMoments,
                         testing::Values(Expected{Initializer::kGlorotUniform, 2.0 / 500, true},
                                         Expected{Initializer::kGlorotNormal, 2.0 / 500, false},
                                         Expected{Initializer::kHeUniform, 2.0 / 300, true},
                                         Expected{Initializer::kHeNormal, 2.0 / 300, false},
                                         Expected{Initializer::kLecunUniform, 1.0 / 300, true},
                                         Expected{Initializer::kLecunNormal, 1.0 / 300, false}));

TEST(Initializer, ZerosAreZerosAndBiasesStartAtZero) {
  EXPECT_THAT(weights(Initializer::kZeros), Each(0.0));
  EXPECT_THAT(DoubleNetwork("3 -> 20 relu").bias(0), Each(0.0));
}

TEST(BiasInitializer, NormalBiasesAreStandardNormalAndLeaveTheWeightsAsTheyAre) {
  const NetworkOptions options{.seed = 5, .bias_initializer = BiasInitializer::kNormal};
  const DoubleNetwork network("3 -> 20000 tanh -> 2", options);
  const Moments m = moments(network.bias(0));
  EXPECT_NEAR(m.mean, 0, 5 / std::sqrt(20'000.0));
  EXPECT_NEAR(m.variance, 1, 0.05);
  EXPECT_NEAR(m.fourth, 3, 0.25);
  EXPECT_NE(network.bias(1)[0], network.bias(0)[0]);
  EXPECT_NE(network.bias(1)[0], 0);
  EXPECT_EQ(network.weights(0), DoubleNetwork("3 -> 20000 tanh -> 2", {.seed = 5}).weights(0));
}

TEST(BiasInitializer, DrawsOtherNumbersThanTheWeights) {
  const NetworkOptions options{.initializer = Initializer::kLecunNormal, .bias_initializer = BiasInitializer::kNormal};
  const DoubleNetwork network("1 -> 50", options);  // weights of variance 1, too
  for (std::size_t k = 0; k < 50; ++k) EXPECT_NE(network.bias(0)[k], network.weights(0)[k]);
}

TEST(BiasInitializer, ALayerWithoutBiasesHasNone) {
  const DoubleNetwork network("3 -> 4 tanh no-bias -> 2", {.bias_initializer = BiasInitializer::kNormal});
  EXPECT_TRUE(network.bias(0).empty());
}

TEST(BiasInitializer, HasAName) {
  for (const char* known : {"zeros", "normal"}) EXPECT_EQ(name(bias_initializer_named(known)), known);
  EXPECT_EQ(thrown([] { bias_initializer_named("ones"); }),
            "UsageError: unknown bias initializer 'ones'; known: zeros, normal");
}

TEST(ZeroLastLayer, IsZeroAndTheOthersAreAsEver) {
  const NetworkOptions options{.bias_initializer = BiasInitializer::kNormal, .zero_last_layer = true};
  const DoubleNetwork network("3 -> 5 tanh -> 2", options);
  EXPECT_THAT(network.weights(1), Each(0.0));
  EXPECT_THAT(network.bias(1), Each(0.0));
  EXPECT_EQ(network.weights(0), DoubleNetwork("3 -> 5 tanh -> 2").weights(0));
  EXPECT_NE(network.bias(0)[0], 0);
}

TEST(Initializer, AutomaticFollowsTheActivation) {
  const auto same = [](const char* text, Initializer initializer) {
    EXPECT_EQ(weights(Initializer::kAutomatic, 1, text), weights(initializer, 1, text)) << text;
  };
  for (const char* text :
       {"30 -> 20 relu", "30 -> 20 leaky_relu", "30 -> 20 elu", "30 -> 20 gelu", "30 -> 20 silu", "30 -> 20 mish"}) {
    same(text, Initializer::kHeNormal);
  }
  same("30 -> 20 selu", Initializer::kLecunNormal);
  for (const char* text : {"30 -> 20 identity", "30 -> 20 sigmoid", "30 -> 20 tanh", "30 -> 20 softmax"}) {
    same(text, Initializer::kGlorotUniform);
  }
}

TEST(Initializer, TheSeedDecidesAndLayersDiffer) {
  EXPECT_EQ(weights(Initializer::kHeNormal, 7), weights(Initializer::kHeNormal, 7));
  EXPECT_NE(weights(Initializer::kHeNormal, 7), weights(Initializer::kHeNormal, 8));
  const DoubleNetwork network("20 -> 20 tanh -> 20 tanh");
  EXPECT_NE(network.weights(0), network.weights(1));
}

TEST(Initializer, FloatAndDoubleNetworksStartEqual) {
  const std::vector<double> exact = DoubleNetwork("30 -> 20 relu", {.seed = 3}).weights(0);
  const std::vector<float> single = Network("30 -> 20 relu", {.seed = 3}).weights(0);
  EXPECT_TRUE(std::equal(exact.begin(), exact.end(), single.begin(), single.end()));
}

TEST(Initializer, HasANameAndAFormulaForEach) {
  for (const InitializerRule& rule : initializer_rules()) {
    EXPECT_EQ(initializer_named(rule.name), rule.id);
    EXPECT_FALSE(rule.formula.empty());
  }
  EXPECT_EQ(thrown([] { initializer_named("xavier"); }),
            "UsageError: unknown initializer 'xavier'; known: automatic, glorot_uniform, glorot_normal, he_uniform, "
            "he_normal, lecun_uniform, lecun_normal, zeros");
}

}  // namespace
}  // namespace bprop
