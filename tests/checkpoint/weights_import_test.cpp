// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "bprop/model.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Files as PyTorch writes them, except that they carry checksums (a file without is read in safetensors_reader_test).
class ImportWeights : public TemporaryFolder {
 protected:
  template <class T = float>
  TensorSource tensor(std::string name, std::vector<std::uint64_t> shape, std::vector<T> values) {
    return {std::move(name), dtype_of<T>(), std::move(shape),
            [values = std::move(values)](const ByteSink& sink) { sink(std::as_bytes(std::span(values))); }};
  }
  // "2 -> 3 -> 1" under these two names.
  template <class T = float>
  std::vector<TensorSource> layers(const std::string& first, const std::string& second) {
    return {tensor<T>(second + "bias", {1}, {10}), tensor<T>(second + "weight", {1, 3}, {7, 8, 9}),
            tensor<T>(first + "weight", {3, 2}, {1, 2, 3, 4, 5, 6}), tensor<T>(first + "bias", {3}, {-1, -2, -3})};
  }
  std::string refusal(std::vector<TensorSource> tensors, const std::string& architecture = "2 -> 3 relu -> 1") {
    write_safetensors(at("w"), std::move(tensors));
    const std::string text = thrown([&] { import_weights(at("w"), architecture); });
    const std::string start = "FormatError: " + at("w") + ": ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  }
};

TEST_F(ImportWeights, FindsLayersUnderAnyNamesInNaturalOrder) {
  const std::vector<std::pair<std::string, std::string>> names = {
      {"0.", "2."}, {"fc1.", "fc2."}, {"fc9.", "fc10."}, {"layers.0.", "layers.1."}, {"net.2.", "net.10."}};
  for (const auto& [first, second] : names) {
    write_safetensors(at("w"), layers(first, second));
    const Model model = import_weights(at("w"), "2 -> 3 relu -> 1", {.loss = Loss::kSquaredError});
    const auto& network = std::get<Network>(model.network);
    EXPECT_THAT(network.weights(0), ElementsAre(1, 2, 3, 4, 5, 6)) << first;
    EXPECT_THAT(network.bias(0), ElementsAre(-1, -2, -3)) << first;
    EXPECT_THAT(network.weights(1), ElementsAre(7, 8, 9)) << first;
    EXPECT_THAT(network.bias(1), ElementsAre(10)) << first;
    EXPECT_EQ(model.loss.loss, Loss::kSquaredError);
  }
}

// Written by the Python package safetensors 0.8.0 (numpy.save_file), which has no checksums and pads to 8 bytes.
TEST_F(ImportWeights, ReadsAFileOfTheReferenceImplementation) {
  const Model model = import_weights(BPROP_SOURCE_DIR "/tests/checkpoint/reference.golden", "2 -> 3 relu -> 1");
  const auto& network = std::get<Network>(model.network);
  EXPECT_THAT(network.weights(0), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(network.bias(0), ElementsAre(-1, -2, -3));
  EXPECT_THAT(network.weights(1), ElementsAre(7, 8, 9));
  EXPECT_THAT(network.bias(1), ElementsAre(10));
}

TEST_F(ImportWeights, OneLayerMayHaveNoNameAtAll) {
  write_safetensors(at("w"), {tensor("weight", {1, 2}, {1, 2}), tensor("bias", {1}, {3})});
  EXPECT_THAT(std::get<Network>(import_weights(at("w"), "2 -> 1").network).weights(0), ElementsAre(1, 2));
}

TEST_F(ImportWeights, F64GivesADoubleNetwork) {
  write_safetensors(at("w"), layers<double>("0.", "2."));
  const Model model = import_weights(at("w"), "2 -> 3 relu -> 1", {}, Arithmetic::kPortable);
  EXPECT_THAT(std::get<DoubleNetwork>(model.network).weights(1), ElementsAre(7, 8, 9));
  EXPECT_EQ(model.arithmetic(), Arithmetic::kPortable);
}

TEST_F(ImportWeights, HiddenLayersAloneTakeSizesFromTheTensorsAndTheLossesLink) {
  write_safetensors(at("w"), layers("0.", "2."));
  EXPECT_EQ(import_weights(at("w"), "3 relu").architecture().text(), "2 -> 3 relu -> 1 identity");
  EXPECT_EQ(import_weights(at("w"), "3 relu", {.loss = Loss::kBinaryCrossEntropy}).architecture().text(),
            "2 -> 3 relu -> 1 sigmoid");
}

TEST_F(ImportWeights, AnImportedModelIsSavedAndLoadedLikeAnyOther) {
  write_safetensors(at("w"), layers("0.", "2."));
  save(import_weights(at("w"), "2 -> 3 relu -> 1"), at("model"));
  EXPECT_THAT(std::get<Network>(load_model(at("model")).network).weights(1), ElementsAre(7, 8, 9));
}

TEST_F(ImportWeights, SaysWhichTensorDoesNotFit) {
  EXPECT_EQ(refusal(layers("0.", "2."), "2 -> 4 relu -> 1"),
            "tensor \"0.weight\" is F32 (3 x 2), expected F32 (4 x 2)");
  EXPECT_EQ(refusal(layers("2.", "0.")), "tensor \"0.weight\" is F32 (1 x 3), expected F32 (3 x 2)");
  EXPECT_EQ(refusal(layers("0.", "2."), "2 -> 3 -> 3 -> 1"),
            "has weights of 2 layers, expected 3 for \"2 -> 3 relu -> 3 relu -> 1 identity\"");
  EXPECT_EQ(refusal({}), "has no tensors");
}

TEST_F(ImportWeights, AWeightOfOneDimensionIsAScaleLayer) {
  auto tensors = layers("1.", "3.");
  tensors.push_back(tensor("0.weight", {2}, {0.5, -2}));
  tensors.push_back(tensor("2.weight", {3}, {3, 4, 5}));
  write_safetensors(at("w"), tensors);
  for (const char* text : {"2 -> scale -> 3 relu -> scale -> 1", "scale, 3 relu, scale"}) {
    const Model model = import_weights(at("w"), text);
    EXPECT_EQ(model.architecture().text(), "2 -> scale -> 3 relu -> scale -> 1 identity");
    const auto& network = std::get<Network>(model.network);
    EXPECT_THAT(network.weights(0), ElementsAre(0.5F, -2));
    EXPECT_THAT(network.weights(2), ElementsAre(3, 4, 5));
    EXPECT_THAT(network.weights(3), ElementsAre(7, 8, 9));
  }
  EXPECT_THAT(refusal(tensors, "2 -> 2 -> 3 relu -> scale -> 1"),
              StartsWith("tensor \"0.weight\" is F32 (2), expected F32 (2 x 2)"));
}

// What PyTorch's BatchNorm1d writes: the count of batches is nothing that predictions need.
TEST_F(ImportWeights, ABatchNormHasItsRunningStatistics) {
  static constexpr std::array<std::int64_t, 1> kBatches = {7};
  std::vector<TensorSource> tensors = {tensor("0.weight", {2}, {3, 4}),
                                       tensor("0.bias", {2}, {5, 6}),
                                       tensor("0.running_mean", {2}, {1, 2}),
                                       tensor("1.weight", {1, 2}, {1, 1}),
                                       tensor("1.bias", {1}, {0}),
                                       tensor("0.running_var", {2}, {0.5, 9}),
                                       {"0.num_batches_tracked", Dtype::kI64, {}, [](const ByteSink& sink) {
                                          sink(std::as_bytes(std::span(kBatches)));
                                        }}};
  constexpr const char* kNorm = "2 -> batch-norm -> 1";
  write_safetensors(at("w"), tensors);
  const Model model = import_weights(at("w"), kNorm);
  const auto& network = std::get<Network>(model.network);
  EXPECT_THAT(network.weights(0), ElementsAre(3, 4));
  EXPECT_THAT(network.running_mean(0), ElementsAre(1, 2));
  EXPECT_THAT(network.running_variance(0), ElementsAre(0.5, 9));

  auto negative = tensors;
  negative[5] = tensor("0.running_var", {2}, {0.5, -9});
  EXPECT_EQ(refusal(negative, kNorm), "tensor \"0.running_var\": number 2 is -9, expected a variance of 0 or more");
  auto without = tensors;
  without.erase(without.begin() + 5);
  EXPECT_EQ(refusal(without, kNorm),
            "tensor \"0.weight\" has no running_mean and running_var beside it, expected both of a batch norm");
  without.erase(without.begin() + 2);
  EXPECT_EQ(refusal(without, kNorm),
            "tensor \"0.weight\" has no running_mean and running_var beside it, expected both of a batch norm");
  EXPECT_EQ(refusal(tensors, "2 -> layer-norm -> 1"),
            "tensor \"0.running_mean\" is there, expected it of a batch norm only");
  tensors.erase(tensors.begin() + 2);
  EXPECT_EQ(refusal(tensors, "2 -> layer-norm -> 1"),
            "tensor \"0.running_var\" is there, expected it of a batch norm only");
}

TEST_F(ImportWeights, SaysWhichTensorBelongsToNoLayer) {
  auto tensors = layers("0.", "2.");
  tensors.push_back(tensor("1.running_mean", {3}, {0, 0, 0}));
  EXPECT_EQ(refusal(tensors), "tensor \"1.running_mean\" is there without a weight beside it");
  tensors.back() = tensor("1.momentum", {3}, {0, 0, 0});
  EXPECT_EQ(refusal(tensors),
            "tensor \"1.momentum\" (3) is neither the weight (out x in) nor the bias (out) of a dense layer, nor the "
            "weight (size) of a scale layer or norm, nor the running_mean or running_var of a batch norm");
  tensors.back() = tensor("1.weight", {1, 3, 1}, {0, 0, 0});
  EXPECT_THAT(refusal(tensors), StartsWith("tensor \"1.weight\" (1 x 3 x 1) is neither"));
  tensors.back() = tensor("1.weight", {3}, {0, 0, 0});
  EXPECT_THAT(refusal(tensors), StartsWith("has weights of 3 layers, expected 2"));
  tensors.back() = tensor("1.bias", {3}, {0, 0, 0});
  EXPECT_EQ(refusal(tensors), "tensor \"1.bias\" is a bias without a weight beside it");
  for (const char* name : {"1.bias", "1.running_mean", "1.running_var"}) {
    tensors.back() = tensor(name, {1, 3}, {0, 0, 0});
    EXPECT_THAT(refusal(tensors), StartsWith(fmt::format("tensor \"{}\" (1 x 3) is neither", name)));
  }
}

TEST_F(ImportWeights, BiasesAreAsTheArchitectureSays) {
  const auto weight = [&] { return std::vector{tensor("0.weight", {1, 2}, {1, 2})}; };
  EXPECT_EQ(refusal(weight(), "2 -> 1 no-bias"), "");
  EXPECT_EQ(
      refusal(weight(), "2 -> 1"),
      "tensor \"0.weight\" has no bias beside it, expected one (1); say no-bias behind the layer if that is right");
  auto both = weight();
  both.push_back(tensor("0.bias", {1}, {3}));
  EXPECT_EQ(refusal(both, "2 -> 1 no-bias"), "tensor \"0.bias\" is there, expected none for a no-bias layer");
  auto scaled = layers("1.", "3.");
  scaled.push_back(tensor("0.weight", {2}, {0.5, -2}));
  EXPECT_EQ(refusal(scaled, "2 -> layer-norm -> 3 relu -> 1"),
            "tensor \"0.weight\" has no bias beside it, expected one (2)");
  scaled.push_back(tensor("0.bias", {2}, {1, 2}));
  EXPECT_EQ(refusal(scaled, "2 -> scale -> 3 relu -> 1"),
            "tensor \"0.bias\" is there, expected none for a scale layer");
}

TEST_F(ImportWeights, ALayerWithoutNumbersIsPassedOver) {
  write_safetensors(at("w"), layers("0.", "3."));
  const Model model = import_weights(at("w"), "2 -> 3 relu -> dropout 0.5 -> 1");
  EXPECT_THAT(std::get<Network>(model.network).weights(2), ElementsAre(7, 8, 9));
}

TEST_F(ImportWeights, RefusesHalfAndMixedPrecision) {
  static constexpr std::array<std::uint8_t, 4> kHalves{};
  const auto write = [](const ByteSink& sink) { sink(std::as_bytes(std::span(kHalves))); };
  EXPECT_EQ(refusal({{"0.weight", Dtype::kF16, {1, 2}, write}}, "2 -> 1"),
            "tensor \"0.weight\" is F16, which cannot be used; expected F32 or F64 (in PyTorch: model.float())");
  EXPECT_EQ(refusal({{"0.weight", Dtype::kBF16, {1, 2}, write}}, "2 -> 1"),
            "tensor \"0.weight\" is BF16, which cannot be used; expected F32 or F64 (in PyTorch: model.float())");
  EXPECT_EQ(refusal({tensor<double>("0.weight", {1, 2}, {1, 2}), tensor<float>("0.bias", {1}, {3})}, "2 -> 1"),
            "tensor \"0.bias\" is F32, expected F64 as \"0.weight\" is");
}

TEST_F(ImportWeights, RefusesNumbersThatAreNotFinite) {
  EXPECT_EQ(refusal({tensor<float>("0.weight", {1, 2}, {1, std::numeric_limits<float>::infinity()})}, "2 -> 1 no-bias"),
            "tensor \"0.weight\": number 2 is inf, expected a finite one");
}

TEST_F(ImportWeights, WrongCallsAreUsageErrors) {
  write_safetensors(at("w"), layers("0.", "2."));
  EXPECT_THAT(thrown([&] { import_weights(at("w"), "2 -> 3 relo -> 1"); }), StartsWith("UsageError: [architecture]"));
  EXPECT_EQ(thrown([&] { import_weights(at("w"), "3", {.huber_delta = 0}); }),
            "UsageError: [import_weights] huber_delta is 0, expected a number above 0");
  EXPECT_EQ(thrown([&] { import_weights(at("no"), "3"); }), "IoError: " + at("no") + ": no such file");
}

}  // namespace
}  // namespace bprop::checkpoint
