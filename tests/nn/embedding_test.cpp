// SPDX-License-Identifier: Apache-2.0
//
// Embedding layers: their text, places, first values, and what a network with them computes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "bprop/gradients.h"
#include "bprop/network.h"
#include "checkpoint/temporary_folder.h"
#include "nn/layout.h"
#include "nn/network_state.h"

namespace bprop {
namespace {

using Kind = Embedding::Kind;
using Ranges = std::vector<InputRange>;

Embedding embedding(const Layer& layer) { return std::get<Embedding>(layer); }

TEST(EmbeddingText, NamesInputsGroupsAndUnits) {
  const Architecture of = Architecture::parse("20 -> embed 5-12:3 13-20:8 -> waves 1-2:16 7:4 -> mix 1-32/16:3 -> 1");
  EXPECT_EQ(embedding(of.layers[0]), (Embedding{Kind::kCategories, 20, {{4, 12, 8, 3}, {12, 20, 8, 8}}}));
  EXPECT_EQ(embedding(of.layers[1]), (Embedding{Kind::kWaves, 15, {{0, 2, 1, 16}, {6, 7, 1, 4}}}));
  EXPECT_EQ(embedding(of.layers[2]), (Embedding{Kind::kMix, 51, {{0, 32, 16, 3}}}));
  EXPECT_EQ(outputs_of(of.layers[2]), 6U + 51 - 32);
  EXPECT_EQ(of.parameters(), (24U + 64) + 2 * 36 + (96 + 6) + 26);
  EXPECT_EQ(of.text(), "20 -> embed 5-12:3 13-20:8 -> waves 1-2:16 7:4 -> mix 1-32/16:3 -> 1 identity");
  EXPECT_EQ(Architecture::parse(of.text()), of);
}

// PBLD: cos(2π f x + b) of 16 frequencies, 3 mixtures of them, and x itself.
TEST(EmbeddingText, PeriodicIsWavesAndTheirMixture) {
  EXPECT_EQ(Architecture::parse("5 -> periodic 2-3:16x4 5:16x4 -> 1").text(),
            "5 -> waves 2-3:16 5:16 -> mix 1-48/16:3 -> 1 identity");
}

TEST(EmbeddingText, AMixMayHaveAnActivationOfEachUnit) {
  const Architecture of = Architecture::parse("4 -> mix 1-4/2:3 mish -> mix 1-6/3:2 identity -> 1");
  EXPECT_EQ(embedding(of.layers[0]), (Embedding{Kind::kMix, 4, {{0, 4, 2, 3}}, Activation::kMish}));
  EXPECT_EQ(of.text(), "4 -> mix 1-4/2:3 mish -> mix 1-6/3:2 -> 1 identity");
  EXPECT_EQ(Architecture::parse(of.text()), of);
  EXPECT_EQ(activation_of(of.layers[0], 5), Activation::kMish);
}

TEST(EmbeddingText, WithoutRangesTheDefaultsSayWhichInputs) {
  const ArchitectureDefaults data{20, 2, Activation::kSoftmax, Ranges{{0, 1}, {2, 3}}, Ranges{{3, 12}, {12, 20}}};
  const auto text = [&](std::string_view layers) { return Architecture::parse(layers, data).text(); };
  EXPECT_EQ(text("embed, scale, 4"), "20 -> embed 4-12:8 13-20:8 -> scale -> 4 relu -> 2 softmax");
  EXPECT_EQ(text("embed 3, 4"), "20 -> embed 4-12:3 13-20:3 -> 4 relu -> 2 softmax");
  EXPECT_EQ(text("periodic 8x2"), "20 -> waves 1:8 3:8 -> mix 1-16/8:1 -> 2 softmax");
  // Behind 16 units of embeddings stand inputs 1, 2 and 3; behind 6 of waves all that there was.
  EXPECT_EQ(text("embed, periodic"), "20 -> embed 4-12:8 13-20:8 -> waves 17:16 19:16 -> mix 1-32/16:3 -> 2 softmax");
  EXPECT_EQ(text("periodic, embed"), "20 -> waves 1:16 3:16 -> mix 1-32/16:3 -> embed 10-18:8 19-26:8 -> 2 softmax");
  const ArchitectureDefaults three{4, 2, Activation::kSoftmax, Ranges{{0, 1}, {1, 2}, {3, 4}}, Ranges{}};
  EXPECT_EQ(Architecture::parse("periodic 8x2", three).text(), "4 -> waves 1-2:8 4:8 -> mix 1-24/8:1 -> 2 softmax");
  const ArchitectureDefaults pixels{20, 2, Activation::kSoftmax, Ranges{}, Ranges{}};
  EXPECT_EQ(Architecture::parse("embed, periodic, 4", pixels).text(), "20 -> 4 relu -> 2 softmax");
}

TEST(EmbeddingText, WhatMakesNoSenseIsRefusedAtItsColumn) {
  const auto refusal = [](std::string_view text, const ArchitectureDefaults& defaults = {}) {
    return thrown([&] { Architecture::parse(text, defaults); });
  };
  const std::string embed = "expected inputs and units of each group, as in 'embed 5-20:8' (at most 256 units)";
  EXPECT_EQ(refusal("4 -> embed -> 1"),
            "UsageError: [architecture] \"4 -> embed -> 1\", column 12: found '->', " + embed);
  EXPECT_EQ(refusal("4 -> embed 1-2:257 -> 1"),
            "UsageError: [architecture] \"4 -> embed 1-2:257 -> 1\", column 12: found '1-2:257', " + embed);
  EXPECT_EQ(
      refusal("4 -> embed 1-2:3 2-4:1 -> 1"),
      "UsageError: [architecture] \"4 -> embed 1-2:3 2-4:1 -> 1\", column 18: found '2-4:1', expected inputs from 3 "
      "to 4, ascending");
  EXPECT_EQ(refusal("4 -> periodic 1-5:2x2 -> 1"),
            "UsageError: [architecture] \"4 -> periodic 1-5:2x2 -> 1\", column 15: found '1-5:2x2', expected inputs "
            "from 1 to 4, ascending");
  EXPECT_THAT(refusal("4 -> periodic 1-16777217:2x2 -> 1"), testing::HasSubstr("expected inputs, and waves and units"));
  for (const char* wrong : {"0-1:2", "2-1:2", "1-3/2:2", "1:0", "1:2x", "1:2x1", "1", "1-2", "1:x2", "1::2", "1:2,",
                            "1-:2x2", "1-2/:2x2", "1-2x:2", "1:2x257", "1:2x3y"}) {
    EXPECT_THAT(refusal(std::string("4 -> periodic ") + wrong + " -> 1"), testing::HasSubstr("column 15")) << wrong;
  }
  EXPECT_THAT(refusal("4 -> periodic 1:2x3 2:3x3 -> 1"), testing::HasSubstr("the same sizes"));
  EXPECT_THAT(refusal("4 -> periodic 1:2x3 2:2x4 -> 1"), testing::HasSubstr("the same sizes"));
  EXPECT_THAT(refusal("4 -> periodic 1-2/2:2x2 -> 1"), testing::HasSubstr("the same sizes"));
  EXPECT_THAT(refusal("4 -> embed 1-2:3x -> 1"), testing::HasSubstr("column 12: found '1-2:3x', " + embed));
  EXPECT_THAT(refusal("4 -> waves x -> 1"),
              testing::HasSubstr("expected inputs and waves of each, as in 'waves 1-4:16' (at most 256)"));
  EXPECT_THAT(refusal("4 -> mix -> 1"), testing::HasSubstr("expected inputs, in groups of so many, and units"));
  EXPECT_THAT(refusal("embed, 3", {4, 1}), testing::HasSubstr(embed));
  const ArchitectureDefaults known{4, 1, Activation::kIdentity, Ranges{{0, 2}}, Ranges{{2, 4}}};
  EXPECT_THAT(refusal("waves, 3", known), testing::HasSubstr("expected inputs and waves of each"));
  EXPECT_THAT(refusal("mix, 3", known), testing::HasSubstr("expected inputs, in groups"));
  EXPECT_THAT(refusal("4 -> 2 -> embed 1-2:2"), testing::HasSubstr("expected '->' and a dense layer"));
  EXPECT_THAT(refusal("periodic, 3", {4, 1}), testing::HasSubstr("expected inputs, and waves and units of each"));
  EXPECT_THAT(refusal("3, periodic", {4, 1, Activation::kIdentity, Ranges{{0, 1}}, Ranges{}}),
              testing::HasSubstr("column 12"));
  EXPECT_EQ(refusal("4 -> mix 1-4/2:2 softmax -> 1"),
            "UsageError: [architecture] \"4 -> mix 1-4/2:2 softmax -> 1\", column 18: found 'softmax', expected an "
            "activation other than softmax ('bprop list activations' names them), or the layer's end");
  EXPECT_THAT(refusal("4 -> mix 1-4/2:2 mash -> 1"), testing::HasSubstr("column 18: found 'mash'"));
  EXPECT_THAT(refusal("4 -> embed 1-4:2 tanh -> 1"), testing::HasSubstr("column 18: found 'tanh'"));
  EXPECT_THAT(thrown([] {
                const Embedding mix{Kind::kMix, 2, {{0, 2, 2, 2}}, Activation::kSoftmax};
                Network(Architecture{{mix, Dense{2, 1}}});
              }),
              testing::HasSubstr("a mix has softmax"));
  EXPECT_THAT(thrown([] { Network(Architecture{{Embedding{Kind::kMix, 2, {{0, 2, 2, 1}}}}}); }),
              testing::HasSubstr("the last layer is an embedding layer"));
}

std::vector<Layer> samples() {
  return {Embedding{Kind::kCategories, 9, {{1, 4, 3, 5}, {5, 9, 2, 1}}},
          Embedding{Kind::kWaves, 6, {{0, 2, 1, 3}, {3, 5, 1, 17}}}, Embedding{Kind::kMix, 40, {{0, 36, 9, 3}}},
          Embedding{Kind::kMix, 3, {{2, 3, 1, 20}}}};
}

TEST(EmbeddingPlaces, OfWeightsAndTheirEndsAreEachOthersInverses) {
  for (const Layer& layer : samples()) {
    std::size_t place = 0;
    std::size_t passed = 0;
    for (std::size_t out = 0; out < outputs_of(layer); ++out) {
      passed += passes_on(layer, out) ? std::size_t{1} : std::size_t{0};
      for (std::size_t in = 0; in < inputs_of(layer); ++in) {
        if (!connects(layer, out, in) || passes_on(layer, out)) continue;
        EXPECT_EQ(weight_place(layer, out, in), place);
        EXPECT_EQ(weight_ends(layer, place).out, out);
        EXPECT_EQ(weight_ends(layer, place).in, in);
        ++place;
      }
    }
    EXPECT_EQ(place, weight_count(layer));
    EXPECT_EQ(passed + embedding(layer).units(), outputs_of(layer));
  }
}

TEST(EmbeddingPlaces, InTheFlatBufferAreEachGroupsOwnAndPaddedToSixteen) {
  for (const Layer& layer : samples()) {
    const nn::Layout layout(Architecture{{layer, Dense{outputs_of(layer), 1}}});
    const nn::LayerLayout& at = layout[0];
    EXPECT_EQ(at.weight_count(), weight_count(layer));
    EXPECT_EQ(at.weights_size % 16 + at.bias_size % 16, 0U);
    std::vector<int> uses(at.weights_size, 0);
    nn::for_each_weight(at, [&](std::size_t place, std::size_t offset) {
      EXPECT_EQ(at.weight_at(place), offset);
      ++uses.at(offset - at.weights);
    });
    EXPECT_EQ(static_cast<std::size_t>(std::accumulate(uses.begin(), uses.end(), 0)), weight_count(layer));
    EXPECT_LE(*std::ranges::max_element(uses), 1);
  }
}

double spread(const std::vector<float>& values) {
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

// Holzmüller et al. 2024: frequencies N(0, σ²) in turns, phases uniform in ±π, mixtures as torch.nn.Linear's.
TEST(EmbeddingInitializer, IsThatOfThePaper) {
  const Network network("400 -> embed 201-400:50 -> periodic 51-250:16x4 -> 1", {.seed = 4});
  EXPECT_NEAR(spread(network.weights(0)), 1, 0.03);
  EXPECT_NEAR(spread(network.weights(1)), 2 * std::numbers::pi * 0.1, 0.02);
  EXPECT_NEAR(spread(network.bias(1)), std::numbers::pi / std::sqrt(3.0), 0.05);
  for (const auto& of : {network.weights(2), network.bias(2)}) {
    EXPECT_NEAR(spread(of), 0.25 / std::sqrt(3.0), 0.01);
    EXPECT_LE(std::fabs(*std::ranges::max_element(of)), 0.25F);
  }
  const Network fast("400 -> embed 201-400:50 -> periodic 51-250:16x4 -> 1", {.seed = 4, .embedding_sigma = 2});
  EXPECT_FLOAT_EQ(fast.weights(1)[7], 20 * network.weights(1)[7]);
}

// cos(2π f x + b) worked out in double, its mixtures, then what is passed on.
TEST(EmbeddingForward, IsTheFormulaOfThePaper) {
  Network network("3 -> periodic 2:16x4 -> scale", {.seed = 2});
  const std::vector<float> x{0.3F, -1.7F, 2.5F};
  std::vector<float> y(network.outputs());
  network.predict(x, y);
  const auto w1 = network.weights(0), b1 = network.bias(0), w2 = network.weights(1), b2 = network.bias(1);
  for (std::size_t j = 0; j < 3; ++j) {
    double sum = b2[j];
    for (std::size_t k = 0; k < 16; ++k) {
      sum += static_cast<double>(w2[j * 16 + k]) *
             std::cos(static_cast<double>(w1[k]) * static_cast<double>(x[1]) + static_cast<double>(b1[k]));
    }
    EXPECT_NEAR(static_cast<double>(y[j]), sum, 2e-6);
  }
  EXPECT_EQ(std::vector<float>(y.begin() + 3, y.end()), x);
}

// A mix is small dense layers side by side; what is passed on keeps no activation.
TEST(EmbeddingForward, OfAMixWithAnActivationIsThatOfDenseLayersSideBySide) {
  Network mix("5 -> mix 1-4/2:3 tanh -> scale", {.seed = 3});
  const std::vector<float> w = mix.weights(0), b = mix.bias(0);
  const std::vector<float> x{0.3F, -1.7F, 2.5F, 0.25F, 7};
  std::vector<float> y(7), part(3);
  mix.predict(x, y);
  for (std::size_t group = 0; group < 2; ++group) {
    Network dense("2 -> 3 tanh");
    dense.set_weights(0, std::span(w).subspan(group * 6, 6));
    dense.set_bias(0, std::span(b).subspan(group * 3, 3));
    dense.predict(std::span(x).subspan(group * 2, 2), part);
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(y[group * 3 + j], part[j], 1e-6F);
  }
  EXPECT_EQ(y[6], 7);
}

TEST(EmbeddingForward, OfAOneHotGroupIsAColumnAndOfZerosNothing) {
  Network network("7 -> embed 2-6:3 -> scale", {.seed = 2});
  const std::vector<float> w = network.weights(0);
  std::vector<float> y(10);
  network.predict(std::vector<float>{9, 0, 0, 1, 0, 0, -8, 4, 0, 0, 0, 0, 0, 5}, y);
  EXPECT_EQ(y, (std::vector<float>{w[2], w[7], w[12], 9, -8, 0, 0, 0, 4, 5}));
}

// Awkward sizes: groups across panels, more units than a panel, one-hot rows.
TEST(EmbeddingGradients, HaveTheSameBitsWhateverTheThreads) {
  const Network network("70 -> embed 6-60:19 -> periodic 1-23:5x3 -> 9 tanh -> 4", {.seed = 5});
  constexpr std::size_t kRows = 300;
  std::vector<float> x(kRows * 70), y(kRows * 4, 0.5F);
  for (std::size_t n = 0; n < kRows; ++n) {
    for (std::size_t i = 0; i < 70; ++i) {
      const bool one_hot = i >= 5 && i < 60;
      x[n * 70 + i] = one_hot ? (i - 5 == n % 55 ? 1.0F : 0.0F) : static_cast<float>((n * 7 + i * 13) % 31) * 0.1F;
    }
  }
  const auto alone = gradients<float>(network, x, y, {});
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  const auto together = gradients<float>(network, x, y, {}, &pool);
  for (std::size_t k = 0; k < alone.layers.size(); ++k) {
    EXPECT_EQ(alone.layers[k].d_weights, together.layers[k].d_weights) << k;
    EXPECT_EQ(alone.layers[k].d_bias, together.layers[k].d_bias) << k;
  }
  EXPECT_EQ(alone.d_input, together.d_input);
}

// A mix of whole panels goes through the products of dense layers: against a dense layer with zeros between the groups,
// wider and longer than the tiles of gradients.
TEST(EmbeddingGradients, OfAMixOfWholePanelsAreThoseOfADenseLayerWithBlocks) {
  constexpr std::size_t kGroups = 2, kSize = 288, kUnits = 32, kRows = 21;
  const Network mix("9 -> 576 tanh -> mix 1-576/288:32 mish -> 3", {.seed = 6});
  Network dense("9 -> 576 tanh -> 64 mish -> 3");
  std::vector<float> blocks(kGroups * kUnits * kGroups * kSize);
  const std::vector<float> w = mix.weights(1);
  const auto place = [](std::size_t unit, std::size_t i) { return unit * kGroups * kSize + unit / kUnits * kSize + i; };
  for (std::size_t unit = 0; unit < kGroups * kUnits; ++unit) {
    for (std::size_t i = 0; i < kSize; ++i) blocks[place(unit, i)] = w[unit * kSize + i];
  }
  for (std::size_t k = 0; k < 3; ++k) {
    dense.set_weights(k, k == 1 ? blocks : mix.weights(k));
    dense.set_bias(k, mix.bias(k));
  }

  std::vector<float> x(kRows * 9), y(kRows * 3, 0.5F);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 13 % 31) * 0.1F - 1.5F;
  ThreadPool pool({.threads = 2, .minimal_work = 0});
  const auto found = gradients<float>(mix, x, y, {}, &pool), expected = gradients<float>(dense, x, y, {});
  EXPECT_NEAR(found.loss, expected.loss, 1e-6);
  EXPECT_THAT(found.d_input, testing::Pointwise(testing::FloatNear(1e-6F), expected.d_input));
  EXPECT_THAT(found.layers[0].d_weights, testing::Pointwise(testing::FloatNear(1e-6F), expected.layers[0].d_weights));
  EXPECT_THAT(found.layers[1].d_bias, testing::Pointwise(testing::FloatNear(1e-6F), expected.layers[1].d_bias));
  for (std::size_t unit = 0; unit < kGroups * kUnits; ++unit) {
    for (std::size_t i = 0; i < kSize; ++i) {
      ASSERT_NEAR(found.layers[1].d_weights[unit * kSize + i], expected.layers[1].d_weights[place(unit, i)], 1e-6F);
    }
  }
}

}  // namespace
}  // namespace bprop
