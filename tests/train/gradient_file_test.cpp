// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "bprop/evaluate.h"
#include "checkpoint/safetensors_reader.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

using Shape = std::vector<std::uint64_t>;

class GradientFile : public TemporaryFolder {};

TEST_F(GradientFile, HoldsEveryNumberOfThePassByName) {
  const DoubleNetwork network("3 -> 4 tanh -> 2 softmax no-bias", {.seed = 1});
  const EncodedRows<double> rows{2, {1, 2, 3, 4, 5, 6}, {1, 0, 0, 1}, {}};
  const DoubleGradients g = gradients<double>(network, rows.input, rows.target, {.loss = Loss::kCrossEntropy});
  write_gradients(at("gradients"), rows, network, g);

  const std::string bytes = get(at("gradients"));
  const auto file = checkpoint::parse_safetensors(bytes_of(bytes), "gradients").value_or_throw();
  std::map<std::string, Shape> shapes;
  std::map<std::string, std::vector<double>> values;
  for (const checkpoint::Tensor& tensor : file.tensors) {
    shapes[std::string(tensor.name)] = tensor.shape;
    values[std::string(tensor.name)] = checkpoint::values_of<double>(tensor);
  }
  const std::map<std::string, Shape> expected = {
      {"loss", {}},
      {"input", {2, 3}},
      {"target", {2, 2}},
      {"prediction", {2, 2}},
      {"d_input", {2, 3}},
      {"layers.0.d_weights", {4, 3}},
      {"layers.0.d_bias", {4}},
      {"layers.0.delta", {2, 4}},
      {"layers.0.d_output", {2, 4}},
      {"layers.0.z", {2, 4}},
      {"layers.0.a", {2, 4}},
      {"layers.1.d_weights", {2, 4}},
      {"layers.1.delta", {2, 2}},
      {"layers.1.d_output", {2, 2}},
      {"layers.1.z", {2, 2}},
      {"layers.1.a", {2, 2}},
  };
  EXPECT_EQ(shapes, expected);
  EXPECT_EQ(values["loss"], std::vector<double>{g.loss});
  EXPECT_EQ(values["input"], rows.input);
  EXPECT_EQ(values["target"], rows.target);
  EXPECT_EQ(values["prediction"], g.prediction);
  EXPECT_EQ(values["d_input"], g.d_input);
  EXPECT_EQ(values["layers.0.d_weights"], g.layers[0].d_weights);
  EXPECT_EQ(values["layers.0.d_bias"], g.layers[0].d_bias);
  EXPECT_EQ(values["layers.1.delta"], g.layers[1].delta);
  EXPECT_EQ(values["layers.1.d_output"], g.layers[1].d_output);
}

TEST_F(GradientFile, IsInFloatForAFloatNetwork) {
  const Network network("1 -> 1", {.seed = 1});
  const EncodedRows<float> rows{1, {2}, {0.5F}, {}};
  write_gradients(at("gradients"), rows, network, gradients<float>(network, rows.input, rows.target));
  const std::string bytes = get(at("gradients"));
  const auto file = checkpoint::parse_safetensors(bytes_of(bytes), "gradients").value_or_throw();
  for (const checkpoint::Tensor& tensor : file.tensors) EXPECT_EQ(checkpoint::values_of<float>(tensor).size(), 1);
}

TEST_F(GradientFile, HoldsTheTargetsThatBelongToItsLossWhenLabelsAreSmoothed) {
  const DoubleNetwork network("2 -> 3 softmax", {.seed = 4});
  const EncodedRows<double> rows{1, {0.5, -1}, {0, 1, 0}, {}};
  const LossOptions smoothed{.loss = Loss::kCrossEntropy, .label_smoothing = 0.3};
  const DoubleGradients g = gradients<double>(network, rows.input, rows.target, smoothed);
  write_gradients(at("gradients"), rows, network, g);

  const std::string bytes = get(at("gradients"));
  const auto file = checkpoint::parse_safetensors(bytes_of(bytes), "gradients").value_or_throw();
  std::map<std::string, std::vector<double>> values;
  for (const checkpoint::Tensor& tensor : file.tensors) {
    values[std::string(tensor.name)] = checkpoint::values_of<double>(tensor);
  }
  double loss = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    loss -= values["target"][k] * std::log(values["prediction"][k]);
    EXPECT_NEAR(values["layers.0.delta"][k], values["prediction"][k] - values["target"][k], 1e-15);
  }
  EXPECT_NEAR(values["target"][1], 0.8, 1e-15);
  EXPECT_NEAR(values["loss"][0], loss, 1e-15);
}

}  // namespace
}  // namespace bprop
