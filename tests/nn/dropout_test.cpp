// SPDX-License-Identifier: Apache-2.0
//
// Dropout: its masks, and the two functions of a network that has such layers.
#include "nn/dropout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bprop/gradients.h"
#include "checkpoint/temporary_folder.h"
#include "linalg/panels.h"
#include "nn/random_matrix.h"

namespace bprop {
namespace {

using Floats = std::vector<float>;

constexpr PassKey kKey{.pass = Pass::kTraining, .seed = 7, .step = 12};

// (rows × size), row-major.
Floats mask_of(const Dropout& layer, const PassKey& key, std::size_t rows, std::size_t first_unit = 0,
               std::size_t parts = 1) {
  Floats panels(rows * linalg::padded(layer.size), NAN);
  for (std::size_t part = 0; part < parts; ++part) {
    nn::draw_mask(layer, key, first_unit, rows, panels.data(), nn::Share{part, parts});
  }
  Floats mask(rows * layer.size);
  linalg::from_panels(panels.data(), rows, layer.size, mask.data());
  return mask;
}

double share_dropped(const Floats& mask) {
  return static_cast<double>(std::count(mask.begin(), mask.end(), 0.0F)) / static_cast<double>(mask.size());
}

TEST(DropoutText, IsParsedPrintedAndRefused) {
  const Architecture full = Architecture::parse("4 -> dropout 0.25 -> 3 tanh -> dropout 1e-3 -> dropout 0 -> 2");
  EXPECT_EQ(full.layers[0], Layer(Dropout{4, 0.25}));
  EXPECT_EQ(full.layers[2], Layer(Dropout{3, 0.001}));
  EXPECT_EQ(full.text(), "4 -> dropout 0.25 -> 3 tanh -> dropout 0.001 -> dropout 0 -> 2 identity");
  EXPECT_EQ(full.parameters(), 4U * 3 + 3 + 3 * 2 + 2);
  EXPECT_EQ(Architecture::parse("dropout 0.5, 3, dropout .15", {4, 2}).text(),
            "4 -> dropout 0.5 -> 3 relu -> dropout 0.15 -> 2 identity");
  const auto refusal = [](std::string_view text) { return thrown([&] { Architecture::parse(text); }); };
  const std::string expected = ", expected a probability from 0 to below 1";
  EXPECT_EQ(refusal("4 -> dropout 1 -> 2"),
            "UsageError: [architecture] \"4 -> dropout 1 -> 2\", column 14: found '1'" + expected);
  EXPECT_EQ(refusal("4 -> dropout nan -> 2"),
            "UsageError: [architecture] \"4 -> dropout nan -> 2\", column 14: found 'nan'" + expected);
  EXPECT_EQ(refusal("4 -> dropout -> 2"),
            "UsageError: [architecture] \"4 -> dropout -> 2\", column 14: found '->'" + expected);
  EXPECT_EQ(refusal("4 -> dropout -0.1"),
            "UsageError: [architecture] \"4 -> dropout -0.1\", column 14: found '-0.1'" + expected);
  EXPECT_EQ(refusal("4 -> dropout 0.5"),
            "UsageError: [architecture] \"4 -> dropout 0.5\" has no parameters, expected a layer with some");
}

TEST(DropoutText, OfAnyProbabilityGivesItBack) {
  for (std::uint32_t i = 0; i < 200; ++i) {
    Architecture architecture = Architecture::parse("3 -> 2");
    architecture.layers.emplace_back(Dropout{2, std::pow(static_cast<double>(random_uniform({5}, i)), i % 7 + 1.0)});
    EXPECT_EQ(Architecture::parse(architecture.text()), architecture);
  }
}

// Of 40,000 numbers the share dropped has a standard deviation of 0.0025 at most; row by row and unit by unit, too.
TEST(DropoutMask, DropsTheShareThatItSaysAndMakesTheRestLarger) {
  for (const double p : {0.0, 0.1, 0.5, 0.85}) {
    const Floats mask = mask_of(Dropout{100, p}, kKey, 400);
    EXPECT_NEAR(share_dropped(mask), p, 0.01);
    for (const float r : mask) EXPECT_TRUE(r == 0 || r == static_cast<float>(1 / (1 - p))) << r;
    for (std::size_t unit = 0; unit < 100; ++unit) {
      double dropped = 0;
      for (std::size_t row = 0; row < 400; ++row) dropped += mask[row * 100 + unit] == 0 ? 1 : 0;
      EXPECT_NEAR(dropped / 400, p, 0.125) << unit;
    }
  }
  PassKey half = kKey;
  half.dropout = 0.5;
  EXPECT_NEAR(share_dropped(mask_of(Dropout{100, 0.5}, half, 400)), 0.25, 0.01);
}

TEST(DropoutMask, IsAnewForEverySeedUpdateRowAndUnit) {
  constexpr Dropout kLayer{64, 0.5};
  const Floats mask = mask_of(kLayer, kKey, 64);
  // Of two independent masks at ½ half of the numbers are equal; 4,096 of them have a standard deviation of 0.008.
  const auto is_another = [&](const Floats& other) {
    double equal = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) equal += mask[i] == other[i] ? 1 : 0;
    return std::fabs(equal / static_cast<double>(mask.size()) - 0.5) < 0.04;
  };
  EXPECT_TRUE(is_another(mask_of(kLayer, {.pass = Pass::kTraining, .seed = 8, .step = 12}, 64)));
  EXPECT_TRUE(is_another(mask_of(kLayer, {.pass = Pass::kTraining, .seed = 7, .step = 13}, 64)));
  EXPECT_TRUE(is_another(mask_of(kLayer, {.pass = Pass::kTraining, .seed = 7, .step = 12, .first_row = 64}, 64)));
  EXPECT_TRUE(is_another(mask_of(kLayer, kKey, 64, 64)));
  EXPECT_FALSE(is_another(mask_of(kLayer, kKey, 64)));
}

TEST(DropoutMask, IsTheSameHoweverRowsAndUnitsAreCut) {
  constexpr Dropout kLayer{39, 0.3};
  const Floats whole = mask_of(kLayer, kKey, 10, 48);
  EXPECT_EQ(mask_of(kLayer, kKey, 10, 48, 3), whole);
  PassKey later = kKey;
  later.first_row = 4;
  const Floats rest = mask_of(kLayer, later, 6, 48);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), whole.begin() + 4 * 39));
  for (std::size_t row = 0; row < 10; ++row) {
    for (std::size_t unit = 0; unit < 39; ++unit) {
      EXPECT_EQ(whole[row * 39 + unit], static_cast<float>(nn::mask_number(kLayer, kKey, 48, row, unit)));
    }
  }
}

