// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "bprop/network.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

std::vector<Dense> layers(std::string_view text, const ArchitectureDefaults& defaults = {}) {
  std::vector<Dense> result;
  for (const Layer& layer : Architecture::parse(text, defaults).layers) result.push_back(std::get<Dense>(layer));
  return result;
}

using Layers = std::vector<Dense>;

TEST(Architecture, TheFullFormSaysEverything) {
  EXPECT_EQ(layers("784 -> 128 relu -> 10 softmax"),
            (Layers{{784, 128, Activation::kRelu, true}, {128, 10, Activation::kSoftmax, true}}));
}

TEST(Architecture, AHiddenLayerWithoutActivationIsReluAndTheLastIdentity) {
  EXPECT_EQ(layers("2 -> 3 -> 1"), (Layers{{2, 3, Activation::kRelu, true}, {3, 1, Activation::kIdentity, true}}));
}

TEST(Architecture, NoBiasOmitsTheBiasWithOrWithoutActivation) {
  EXPECT_EQ(layers("2 -> 3 no-bias -> 1 tanh no-bias"),
            (Layers{{2, 3, Activation::kRelu, false}, {3, 1, Activation::kTanh, false}}));
}

TEST(Architecture, HiddenLayersTakeTheOtherSizesFromTheData) {
  EXPECT_EQ(layers("64 tanh, 32", {5, 3, Activation::kSoftmax}), (Layers{{5, 64, Activation::kTanh, true},
                                                                         {64, 32, Activation::kRelu, true},
                                                                         {32, 3, Activation::kSoftmax, true}}));
}

TEST(Architecture, NoTextIsALinearModel) {
  EXPECT_EQ(layers("", {5, 3}), (Layers{{5, 3, Activation::kIdentity, true}}));
  EXPECT_EQ(layers(" \t", {5, 3}), (Layers{{5, 3, Activation::kIdentity, true}}));
}

TEST(Architecture, AScaleLayerIsAsWideAsWhatComesBeforeIt) {
  EXPECT_EQ(Architecture::parse("4 -> scale -> 3 -> scale -> scale").layers,
            (std::vector<Layer>{Scale{4}, Dense{4, 3, Activation::kRelu, true}, Scale{3}, Scale{3}}));
  EXPECT_EQ(Architecture::parse("scale, 8 tanh, scale", {5, 2}).text(), "5 -> scale -> 8 tanh -> scale -> 2 identity");
  EXPECT_EQ(Architecture::parse("7 -> scale").outputs(), 7U);
  EXPECT_EQ(Architecture::parse("7 -> scale -> 2").parameters(), 7U + 14 + 2);
}

TEST(Architecture, ALayerNormIsAsWideAsWhatComesBeforeItAndHasABias) {
  EXPECT_EQ(Architecture::parse("4 -> layer-norm -> 3 -> layer-norm").layers,
            (std::vector<Layer>{LayerNorm{4}, Dense{4, 3, Activation::kRelu, true}, LayerNorm{3}}));
  const std::string text = "5 -> layer-norm -> 8 tanh -> layer-norm -> 2 identity";
  EXPECT_EQ(Architecture::parse("layer-norm, 8 tanh, layer-norm", {5, 2}).text(), text);
  EXPECT_EQ(Architecture::parse(text).text(), text);
  EXPECT_EQ(Architecture::parse("7 -> layer-norm -> 2").parameters(), 7U + 7 + 14 + 2);
  EXPECT_TRUE(has_bias(LayerNorm{7}));
  EXPECT_FALSE(connects(LayerNorm{7}, 1, 2));
  EXPECT_TRUE(reads(LayerNorm{7}, 1, 2));
  EXPECT_FALSE(reads(LayerNorm{7}, 1, 7));
  EXPECT_FALSE(reads(Scale{7}, 1, 2));
}

// Out, in and place of a weight; scale layers and layer norms have a diagonal W.
TEST(Layers, PlacesOfWeightsAndTheirEndsAreEachOthersInverses) {
  for (const Layer& layer : {Layer(Dense{3, 4, Activation::kTanh, true}), Layer(Scale{5}), Layer(LayerNorm{6})}) {
    std::size_t place = 0;
    for (std::size_t out = 0; out < outputs_of(layer); ++out) {
      for (std::size_t in = 0; in < inputs_of(layer); ++in) {
        if (!connects(layer, out, in)) continue;
        EXPECT_EQ(weight_place(layer, out, in), place);
        EXPECT_EQ(weight_ends(layer, place).out, out);
        EXPECT_EQ(weight_ends(layer, place).in, in);
        ++place;
      }
    }
    EXPECT_EQ(place, weight_count(layer));
    EXPECT_FALSE(connects(layer, outputs_of(layer), 0));
  }
  EXPECT_FALSE(connects(Scale{5}, 1, 2));
}

