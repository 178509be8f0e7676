// SPDX-License-Identifier: Apache-2.0
//
// What a derivation says against the engine, the complex step and the float engine, on random networks of all
// activations and losses, with the tolerances of VECTORS.md.
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/explain.h"
#include "check/small_draw.h"
#include "check/tape_network.h"
#include "explain/random_derivation.h"

namespace bprop {
namespace {

using check::Draw;
using check::SmallCase;
using explained::Dice;
using explained::draw_number;
using explained::draw_shape;

constexpr std::size_t kTriples = 1000;
constexpr double kNearKink = 1e-4;

double largest_gradient(const DoubleGradients& g) {
  double result = check::largest(g.d_input);
  for (const auto& layer : g.layers) {
    result = std::max({result, check::largest(layer.d_weights), check::largest(layer.d_bias)});
  }
  return result;
}

Network in_float(const DoubleNetwork& network) {
  Network result(network.architecture(), {.initializer = Initializer::kZeros, .arithmetic = network.arithmetic()});
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    const auto weights = network.weights(k);
    const auto bias = network.bias(k);
    result.set_weights(k, std::vector<float>(weights.begin(), weights.end()));
    if (!bias.empty()) result.set_bias(k, std::vector<float>(bias.begin(), bias.end()));
    const std::vector<double> mean = network.running_mean(k), variance = network.running_variance(k);
    result.set_running(k, std::vector<float>(mean.begin(), mean.end()),
                       std::vector<float>(variance.begin(), variance.end()));
  }
  return result;
}

TEST(Explain, OfAThousandRandomTriplesIsTheEnginesAndTheComplexStepsValue) {
  std::size_t redrawn = 0;
  std::size_t judged_in_float = 0;
  std::uint32_t draw_number_of = 0;
  for (std::size_t triple = 0; triple < kTriples; ++draw_number_of) {
    Dice numbers(draw_number_of);
    const SmallCase c = draw_shape(triple, numbers);
    const Draw draw = check::draw_case(c, draw_number_of);
    const LossOptions loss{.loss = c.loss};
    const auto g = gradients<double>(draw.network, draw.input, draw.target, loss);
    const double kink = check::tape_gradients(draw.network, draw.input, draw.target, loss).nearest_kink;
    if (kink < kNearKink || check::cancels(c, draw, g)) {
      ++redrawn;
      continue;
    }
    ++triple;
    const Selector what = draw_number(draw.network.architecture(), numbers);
    const ExplainRows rows{draw.input, draw.target};
    const Derivation derivation = explain(draw.network, rows, what, {.loss = loss});
    EXPECT_LE(derivation.agreement.engine_error, 1e-12) << c << ' ' << derivation.title;
    EXPECT_LE(derivation.agreement.complex_error, 1e-12) << c << ' ' << derivation.title;
    EXPECT_TRUE(derivation.agreement.agrees);
    if (what.kind == Selector::Kind::kActivation) continue;  // of a pair it may be infinite
    const Derivation of_float = explain(in_float(draw.network), rows, what, {.loss = loss});
    EXPECT_NEAR(*of_float.agreement.float_value, of_float.value(),
                1e-5 * std::max(largest_gradient(g), check::largest(g.layers.back().delta)))
        << c;
    ++judged_in_float;
  }
  EXPECT_LE(redrawn, kTriples * 15 / 100);  // 6 % without layer norms, behind which dead units cancel
  EXPECT_GE(judged_in_float, kTriples / 2);
}

// Each listed path is a product of partial derivatives; together they are the derivative.
TEST(Explain, PathsAddUpToTheDerivative) {
  std::size_t too_many = 0;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    Dice numbers(seed);
    const SmallCase c = draw_shape(seed, numbers);
    const Draw draw = check::draw_case(c, seed);
    const Derivation derivation =
        explain(draw.network, {draw.input, draw.target}, draw_number(draw.network.architecture(), numbers),
                {.loss = {.loss = c.loss}, .paths = 1000});
    if (!derivation.all_paths) {
      ++too_many;
      EXPECT_GT(std::stoull(derivation.reuse.paths), 1000U);
      continue;
    }
    EXPECT_EQ(std::to_string(derivation.paths.size()), derivation.reuse.paths);
    double sum = 0;
    double size = 0;
    for (const Path& path : derivation.paths) {
      sum += path.value;
      size += std::fabs(path.value);
    }
    EXPECT_NEAR(sum, derivation.value(), 1e-13 * size) << c << ' ' << derivation.title;
  }
  EXPECT_LE(too_many, 5U);
}

