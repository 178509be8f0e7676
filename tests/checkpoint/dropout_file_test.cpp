// SPDX-License-Identifier: Apache-2.0
//
// Dropout layers in files: a layer of the text, without tensors.
#include <gtest/gtest.h>

#include "bprop/model.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

class DropoutFile : public TemporaryFolder {};

template <class T>
void expect_back(const BasicNetwork<T>& network, const std::string& path) {
  save(Model{.network = network}, path);
  const Model loaded = load_model(path);
  ASSERT_TRUE(std::holds_alternative<BasicNetwork<T>>(loaded.network));
  const auto& found = std::get<BasicNetwork<T>>(loaded.network);
  ASSERT_EQ(found.architecture(), network.architecture());
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    EXPECT_EQ(found.weights(k), network.weights(k));
    EXPECT_EQ(found.bias(k), network.bias(k));
  }
}

TEST_F(DropoutFile, AModelComesBackWithItsProbabilitiesInEitherPrecision) {
  constexpr const char* kText = "3 -> dropout 0.1 -> 4 tanh -> dropout 0.3333333333333333 -> 2";
  expect_back(Network(kText, {.seed = 1}), at("float"));
  expect_back(DoubleNetwork(kText, {.seed = 1}), at("double"));
}

TEST(DropoutToml, HasAnEmptyListInThePlaceOfAMatrix) {
  const Model model = model_from_toml(R"(layers = "2 -> dropout 0.5 -> 1"
weights = [[], [[1, 2]]]
biases = [[], [3]])");
  EXPECT_EQ(std::get<DoubleNetwork>(model.network).weights(1), (std::vector<double>{1, 2}));
  const std::string refusal =
      thrown([] { model_from_toml("layers = \"2 -> dropout 0.5 -> 1\"\nweights = [[1, 1], [[1, 2]]]"); });
  EXPECT_NE(refusal.find("weights of layer 1"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace bprop