TEST(Architecture, BlanksDoNotCount) { EXPECT_EQ(layers("2->3\trelu->1"), layers("  2 ->  3 relu  ->\r\n1 ")); }

TEST(Architecture, CountsParametersWithoutPadding) {
  EXPECT_EQ(Architecture::parse("784 -> 128 relu -> 10 softmax").parameters(), 784 * 128 + 128 + 128 * 10 + 10);
  EXPECT_EQ(Architecture::parse("3 -> 2 no-bias").parameters(), 6);
}

std::string refusal(std::string_view text, const ArchitectureDefaults& defaults = {}) {
  return thrown([&] { Architecture::parse(text, defaults); });
}

TEST(Architecture, SaysAtWhichColumnAFullFormStopsMakingSense) {
  const std::string first = "expected a layer size from 1 to 16777216";
  const std::string size = first + ", 'scale', 'layer-norm', 'batch-norm', 'dropout', 'embed', 'periodic' or 'add'";
  EXPECT_EQ(refusal("x -> 2"), "UsageError: [architecture] \"x -> 2\", column 1: found 'x', " + first);
  EXPECT_EQ(refusal("2 ->"), "UsageError: [architecture] \"2 ->\", column 5: found the end of the text, " + size);
  EXPECT_EQ(refusal("2 -> 0"), "UsageError: [architecture] \"2 -> 0\", column 6: found '0', " + size);
  EXPECT_EQ(refusal("2 -> 3x"), "UsageError: [architecture] \"2 -> 3x\", column 6: found '3x', " + size);
  EXPECT_EQ(refusal("2 -> -1"), "UsageError: [architecture] \"2 -> -1\", column 6: found '-1', " + size);
  EXPECT_EQ(refusal("2 -> 16777217"),
            "UsageError: [architecture] \"2 -> 16777217\", column 6: found '16777217', " + size);
  EXPECT_EQ(refusal("2 -> 99999999999999999999 -> 1"),
            "UsageError: [architecture] \"2 -> 99999999999999999999 -> 1\", column 6: found "
            "'99999999999999999999', " +
                size);
  EXPECT_EQ(refusal("2 3 -> 1"), "UsageError: [architecture] \"2 3 -> 1\", column 3: found '3', expected '->'");
  EXPECT_EQ(refusal("2 -> 3, 1"),
            "UsageError: [architecture] \"2 -> 3, 1\", column 7: found ',', expected '->' or the end");
  EXPECT_EQ(refusal("2 -> 1 sigmoit"),
            "UsageError: [architecture] \"2 -> 1 sigmoit\", column 8: found 'sigmoit', expected an activation ('bprop "
            "list activations' names them) or 'no-bias'");
  EXPECT_EQ(refusal("2 -> 1 tanh relu"),
            "UsageError: [architecture] \"2 -> 1 tanh relu\", column 13: found 'relu', expected '->' or the end");
  const std::string share = "expected a probability from 0 to below 1";
  EXPECT_EQ(refusal("2 -> 3 -> dropout"),
            "UsageError: [architecture] \"2 -> 3 -> dropout\", column 18: found the end of the text, " + share);
  EXPECT_EQ(refusal("2 -> dropout 0.5x -> 1"),
            "UsageError: [architecture] \"2 -> dropout 0.5x -> 1\", column 14: found '0.5x', " + share);
  EXPECT_EQ(refusal("2 -> 1 no-bias tanh"),
            "UsageError: [architecture] \"2 -> 1 no-bias tanh\", column 16: found 'tanh', expected '->' or the end");
}