TEST(DropoutMask, LayersHaveUnitsOfTheirOwn) {
  const Architecture architecture =
      Architecture::parse("3 -> dropout 0.5 -> 17 -> scale -> dropout 0.5 -> dropout 0.1 -> 2");
  EXPECT_EQ(nn::first_masked_unit(architecture, 0), 0U);
  EXPECT_EQ(nn::first_masked_unit(architecture, 3), 16U);
  EXPECT_EQ(nn::first_masked_unit(architecture, 4), 16U + 32);
}

// The weights of a network in one without its dropout layers.
template <class T>
BasicNetwork<T> without_dropout(const BasicNetwork<T>& network, std::string_view text) {
  BasicNetwork<T> other(text, {.arithmetic = network.arithmetic()});
  std::size_t layer = 0;
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    if (weight_count(network.architecture().layers[k]) == 0) continue;
    other.set_weights(layer, network.weights(k));
    other.set_bias(layer++, network.bias(k));
  }
  return other;
}

TEST(DropoutNetwork, PredictsAndDifferentiatesAsIfTheLayersWereNotThere) {
  const Network network("5 -> dropout 0.4 -> 19 gelu -> dropout 0.5 -> scale -> dropout 0.1 -> 3 softmax", {.seed = 3});
  const Network other = without_dropout(network, "5 -> 19 gelu -> scale -> 3 softmax");
  const Floats x = random_matrix<float>(1, 30, 5), y = random_matrix<float>(2, 30, 3);
  Floats found(90), expected(90);
  network.predict(x, found);
  other.predict(x, expected);
  EXPECT_EQ(found, expected);
  const Gradients g = gradients<float>(network, x, y), h = gradients<float>(other, x, y);
  EXPECT_EQ(g.loss, h.loss);
  EXPECT_EQ(g.d_input, h.d_input);
  EXPECT_EQ(g.layers[1].d_weights, h.layers[0].d_weights);
  EXPECT_EQ(g.layers[3].d_weights, h.layers[1].d_weights);
  EXPECT_EQ(g.layers[5].d_weights, h.layers[2].d_weights);
  EXPECT_TRUE(g.layers[2].d_weights.empty());
}

// a of the layer is x ⊙ r; what was dropped gets no gradient.
TEST(DropoutNetwork, InTrainingMultipliesByTheMask) {
  const Network network("4 -> dropout 0.5 -> 3", {.seed = 3});
  const Floats x = random_matrix<float>(1, 20, 4), y = random_matrix<float>(2, 20, 3);
  const Gradients g = gradients<float>(network, x, y, {}, nullptr, kKey);
  const Floats mask = mask_of(Dropout{4, 0.5}, kKey, 20);
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(g.layers[0].a[i], x[i] * mask[i]);
    EXPECT_EQ(g.layers[0].z[i], x[i] * mask[i]);
    EXPECT_EQ(g.d_input[i] == 0, mask[i] == 0);
    dropped += mask[i] == 0 ? 1U : 0U;
  }
  EXPECT_GT(dropped, 20U);
  EXPECT_NE(g.loss, gradients<float>(network, x, y).loss);
  EXPECT_EQ(g.loss, loss<float>(network, x, y, {}, kKey));
}

TEST(DropoutNetwork, GivesTheSameBitsForAnyNumberOfThreads) {
  const Network network("20 -> dropout 0.1 -> 150 selu -> dropout 0.3 -> 200 mish -> dropout 0.5 -> 3", {.seed = 3});
  const Floats x = random_matrix<float>(1, 600, 20), y = random_matrix<float>(2, 600, 3);  // three leaves
  const Gradients expected = gradients<float>(network, x, y, {}, nullptr, kKey);
  for (const int threads : {2, 3}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    const Gradients g = gradients<float>(network, x, y, {}, &pool, kKey);
    EXPECT_EQ(g.loss, expected.loss);
    EXPECT_EQ(g.d_input, expected.d_input);
    for (std::size_t k = 0; k < 6; ++k) EXPECT_EQ(g.layers[k].d_weights, expected.layers[k].d_weights) << k;
  }
}

}  // namespace
}  // namespace bprop
