// SPDX-License-Identifier: Apache-2.0
//
// V1: M. Mazur, "A Step by Step Backpropagation Example" (2015). Printed digits from his page, long ones recomputed in
// IEEE double (VECTORS.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr double kRecomputed = 1e-15;  // absolute; the numbers are below 1

TEST(V1Mazur, ForwardValuesAreThePublishedOnes) {
  const DoubleGradients g = gradients_of(mazur(), kMazurInput, kMazurTarget);
  EXPECT_NEAR(g.layers[0].z[0], 0.3775, 5e-5);
  EXPECT_THAT(g.layers[0].a, ElementsAre(DoubleNear(0.593269992, 5e-10), DoubleNear(0.596884378, 5e-10)));
  EXPECT_NEAR(g.layers[1].z[0], 1.105905967, 5e-10);
  EXPECT_THAT(g.layers[1].a, ElementsAre(DoubleNear(0.75136507, 5e-9), DoubleNear(0.772928465, 5e-10)));
  EXPECT_NEAR(g.loss, 0.298371109, 5e-10);
  EXPECT_NEAR(g.loss, 0.2983711087600027, kRecomputed);
}

TEST(V1Mazur, GradientsAreTheRecomputedOnes) {
  const DoubleGradients g = gradients_of(mazur(), kMazurInput, kMazurTarget);
  EXPECT_THAT(
      g.layers[0].d_weights,
      ElementsAre(DoubleNear(4.385677344743465e-4, kRecomputed), DoubleNear(8.77135468948693e-4, kRecomputed),
                  DoubleNear(4.977127352608599e-4, kRecomputed), DoubleNear(9.954254705217198e-4, kRecomputed)));
  EXPECT_THAT(g.layers[1].d_weights,
              ElementsAre(DoubleNear(.08216704056423077, kRecomputed), DoubleNear(.08266762784753325, kRecomputed),
                          DoubleNear(-.02260254047747507, kRecomputed), DoubleNear(-.022740242215978222, kRecomputed)));
  EXPECT_NEAR(g.layers[1].d_weights[0], .082167041, 5e-10);  // printed
  EXPECT_NEAR(g.layers[0].d_weights[0], .000438568, 5e-10);  // printed
}

TEST(V1Mazur, OneUpdateGivesThePublishedWeightsAndLeavesTheBiases) {
  DoubleNetwork network = mazur();
  EXPECT_NEAR(descend(network, kMazurInput, kMazurTarget, 0.5, {.freeze_biases = true}), 0.298371109, 5e-10);
  EXPECT_THAT(network.weights(0), ElementsAre(DoubleNear(.149780716, 5e-10), DoubleNear(.19956143, 5e-9),
                                              DoubleNear(.24975114, 5e-9), DoubleNear(.29950229, 5e-9)));
  EXPECT_THAT(network.weights(1), ElementsAre(DoubleNear(.35891648, 5e-9), DoubleNear(.408666186, 5e-10),
                                              DoubleNear(.511301270, 5e-10), DoubleNear(.561370121, 5e-10)));
  EXPECT_THAT(network.bias(0), ElementsAre(0.35, 0.35));
  EXPECT_THAT(network.bias(1), ElementsAre(0.60, 0.60));
}

TEST(V1Mazur, AfterOneUpdateTheLossIsTheRecomputedOneAndNotThePublishedOne) {
  DoubleNetwork network = mazur();
  descend(network, kMazurInput, kMazurTarget, 0.5, {.freeze_biases = true});
  const double right = loss_of(network, kMazurInput, kMazurTarget);
  EXPECT_NEAR(right, 0.29102777369359933, kRecomputed);
  EXPECT_GT(std::abs(right - 0.291027924), 1e-7);  // 300 times its rounding
}

TEST(V1Mazur, ThePublishedLossComesFromHiddenDeltasWithUpdatedOutputWeights) {
  const DoubleNetwork slipped = updated_with_new_output_weights(mazur(), kMazurInput, kMazurTarget, 0.5);
  const double loss = loss_of(slipped, kMazurInput, kMazurTarget);
  EXPECT_NEAR(loss, 0.29102792390544197, kRecomputed);
  EXPECT_NEAR(loss, 0.291027924, 5e-10);
  EXPECT_GT(std::abs(slipped.weights(0)[0] - .149780716), 1e-6);  // while his printed w1 follows the right rule
}

TEST(V1Mazur, FloatEngineAgreesToItsPrecision) {
  Network network("2 -> 2 sigmoid -> 2 sigmoid");
  network.set_weights(0, std::vector<float>{0.15F, 0.20F, 0.25F, 0.30F});
  network.set_weights(1, std::vector<float>{0.40F, 0.45F, 0.50F, 0.55F});
  network.set_bias(0, std::vector<float>{0.35F, 0.35F});
  network.set_bias(1, std::vector<float>{0.60F, 0.60F});
  const std::vector<float> input = {0.05F, 0.10F};
  const std::vector<float> target = {0.01F, 0.99F};
  const Gradients g = gradients<float>(network, input, target);
  EXPECT_NEAR(g.loss, 0.298371109, 3e-8);
  EXPECT_NEAR(g.layers[1].d_weights[0], .082167041, 1e-8);
}

}  // namespace
}  // namespace bprop