TEST(Architecture, SaysAtWhichColumnHiddenLayersStopMakingSense) {
  const ArchitectureDefaults data{4, 3};
  EXPECT_EQ(
      refusal("64 relu,", data),
      "UsageError: [architecture] \"64 relu,\", column 9: found the end of the text, expected a layer size from 1 "
      "to 16777216, 'scale', 'layer-norm', 'batch-norm', 'dropout', 'embed', 'periodic' or 'add'");
  EXPECT_EQ(refusal("64 relu 32", data),
            "UsageError: [architecture] \"64 relu 32\", column 9: found '32', expected ',' or the end");
  EXPECT_EQ(refusal("relu", data),
            "UsageError: [architecture] \"relu\", column 1: found 'relu', expected a layer size from 1 to 16777216, "
            "'scale', 'layer-norm', 'batch-norm', 'dropout', 'embed', 'periodic' or 'add'");
  EXPECT_EQ(refusal("scale tanh", data),
            "UsageError: [architecture] \"scale tanh\", column 7: found 'tanh', expected ',' or the end");
  EXPECT_EQ(refusal("scale -> 2"),
            "UsageError: [architecture] \"scale -> 2\", column 1: found 'scale', expected a layer size from 1 to "
            "16777216");
}

TEST(Architecture, HiddenLayersAloneNeedData) {
  EXPECT_EQ(
      refusal("64 relu"),
      "UsageError: [architecture] \"64 relu\" names hidden layers only; without data write all sizes, as in \"2 -> "
      "3 relu -> 1\"");
}

TEST(Architecture, AFullFormMustAgreeWithTheData) {
  EXPECT_EQ(refusal("5 -> 3", {4, 3}), "UsageError: [architecture] \"5 -> 3\" has 5 inputs, the data has 4");
  EXPECT_EQ(refusal("4 -> 2", {4, 3}), "UsageError: [architecture] \"4 -> 2\" has 2 outputs, the data has 3");
  EXPECT_EQ(refusal("4 -> 3", {4, 3}), "");
}

TEST(Architecture, RefusesMoreThanAnybodyCanTrain) {
  EXPECT_EQ(refusal("16777216 -> 16777216"),
            "UsageError: [architecture] 281474993487872 parameters, at most 1099511627776 are possible");
  std::string wide = "16777216";  // each pair of layers has 2^56 weights: their sum is beyond 64 bits
  for (int k = 0; k < 300; ++k) wide += " -> embed 1-16777216/1:256 -> 16777216";
  EXPECT_EQ(refusal(wide),
            "UsageError: [architecture] 18446744073709551615 parameters, at most 1099511627776 are possible");
  std::string deep = "1";
  for (int k = 0; k < 10'001; ++k) deep += " -> 1";
  EXPECT_EQ(refusal(deep), "UsageError: [architecture] more than 10000 layers, expected fewer");
}

TEST(Architecture, ANetworkNeedsALayer) {
  EXPECT_EQ(thrown([] { Network network(Architecture{}); }),
            "UsageError: [network] an architecture needs at least one layer");
}

TEST(Architecture, TheTextOfAnyArchitectureGivesItBack) {
  rc::check("parse(text()) is the same", [] {
    const auto depth = *rc::gen::inRange<std::size_t>(1, 6);
    Architecture architecture;
    std::size_t inputs = *rc::gen::inRange<std::size_t>(1, 2000);
    for (std::size_t k = 0; k < depth; ++k) {
      if (*rc::gen::inRange(0, 3) == 0) architecture.layers.emplace_back(Scale{inputs});
      if (*rc::gen::inRange(0, 3) == 0) architecture.layers.emplace_back(Dropout{inputs, 0.125});
      const auto outputs = *rc::gen::inRange<std::size_t>(1, 2000);
      const auto activation = static_cast<Activation>(*rc::gen::inRange(0, 14));
      architecture.layers.emplace_back(Dense{inputs, outputs, activation, *rc::gen::arbitrary<bool>()});
      inputs = outputs;
    }
    RC_ASSERT(Architecture::parse(architecture.text()) == architecture);
  });
}

TEST(Architecture, AnyTextIsParsedOrRefusedWithAUsageError) {
  rc::check("no other exception", [](const std::vector<std::uint8_t>& choices) {
    constexpr const char* kWords[] = {"->", ",", "3", "0",        "relu",  "no-bias", "softmax", " ",
                                      "-",  ">", "x", "16777216", "scale", "dropout", "0.5",     "add"};
    std::string text;
    for (const std::uint8_t choice : choices) text += kWords[choice % std::size(kWords)];
    try {
      RC_ASSERT(!Architecture::parse(text, {3, 3}).layers.empty());
    } catch (const UsageError& error) {
      RC_ASSERT(std::string_view(error.what()).starts_with("[architecture] "));
    }
  });
}

}  // namespace
}  // namespace bprop
