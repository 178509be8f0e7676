// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/network_toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "checkpoint/temporary_folder.h"
#include "checkpoint/textbook.h"

namespace bprop::checkpoint {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const DoubleNetwork& network_of(const Model& model) { return std::get<DoubleNetwork>(model.network); }

// The sentence with which a text is refused; "" if it is accepted.
std::string refusal(const std::string& text) {
  const auto model = parse_network_toml(text, "net.toml");
  return model ? "" : model.failure().message;
}

// A right network of two inputs and one unit, and lines behind it.
std::string small(const std::string& more = "") { return "layers = \"2 -> 1\"\nweights = [[[1, 2]]]\n" + more; }

TEST(NetworkToml, ReadsMazursNetworkWhole) {
  const Model model = model_from_toml(kMazur);
  EXPECT_EQ(model.architecture().text(), "2 -> 2 sigmoid -> 2 sigmoid");
  EXPECT_EQ(model.arithmetic(), Arithmetic::kPortable);
  EXPECT_EQ(model.loss.loss, Loss::kHalfSquaredError);
  EXPECT_FALSE(model.preprocessing);
  EXPECT_THAT(network_of(model).weights(0), ElementsAre(0.15, 0.20, 0.25, 0.30));
  EXPECT_THAT(network_of(model).weights(1), ElementsAre(0.40, 0.45, 0.50, 0.55));
  EXPECT_THAT(network_of(model).bias(0), ElementsAre(0.35, 0.35));
  EXPECT_THAT(network_of(model).bias(1), ElementsAre(0.60, 0.60));
  ASSERT_TRUE(model.exercise);
  EXPECT_EQ(*model.exercise, (Exercise{1, {0.05, 0.10}, {0.01, 0.99}, 0.5, true}));
}

// VECTORS.md V1: out_o .75136507 .772928465.
TEST(NetworkToml, MazursNetworkGivesThePublishedOutputs) {
  const Model model = model_from_toml(kMazur);
  std::vector<double> output(2);
  network_of(model).predict(model.exercise->input, output);
  EXPECT_THAT(output, ElementsAre(DoubleNear(0.75136507, 5e-9), DoubleNear(0.772928465, 5e-10)));
}

TEST(NetworkToml, ReadsMacLeodsNetworkWithoutBiases) {
  const Model model = model_from_toml(kMacLeod);
  EXPECT_THAT(network_of(model).weights(0), ElementsAre(0.1, 0.8, 0.4, 0.6));
  EXPECT_THAT(network_of(model).weights(1), ElementsAre(0.3, 0.9));
  EXPECT_THAT(network_of(model).bias(0), IsEmpty());
  EXPECT_EQ(*model.exercise, (Exercise{1, {0.35, 0.9}, {0.5}, 1.0, false}));
  // VECTORS.md V2: delta of the output .040681125112339 = (y - .5) y (1 - y) at this y.
  std::vector<double> output(1);
  network_of(model).predict(model.exercise->input, output);
  EXPECT_NEAR((output[0] - 0.5) * output[0] * (1 - output[0]), 0.040681125112339, 1e-14);
}

TEST(NetworkToml, WhatIsNotSaidHasItsDefault) {
  const Model model = model_from_toml(small());
  EXPECT_THAT(network_of(model).bias(0), ElementsAre(0.0));
  EXPECT_EQ(model.loss.loss, Loss::kHalfSquaredError);
  EXPECT_EQ(model.loss.reduction, Reduction::kMean);
  EXPECT_EQ(model.arithmetic(), native_arithmetic());
  EXPECT_FALSE(model.exercise);
}

TEST(NetworkToml, ReadsEveryOptionOfTheLoss) {
  const Model model = model_from_toml(small("loss = \"huber\"\nreduction = \"sum\"\nhuber_delta = 2\n"));
  EXPECT_EQ(model.loss.loss, Loss::kHuber);
  EXPECT_EQ(model.loss.reduction, Reduction::kSum);
  EXPECT_EQ(model.loss.huber_delta, 2);
  EXPECT_EQ(model_from_toml(small("label_smoothing = 0.25")).loss.label_smoothing, 0.25);
}

TEST(NetworkToml, TakesSeveralRowsAndRowsWithoutTarget) {
  const Model rows = model_from_toml(small("input = [[1, 2], [3, 4], [5, 6]]\ntarget = [[7], [8], [9]]\n"));
  EXPECT_EQ(*rows.exercise, (Exercise{3, {1, 2, 3, 4, 5, 6}, {7, 8, 9}, {}, false}));
  const Model only_input = model_from_toml(small("input = [1, 2]\n"));
  EXPECT_EQ(*only_input.exercise, (Exercise{1, {1, 2}, {}, {}, false}));
}

TEST(NetworkToml, ALayerWithoutBiasHasAnEmptyList) {
  const std::string text = "layers = \"1 -> 1 no-bias -> 1\"\nweights = [[[1]], [[2]]]\n";
  EXPECT_EQ(refusal(text + "biases = [[], [3]]"), "");
  EXPECT_EQ(refusal(text + "biases = [[1], [3]]"),
            "net.toml, line 3, column 11: biases of layer 1 is a list of 1, expected 0 numbers");
}

TEST(NetworkToml, TheWeightsOfAScaleLayerAreOneListOfNumbers) {
  const std::string head = "layers = \"2 -> scale -> 1 -> scale\"\n";
  const Model model = model_from_toml(head + "weights = [[3, -4], [[1, 2]], [5]]\nbiases = [[], [6], []]\n");
  EXPECT_THAT(network_of(model).weights(0), ElementsAre(3, -4));
  EXPECT_THAT(network_of(model).weights(1), ElementsAre(1, 2));
  EXPECT_THAT(network_of(model).weights(2), ElementsAre(5));
  EXPECT_THAT(refusal(head + "weights = [{a = 1}, [[1, 2]], [5]]"), HasSubstr("weights of layer 1 is a table"));
  EXPECT_THAT(refusal(head + "weights = [1.5, [[1, 2]], [5]]"), HasSubstr("weights of layer 1 is a number"));
  EXPECT_THAT(refusal(head + "weights = [[[3, 0], [0, -4]], [[1, 2]], [5]]"),
              StartsWith("net.toml, line 2, column 13: weights of layer 1, number 1 is a list"));
  EXPECT_EQ(refusal(head + "weights = [[3], [[1, 2]], [5]]"),
            "net.toml, line 2, column 12: weights of layer 1 is a list of 1, expected 2 numbers");
}

TEST(NetworkToml, TakesTheNumbersOfEveryLossAndRefusesWhatCannotBe) {
  const Model model = model_from_toml(small("loss = \"quantile\"\nquantiles = [0.3]\nfocal_gamma = 3\n"));
  EXPECT_EQ(model.loss.quantiles, (std::vector<double>{0.3}));
  EXPECT_EQ(model.loss.focal_gamma, 3);
  EXPECT_EQ(refusal(small("focal_gamma = 0")),
            "net.toml, line 3, column 15: focal_gamma is 0, expected a number above 0");
  EXPECT_EQ(
      refusal(small("loss = \"quantile\"\nquantiles = [0.1, 0.9]")),
      "net.toml, line 1, column 10: loss quantile takes 2 outputs a target, one for each quantile, the network has "
      "1");
  EXPECT_EQ(refusal(small("quantiles = [0.9, 0.1]")),
            "net.toml, line 3, column 13: quantiles has 0.1, expected ascending numbers above 0 and below 1");
  EXPECT_EQ(refusal(small("quantiles = [0.9, 1]")),
            "net.toml, line 3, column 13: quantiles has 1, expected ascending numbers above 0 and below 1");
  EXPECT_EQ(refusal(small("quantiles = 0.5")),
            "net.toml, line 3, column 13: quantiles is a number, expected a list of 1 number");
  EXPECT_EQ(refusal(small("label_smoothing = -0.1")),
            "net.toml, line 3, column 19: label_smoothing is -0.1, expected a number from 0 to below 1");
}

TEST(NetworkToml, WhatABatchNormHasKeptMayBeSaidInPart) {
  const std::string norm = "layers = \"2 -> batch-norm -> 1\"\nweights = [[1, 1], [[1, 2]]]\n";
  const auto with = [&](const std::string& lines) { return network_of(model_from_toml(norm + lines)); };
  EXPECT_THAT(with("").running_mean(0), ElementsAre(0, 0));
  EXPECT_THAT(with("running_means = [[3, 4], []]").running_mean(0), ElementsAre(3, 4));
  EXPECT_THAT(with("running_means = [[3, 4], []]").running_variance(0), ElementsAre(1, 1));
  EXPECT_THAT(with("running_variances = [[5, 6], []]").running_mean(0), ElementsAre(0, 0));
  EXPECT_THAT(with("running_variances = [[5, 6], []]").running_variance(0), ElementsAre(5, 6));
  EXPECT_EQ(refusal(norm + "running_variances = [[5, -6], []]"),
            "net.toml, line 3, column 22: running_variances of layer 1: found -6, expected 0 or more");
}

TEST(NetworkToml, RefusesUnknownKeysWithTheirPlace) {
  EXPECT_EQ(refusal(small("learningrate = 0.5")),
            "net.toml, line 3, column 1: there is no key \"learningrate\", expected one of layers, loss, reduction, "
            "label_smoothing, huber_delta, focal_gamma, quantiles, arithmetic, weights, biases, input, target, "
            "learning_rate, freeze, running_means, running_variances");
  EXPECT_THAT(refusal(small("[train]\nepochs = 3")),
              StartsWith("net.toml, line 3, column 2: there is no key \"train\""));
}

TEST(NetworkToml, RefusesTargetsThatFitNoCrossEntropy) {
  const auto binary = [](const std::string& target) {
    return refusal(small("loss = \"binary_cross_entropy\"\ninput = [[1, 2], [3, 4]]\ntarget = " + target));
  };
  EXPECT_EQ(binary("[[0], [0.5]]"), "");
  EXPECT_EQ(binary("[[1], [3]]"),
            "net.toml, line 5, column 10: target, row 2, number 1 is 3, expected a number from 0 to 1, as "
            "binary_cross_entropy needs");
  EXPECT_THAT(binary("[[-1], [1]]"), HasSubstr("target, row 1, number 1 is -1, expected a number from 0 to 1"));
  const std::string counts = "loss = \"poisson\"\ninput = [[1, 2], [3, 4]]\ntarget = ";
  EXPECT_EQ(refusal(small(counts + "[[2], [0]]")), "");
  EXPECT_EQ(
      refusal(small(counts + "[[2], [-1]]")),
      "net.toml, line 5, column 10: target, row 2, number 1 is -1, expected a count, 0 or more, as poisson needs");
  const auto shares = [](const std::string& target) {
    return refusal(
        "layers = \"1 -> 2 softmax\"\nweights = [[[1], [2]]]\nloss = \"cross_entropy\"\ninput = [1]\ntarget = " +
        target);
  };
  EXPECT_EQ(shares("[0.25, 0.75]"), "");
  EXPECT_EQ(shares("[0.3333333, 0.6666666]"), "");
  EXPECT_EQ(shares("[0.5, 0.75]"),
            "net.toml, line 5, column 10: target, row 1 has the sum 1.25, expected 1, as cross_entropy needs");
  EXPECT_EQ(
      shares("[1.5, -0.5]"),
      "net.toml, line 5, column 10: target, row 1, number 1 is 1.5, expected a number from 0 to 1, as cross_entropy "
      "needs");
}

TEST(NetworkToml, RefusesWhatIsNotToml) {
  EXPECT_THAT(refusal("layers = \"2 -> 1\"\nweights = [[[1, 2]]\n"), StartsWith("net.toml, line "));
  EXPECT_THAT(refusal(small("loss = \"huber\"\nloss = \"huber\"")), StartsWith("net.toml, line 4, column "));
  EXPECT_THAT(refusal("\x01"), StartsWith("net.toml, line 1, column 1"));
  EXPECT_THAT(refusal("a = " + std::string(100'000, '[')), StartsWith("net.toml, line 1, column "));
  EXPECT_EQ(refusal(std::string(1'000'001, ' ')),
            "net.toml: has 1000001 bytes, expected at most 1000000 in a network typed by hand");
}

TEST(NetworkToml, RefusesAMissingPart) {
  EXPECT_EQ(refusal(""), "net.toml: has no key \"layers\"");
  EXPECT_EQ(refusal("layers = \"2 -> 1\""), "net.toml: has no key \"weights\"");
}

TEST(NetworkToml, RefusesAnArchitectureThatMakesNoSense) {
  EXPECT_THAT(refusal("layers = \"2 -> 1 sigmoit\"\nweights = []"),
              StartsWith("net.toml, line 1, column 10: layers: [architecture] \"2 -> 1 sigmoit\", column 8: "));
  EXPECT_EQ(refusal("layers = 3"), "net.toml, line 1, column 10: layers is a number, expected a text");
}

TEST(NetworkToml, RefusesWeightsOfAnotherShape) {
  const auto with = [](const std::string& weights) {
    return refusal("layers = \"2 -> 2 -> 1\"\nweights = " + weights);
  };
  EXPECT_EQ(with("[[[1, 2], [3, 4]], [[5, 6]]]"), "");
  EXPECT_EQ(with("3"), "net.toml, line 2, column 11: weights is a number, expected a list of 2 matrices, one a layer");
  EXPECT_EQ(with("[[[1, 2], [3, 4]]]"),
            "net.toml, line 2, column 11: weights is a list of 1, expected 2 matrices, one a layer");
  EXPECT_EQ(with("[[[1, 2]], [[5, 6]]]"),
            "net.toml, line 2, column 12: weights of layer 1 is a list of 1, expected 2 rows, one a unit");
  EXPECT_EQ(with("[[[1, 2], [3, 4]],\n  [[5, 6, 7]]]"),
            "net.toml, line 3, column 4: weights of layer 2, row 1 is a list of 3, expected 2 numbers");
  EXPECT_EQ(with("[[1, 2, 3, 4], [5, 6]]"),
            "net.toml, line 2, column 12: weights of layer 1 is a list of 4, expected 2 rows, one a unit");
  EXPECT_EQ(with("[[[1, \"2\"], [3, 4]], [[5, 6]]]"),
            "net.toml, line 2, column 17: weights of layer 1, row 1, number 2 is a text, expected a number");
  EXPECT_EQ(with("[[[1, nan], [3, 4]], [[5, 6]]]"),
            "net.toml, line 2, column 17: weights of layer 1, row 1, number 2 is nan, expected a finite number");
  EXPECT_EQ(with("[[[1, 2], 2020-01-01], [[5, 6]]]"),
            "net.toml, line 2, column 21: weights of layer 1, row 2 is a date or time, expected a list of 2 numbers");
}

TEST(NetworkToml, AShortTextCannotDemandALargeNetwork) {
  EXPECT_EQ(refusal("layers = \"16777216 -> 60000\"\nweights = [[[1]]]"),
            "net.toml, line 2, column 12: weights of layer 1 is a list of 1, expected 60000 rows, one a unit");
}

TEST(NetworkToml, RefusesBiasesAndRowsOfAnotherShape) {
  EXPECT_EQ(refusal(small("biases = [1]")),
            "net.toml, line 3, column 11: biases of layer 1 is a number, expected a list of 1 number");
  EXPECT_EQ(refusal(small("biases = [[1], [2]]")),
            "net.toml, line 3, column 10: biases is a list of 2, expected 1 list, one a layer");
  EXPECT_EQ(refusal(small("input = 1")),
            "net.toml, line 3, column 9: input is a number, expected a row of 2 numbers, or a list of rows");
  EXPECT_EQ(refusal(small("input = []")), "net.toml, line 3, column 9: input is a list of 0, expected 2 numbers");
  EXPECT_EQ(refusal(small("input = [[1, 2], [3]]")),
            "net.toml, line 3, column 18: input, row 2 is a list of 1, expected 2 numbers");
  EXPECT_EQ(refusal(small("input = [[1, 2], 3]")),
            "net.toml, line 3, column 18: input, row 2 is a number, expected a list of 2 numbers");
  EXPECT_EQ(refusal(small("input = [1, 2]\ntarget = [[1], [2]]")),
            "net.toml, line 4, column 10: target has 2 rows, expected 1 as input has");
  EXPECT_EQ(refusal(small("input = [[1, 2], [3, 4]]\ntarget = [1]")),
            "net.toml, line 4, column 10: target has 1 row, expected 2 as input has");
  EXPECT_EQ(refusal(small("target = [1]")),
            "net.toml, line 3, column 10: target is there without input, expected both");
}

TEST(NetworkToml, RefusesOptionsOutOfTheirRange) {
  EXPECT_EQ(refusal(small("learning_rate = 0")),
            "net.toml, line 3, column 17: learning_rate is 0, expected a number above 0");
  EXPECT_EQ(refusal(small("learning_rate = \"fast\"")),
            "net.toml, line 3, column 17: learning_rate is a text, expected a number");
  EXPECT_EQ(refusal(small("learning_rate = inf")),
            "net.toml, line 3, column 17: learning_rate is inf, expected a finite number");
  EXPECT_EQ(refusal(small("freeze = \"weights\"")),
            "net.toml, line 3, column 10: freeze is \"weights\", expected \"biases\"");
  EXPECT_EQ(refusal(small("freeze = true")), "net.toml, line 3, column 10: freeze is true or false, expected a text");
  EXPECT_EQ(refusal(small("label_smoothing = 1")),
            "net.toml, line 3, column 19: label_smoothing is 1, expected a number from 0 to below 1");
  EXPECT_EQ(refusal(small("huber_delta = -1")),
            "net.toml, line 3, column 15: huber_delta is -1, expected a number above 0");
  EXPECT_EQ(refusal(small("reduction = \"median\"")),
            "net.toml, line 3, column 13: reduction: unknown reduction 'median'; known: mean, sum");
  EXPECT_THAT(refusal(small("loss = \"huba\"")), StartsWith("net.toml, line 3, column 8: loss: "));
  EXPECT_THAT(refusal(small("arithmetic = \"exact\"")), StartsWith("net.toml, line 3, column 14: arithmetic: "));
}

class NetworkTomlFile : public TemporaryFolder {};

TEST_F(NetworkTomlFile, IsLoadedByItsNameOrByItsContent) {
  put(at("net.toml"), kMazur);
  put(at("net"), kMazur);
  EXPECT_EQ(load_model(at("net.toml")).architecture().text(), "2 -> 2 sigmoid -> 2 sigmoid");
  EXPECT_EQ(load_model(at("net")).architecture().text(), "2 -> 2 sigmoid -> 2 sigmoid");
}

TEST_F(NetworkTomlFile, ATextThatIsNoNetworkIsToldHowItWasRead) {
  put(at("x.csv"), "age,name\n1,x\n");
  EXPECT_THAT(thrown([&] { load_model(at("x.csv")); }),
              AllOf(StartsWith("FormatError: " + at("x.csv") + ", line 1, column "),
                    HasSubstr("(read as TOML, since it is text and no safetensors file)")));
}

TEST_F(NetworkTomlFile, IsNotOverwrittenByAModel) {
  put(at("net.toml"), kMazur);
  EXPECT_FALSE(is_model_file(at("net.toml")));
  EXPECT_EQ(thrown([&] { save(model_from_toml(kMazur), at("net.toml")); }),
            "UsageError: " + at("net.toml") + ": exists and is not a model of bprop; it stays as it is");
  EXPECT_EQ(get(at("net.toml")), kMazur);
}

}  // namespace
}  // namespace bprop::checkpoint
