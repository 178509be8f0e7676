// SPDX-License-Identifier: Apache-2.0
//
// Residual connections in files: a layer of the text, without tensors.
#include <gtest/gtest.h>

#include "bprop/model.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

class AddFile : public TemporaryFolder {};

TEST_F(AddFile, AModelComesBackAndPredictsTheSameBitsInEitherPrecision) {
  const auto expect_back = [this]<class T>(const BasicNetwork<T>& network) {
    save(Model{.network = network}, at("model"));
    const Model loaded = load_model(at("model"));
    const auto& found = std::get<BasicNetwork<T>>(loaded.network);
    EXPECT_EQ(found.architecture(), network.architecture());
    const std::vector<T> x = {1, -2, T(0.5)};
    std::vector<T> before(2), after(2);
    network.predict(x, before);
    found.predict(x, after);
    EXPECT_EQ(before, after);
  };
  constexpr const char* kGood = "3 -> 3 tanh -> scale -> add 2 -> 4 -> 4 gelu -> add 1 -> 2";
  expect_back(Network(kGood, {.seed = 1}));
  expect_back(DoubleNetwork(kGood, {.seed = 1}));
}

TEST(AddToml, HasAnEmptyListInThePlaceOfAMatrix) {
  const Model model = model_from_toml(R"(layers = "2 -> 2 identity -> add 1 -> 1"
weights = [[[1, 0], [0, 3]], [], [[1, 2]]])");
  const std::vector<double> x = {1, 2};
  std::vector<double> y(1);
  std::get<DoubleNetwork>(model.network).predict(x, y);
  EXPECT_EQ(y.front(), (1 + 1) + 2 * (6 + 2));
  const std::string refusal = thrown(
      [] { model_from_toml("layers = \"2 -> 2 -> add 1 -> 1\"\nweights = [[[1, 0], [0, 3]], [1, 1], [[1, 2]]]"); });
  EXPECT_NE(refusal.find("weights of layer 2"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace bprop
