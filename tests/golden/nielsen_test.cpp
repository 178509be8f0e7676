// SPDX-License-Identifier: Apache-2.0
//
// V5: M. Nielsen, "Neural Networks and Deep Learning", chapter 3: one sigmoid neuron unlearns. Outputs after 300 epochs
// recomputed in IEEE double (VECTORS.md).
#include <gtest/gtest.h>

#include "golden/textbook_networks.h"

namespace bprop {
namespace {

constexpr double kRecomputed = 1e-15;

// Output of one sigmoid neuron with x = 1, target 0, after `epochs` of quadratic cost at η = 0.15.
double nielsen(double w, double b, int epochs) {
  DoubleNetwork network = network_of("1 -> 1 sigmoid", {{w}}, {{b}});
  DoubleTrainer trainer(network, {.batch = 1, .optimizer = GradientDescent{0.15}});
  const Numbers one = {1.0};
  const Numbers zero = {0.0};
  for (int epoch = 0; epoch < epochs; ++epoch) {
    trainer.step(std::span<const double>(one), std::span<const double>(zero));
  }
  Numbers output(1);
  network.predict(one, output);
  return output[0];
}

TEST(V5Nielsen, ThreeHundredEpochsFromAGoodStart) {
  EXPECT_NEAR(nielsen(0.6, 0.9, 0), 0.8175744761936437, kRecomputed);
  EXPECT_NEAR(nielsen(0.6, 0.9, 300), 0.09395569486364724, 1e-13);
}

TEST(V5Nielsen, ThreeHundredEpochsFromASaturatedStartAreSlower) {
  EXPECT_NEAR(nielsen(2, 2, 0), 0.9820137900379085, kRecomputed);
  EXPECT_NEAR(nielsen(2, 2, 300), 0.2028484242677765, 1e-13);
}

}  // namespace
}  // namespace bprop
