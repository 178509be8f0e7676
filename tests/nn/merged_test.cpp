// SPDX-License-Identifier: Apache-2.0
//
// Networks merged into one: it predicts the mean of what they predict.
#include "bprop/merged.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

// Members whose factors and biases are not those of the start.
std::vector<Network> members(std::string_view text, std::size_t count) {
  std::vector<Network> all;
  for (std::size_t m = 0; m < count; ++m) {
    all.emplace_back(text, NetworkOptions{.seed = m + 1, .bias_initializer = BiasInitializer::kNormal});
    Network& network = all.back();
    for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
      if (!std::holds_alternative<Scale>(network.architecture().layers[k])) continue;
      std::vector<float> factors = network.weights(k);
      for (std::size_t i = 0; i < factors.size(); ++i) factors[i] = 0.5F + 0.25F * static_cast<float>((i + m) % 5);
      network.set_weights(k, factors);
    }
  }
  return all;
}

constexpr std::size_t kRows = 37;

std::vector<float> outputs(const Network& network) {
  std::vector<float> x(kRows * network.inputs()), y(kRows * network.outputs());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>((i * 7) % 23) * 0.15F - 1.5F;
  network.predict(x, y);
  return y;
}

class MergedNetwork : public testing::TestWithParam<const char*> {};

TEST_P(MergedNetwork, PredictsTheMeanOfItsMembers) {
  for (const std::size_t count : {1U, 2U, 5U}) {
    const std::vector<Network> all = members(GetParam(), count);
    const std::vector<float> found = outputs(merged<float>(all));
    std::vector<double> mean(found.size());
    for (const Network& member : all) {
      const std::vector<float> of_member = outputs(member);
      ASSERT_EQ(of_member.size(), found.size());
      for (std::size_t i = 0; i < mean.size(); ++i) {
        mean[i] += static_cast<double>(of_member[i]) / static_cast<double>(count);
      }
    }
    for (std::size_t i = 0; i < mean.size(); ++i) EXPECT_NEAR(static_cast<double>(found[i]), mean[i], 1e-5) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(OfEachShape, MergedNetwork,
                         testing::Values("6 -> 3", "6 -> scale -> 3 no-bias", "6 -> scale -> 20 tanh -> 3",
                                         "6 -> 20 mish no-bias -> 16 tanh -> 2 no-bias",
                                         "6 -> scale -> scale -> 17 mish -> dropout 0.5 -> 16 selu -> scale -> 33 relu "
                                         "no-bias -> dropout 0.1 -> 3",
                                         "6 -> 300 tanh -> 256 tanh -> 1"));

TEST(Merging, AveragesLogitsAndKeepsTheOutputsActivation) {
  const Architecture of =
      merged_architecture(Architecture::parse("4 -> scale -> 64 mish -> 32 mish -> dropout 0.1 -> 3 softmax"), 8);
  EXPECT_EQ(of.text(), "4 -> 512 mish -> mix 1-512/64:32 mish -> 3 softmax");
  const std::vector<Network> all = members("4 -> 5 tanh -> 3 softmax", 2);
  const Network network = merged<float>(all);
  EXPECT_EQ(network.architecture().text(), "4 -> 10 tanh -> 3 softmax");
  EXPECT_EQ(network.weights(1)[7], all[1].weights(1)[2] / 2);
}

TEST(Merging, IsRefusedWhereNoLayersWouldDo) {
  const auto obstacle = [](std::string_view text) {
    return merging_obstacle(Architecture::parse(text)).value_or("none");
  };
  EXPECT_EQ(obstacle("4 -> 300 relu -> 256 relu -> 2"), "none");
  EXPECT_EQ(obstacle("4 -> 300 relu -> 257 relu -> 2"),
            "layer 2 has 257 units, at most 256 can stand behind another hidden layer");
  EXPECT_EQ(obstacle("4 -> 3 -> layer-norm -> 2"), "layer 2 is not a dense, scale or dropout layer");
  EXPECT_EQ(obstacle("4 -> 3 softmax -> 2"), "hidden layer 1 has softmax");
  EXPECT_EQ(obstacle("4 -> 3 -> scale"), "its last layer is not a dense one");
  EXPECT_EQ(
      thrown([] { merged<float>(members("4 -> batch-norm -> 2", 2)); }),
      "UsageError: [merged] networks of \"4 -> batch-norm -> 2 identity\" cannot be merged: layer 1 is not a dense, "
      "scale or dropout layer");
  EXPECT_EQ(thrown([] { merged<float>(std::span<const Network>()); }),
            "UsageError: [merged] found no network, expected at least one");
  std::vector<Network> two = members("4 -> 2", 1);
  two.emplace_back("4 -> 3");
  EXPECT_EQ(thrown([&] { merged<float>(two); }),
            "ShapeError: [merged] found \"4 -> 3 identity\" beside \"4 -> 2 identity\", expected the same");
}

}  // namespace
}  // namespace bprop