DoubleNetwork network_with(const char* text, const std::vector<double>& weights, const std::vector<double>& biases) {
  DoubleNetwork network(text, {.initializer = Initializer::kZeros});
  network.set_weights(0, weights);
  network.set_bias(0, biases);
  return network;
}

// 1 − a² of a saturated tanh, and a derivative that is nothing but cancelled terms, have few digits or none: a share of
// the terms is what others may differ by.
TEST(Explain, RoundingOfSaturatedSlopesAndCancelledTermsIsNoDisagreement) {
  const std::vector<double> one{1.0}, zero{0.0};
  EXPECT_TRUE(explain(network_with("1 -> 1 tanh", {12}, {0}), {one, zero}, weight(0, 0, 0)).agreement.agrees);
  const std::vector<double> input{0.7}, target{2, 3};
  const Derivation cancelled = explain(network_with("1 -> 2 softmax", {0.3, 0.1}, {0, 0.2}), {input, target},
                                       weight(0, 0, 0), {.loss = {.loss = Loss::kAbsoluteError}});
  EXPECT_TRUE(cancelled.agreement.agrees);
  EXPECT_LT(std::fabs(cancelled.value()), 1e-15);
}

// p = y = 0 in double: the short way has no 0 / 0, and ∂l/∂a has its limit.
TEST(Explain, ACertainPredictionThatIsRightHasFiniteDerivatives) {
  const std::vector<double> one{1.0}, zero{0.0};
  const DoubleNetwork sure = network_with("1 -> 1 sigmoid", {-800}, {0});
  const ExplainOptions options{.loss = {.loss = Loss::kBinaryCrossEntropy}};
  EXPECT_EQ(explain(sure, {one, zero}, activation(0, 0), options).value(), 1);
  EXPECT_EQ(explain(sure, {one, zero}, weight(0, 0, 0), options).value(), 0);
  const auto g = gradients<double>(sure, one, zero, options.loss);
  EXPECT_EQ(g.layers[0].d_output[0], 1);
}

TEST(Explain, ALossThatIsNotFiniteIsSaidSo) {
  const std::vector<double> one{1.0}, zero{0.0};
  const Derivation huge = explain(network_with("1 -> 1", {1e200}, {0}), {one, zero}, weight(0, 0, 0));
  EXPECT_TRUE(huge.agreement.agrees);
  EXPECT_EQ(huge.remarks.back(), "The loss is not finite, and neither is what follows.");
}

TEST(Explain, NoDepthAndNoTopIsTooLarge) {
  const DoubleNetwork network("3 -> 40 tanh -> 40 tanh -> 2", {.seed = 3});
  const std::vector<double> input{1, 2, 3}, target{0, 1};
  EXPECT_GT(explain(network, {input, target}, weight(0, 0, 0), {.depth = SIZE_MAX}).steps.size(), 6U);
  EXPECT_GT(explain(network, {input, target}, weight(0, 0, 0), {.top = SIZE_MAX / 2 + 1}).steps.size(), 40U);
  EXPECT_GE(explain(network, {input, target}, weight(0, 0, 0), {.depth = 0, .top = 0}).steps.size(), 4U);
}

TEST(Explain, ABatchIsTheMeanOrSumOfItsRows) {
  const DoubleNetwork network("3 -> 4 tanh -> 2 softmax", {.seed = 3});
  std::vector<double> input, target;
  for (std::size_t n = 0; n < 5; ++n) {
    for (std::size_t i = 0; i < 3; ++i) input.push_back(std::sin(static_cast<double>(3 * n + i)));
    target.push_back(n % 2 == 0 ? 1 : 0);
    target.push_back(n % 2 == 0 ? 0 : 1);
  }
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    const LossOptions loss{.loss = Loss::kCrossEntropy, .reduction = reduction};
    const auto g = gradients<double>(network, input, target, loss);
    const Derivation derivation = explain(network, {input, target}, weight(0, 2, 1), {.loss = loss, .top = 2});
    EXPECT_NEAR(derivation.value(), g.layers[0].d_weights[7], 1e-15);
    EXPECT_TRUE(derivation.agreement.agrees);
    EXPECT_EQ(text_of(derivation.steps[0].symbols[0]).starts_with("1 / 5 · ("), reduction == Reduction::kMean);
    EXPECT_NE(text_of(derivation.steps[0].symbols[0]).find("(3 more)"), std::string::npos);
  }
}

}  // namespace
}  // namespace bprop
