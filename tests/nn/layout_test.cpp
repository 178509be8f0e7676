// SPDX-License-Identifier: Apache-2.0
#include "nn/layout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bprop/trainer.h"
#include "nn/network_state.h"
#include "nn/random_matrix.h"

namespace bprop::nn {
namespace {

const char* const kAwkward =
    "17 -> scale -> dropout 0.1 -> 16 relu -> 1 tanh no-bias -> scale -> 33 sigmoid -> batch-norm -> scale -> "
    "layer-norm "
    "-> add 2 -> 15";

// How often each place of the flat buffer is the place of a parameter, or of what a batch norm keeps.
std::vector<int> uses(const Architecture& architecture) {
  const Layout layout(architecture);
  std::vector<int> count(layout.size());
  for (std::size_t k = 0; k < layout.layers(); ++k) {
    const LayerLayout& at = layout[k];
    for (std::size_t out = 0; out < at.outputs; ++out) {
      for (std::size_t in = 0; in < at.inputs; ++in) {
        if (at.weights_size > 0 && connects(architecture.layers[k], out, in)) ++count[at.weight(out, in)];
      }
      if (at.bias_size > 0) ++count[at.bias + out];
      if (at.running_size == 0) continue;
      ++count[at.running + out];
      ++count[at.running + at.running_size / 2 + out];
    }
  }
  return count;
}

TEST(Layout, EachParameterHasAPlaceOfItsOwn) {
  const Architecture architecture = Architecture::parse(kAwkward);
  std::size_t used = 0;
  for (const int count : uses(architecture)) {
    EXPECT_LE(count, 1);
    used += static_cast<std::size_t>(count);
  }
  EXPECT_EQ(used, architecture.parameters() + 2 * 33);
}

TEST(Layout, AWeightPanelIsInputsTimesSixteenOutputs) {
  const Layout layout(Architecture::parse("3 -> 18"));
  EXPECT_EQ(layout[0].weight(0, 0), 0);
  EXPECT_EQ(layout[0].weight(1, 0), 1);
  EXPECT_EQ(layout[0].weight(0, 1), 16);
  EXPECT_EQ(layout[0].weight(16, 0), 48);
  EXPECT_EQ(layout[0].weights_size, 96);
  EXPECT_EQ(layout[0].bias, 96);
  EXPECT_EQ(layout.size(), 96 + 32);
  EXPECT_EQ(Layout(Architecture::parse("3 -> 18 no-bias")).size(), 96);
}

TEST(Layout, AScaleLayerIsItsFactorsPaddedToSixteen) {
  const Layout layout(Architecture::parse("18 -> scale -> 3"));
  EXPECT_EQ(layout[0].weights_size, 32U);
  EXPECT_EQ(layout[0].bias_size, 0U);
  EXPECT_EQ(layout[0].weight(17, 17), 17U);
  EXPECT_EQ(layout[1].weights, 32U);
  EXPECT_EQ(layout[0].weight_count(), 18U);
}

TEST(Layout, RowMajorWeightsGoInAndComeOutTheSame) {
  const Layout layout(Architecture::parse("5 -> 19"));
  const std::vector<float> w = random_matrix<float>(1, 19, 5);
  std::vector<float> flat(layout.size());
  std::vector<float> back(w.size());
  weights_from_row_major(layout[0], w.data(), flat.data());
  EXPECT_EQ(flat[layout[0].weight(18, 4)], w[18 * 5 + 4]);
  weights_to_row_major(layout[0], flat.data(), back.data());
  EXPECT_EQ(back, w);
}

class Padding : public testing::TestWithParam<const char*> {};

TEST_P(Padding, StaysZeroAfterFiftyUpdates) {
  Network network(kAwkward, {.seed = 2});
  TrainerOptions options{.batch = 9, .l2 = 0.01, .weight_decay = 0.01, .clip = 0.5};
  options.optimizer = optimizer_named(GetParam());
  Trainer trainer(network, options);
  for (std::uint64_t step = 0; step < 50; ++step) {
    const std::vector<float> x = random_matrix<float>(2 * step, 9, 17);
    const std::vector<float> y = random_matrix<float>(2 * step + 1, 9, 15);
    ASSERT_TRUE(std::isfinite(trainer.step(std::span<const float>(x), std::span<const float>(y))));
  }
  const std::vector<int> used = uses(network.architecture());
  const auto& parameters = network.state().parameters;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] == 0) {
      EXPECT_EQ(parameters[i], 0.0F) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EachOptimizer, Padding,
                         testing::Values("gd", "sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"),
                         [](const auto& optimizer) { return std::string(optimizer.param); });

}  // namespace
}  // namespace bprop::nn
