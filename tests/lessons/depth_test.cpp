// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "page_text.h"
#include "plain_network.h"

namespace bprop {
namespace {

using testing::HasSubstr;

TEST(LessonN4, EachLayersNormsAndPathsAreThoseOfPlainLoops) {
  const Model model = printed_network("depth");
  const auto layers = plain_layers(std::get<DoubleNetwork>(model.network), kPlainSigmoid, kPlainSigmoid);
  const PlainValues values = plain_gradients(layers, model.exercise->input, model.exercise->target);
  const std::string page = page_text("depth");
  const std::string paths[] = {"8", "4", "2", "1"};
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const double gradient = plain_norm(values.d_weights[k]);
    EXPECT_TRUE(has_row(page, {std::to_string(k + 1), number_text(plain_norm(values.delta[k])), number_text(gradient),
                               number_text(0.5 * gradient), paths[k]}))
        << "layer " << k + 1;
  }
}

TEST(LessonN4, AChainShrinksKeepsOrGrowsByItsFactorInEachLayer) {
  const std::string page = page_text("depth");
  for (const int depth : {2, 5, 10, 20}) {
    std::vector<std::string> row = {std::to_string(depth)};
    // The last unit says ½ and should say 0; its slope is ¼.
    for (const double factor : {0.25, 1.0, 1.5}) row.push_back(number_text(0.5 * 0.25 * std::pow(factor, depth - 1)));
    EXPECT_TRUE(has_row(page, row)) << "depth " << depth;
  }
  EXPECT_THAT(page, HasSubstr("The factor is then 0.25 for w = 1, 1 for w = 4 and 1.5 for w = 6."));
}

// Root mean square of δ in the first layer, as a share of that in the last.
double plain_share(const DoubleNetwork& network, PlainActivation hidden) {
  constexpr std::uint32_t kWidth = 16;
  const auto layers = plain_layers(network, hidden, kPlainIdentity);
  double first = 0, last = 0;
  for (std::uint32_t row = 0; row < kWidth; ++row) {
    std::vector<double> x;
    for (std::uint32_t i = 0; i < kWidth; ++i)
      x.push_back(std::sqrt(3.0) * (2.0 * random_uniform({.seed = 1}, row * kWidth + i) - 1));
    const PlainValues values = plain_gradients(layers, x, std::vector<double>(kWidth, 0.0));
    first += std::pow(plain_norm(values.delta.front()), 2);
    last += std::pow(plain_norm(values.delta.back()), 2);
  }
  return std::sqrt(first / last);
}

Architecture sixteen_wide(std::size_t depth, Activation hidden) {
  Architecture architecture;
  architecture.layers.assign(depth, Dense{16, 16, hidden, true});
  std::get<Dense>(architecture.layers.back()).activation = Activation::kIdentity;
  return architecture;
}

TEST(LessonN4, TheSweepOfDepthIsThatOfPlainLoops) {
  const auto share = [](std::size_t depth, Activation activation, Initializer initializer, PlainActivation plain) {
    return plain_share(DoubleNetwork(sixteen_wide(depth, activation), {.seed = 1, .initializer = initializer}), plain);
  };
  const std::string page = page_text("depth");
  struct Case {
    std::string name, initializer;
    Activation activation;
    Initializer rule;
    PlainActivation plain;
  };
  for (const Case& c :
       {Case{"sigmoid,", "glorot_uniform", Activation::kSigmoid, Initializer::kGlorotUniform, kPlainSigmoid},
        Case{"tanh,", "glorot_uniform", Activation::kTanh, Initializer::kGlorotUniform, kPlainTanh},
        Case{"relu,", "he_normal", Activation::kRelu, Initializer::kHeNormal, kPlainRelu}}) {
    std::vector<std::string> row = {c.name, c.initializer};
    for (const std::size_t depth : {2U, 10U, 20U})
      row.push_back(number_text(share(depth, c.activation, c.rule, c.plain)));
    row.push_back(number_text(std::pow(share(20, c.activation, c.rule, c.plain), 1.0 / 19)));
    EXPECT_TRUE(has_row(page, row)) << c.name;
  }
}

TEST(LessonN4, SmallUniformWeightsLoseDeltaUnderEveryActivation) {
  DoubleNetwork network(sixteen_wide(10, Activation::kTanh), {.initializer = Initializer::kZeros});
  for (std::uint32_t k = 0; k < 10; ++k) {
    std::vector<double> weights;
    for (std::uint32_t i = 0; i < 256; ++i)
      weights.push_back(0.1 * (2.0 * random_uniform({.seed = 1, .step = k + 1}, i) - 1));
    network.set_weights(k, weights);
  }
  const std::string page = page_text("depth");
  EXPECT_EQ(row_of(page, {"tanh,", "±0.1"})[3], number_text(plain_share(network, kPlainTanh)));
  for (const char* name : {"sigmoid,", "tanh,", "relu,"}) {
    const auto row = row_of(page, {name, "±0.1"});
    EXPECT_LT(std::stod(row[4]), 1e-11) << name;
  }
}

TEST(LessonN4, TheErratumNamesTheChainThatGrows) {
  EXPECT_THAT(
      page_text("depth"),
      HasSubstr("Note 000, line 110: the delta weight has more terms and thus gets smaller, it says; it has more "
                "factors in each term."));
  EXPECT_THAT(page_text("depth"), HasSubstr("the chain of 20 layers has " + number_text(0.125 * std::pow(1.5, 19)) +
                                            " in layer 1 and 0.125 in"));
}

}  // namespace
}  // namespace bprop
