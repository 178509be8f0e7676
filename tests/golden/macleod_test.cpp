// SPDX-License-Identifier: Apache-2.0
//
// V2: D. MacLeod, worked example 3.1 (2-2-1, no bias, η = 1). Long digits recomputed in IEEE double (VECTORS.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr double kRecomputed = 1e-15;

// ‖w − printed‖₂ of the hidden weights.
double residual(const DoubleNetwork& network, const Numbers& printed) {
  const Numbers w = network.weights(0);
  double squares = 0;
  for (std::size_t i = 0; i < w.size(); ++i) squares += (w[i] - printed[i]) * (w[i] - printed[i]);
  return std::sqrt(squares);
}

const Numbers kPrintedHidden = {.09916, .7978, .3972, .5928};

TEST(V2MacLeod, OutputDeltaIsTheNegativeOfThePrintedOne) {
  const DoubleGradients g = gradients_of(macleod(), kMacLeodInput, kMacLeodTarget);
  EXPECT_THAT(g.layers[1].delta, ElementsAre(DoubleNear(.040681125112339, kRecomputed)));
  EXPECT_THAT(g.layers[0].d_bias, ElementsAre());
}

TEST(V2MacLeod, OneUpdateGivesTheRightWeightsAndOutput) {
  DoubleNetwork network = macleod();
  descend(network, kMacLeodInput, kMacLeodTarget, 1);
  EXPECT_THAT(network.weights(1),
              ElementsAre(DoubleNear(.27232596506128215, kRecomputed), DoubleNear(.8729983630089926, kRecomputed)));
  EXPECT_THAT(network.weights(0),
              ElementsAre(DoubleNear(.09907092883919034, kRecomputed), DoubleNear(.7976109598722038, kRecomputed),
                          DoubleNear(.39713992422755456, kRecomputed), DoubleNear(.592645519442283, kRecomputed)));
  Numbers output(1);
  network.predict(kMacLeodInput, output);
  EXPECT_NEAR(output[0], .6820185832642942, kRecomputed);
}

TEST(V2MacLeod, PrintedOutputWeightsAreRightToTheirRounding) {
  DoubleNetwork network = macleod();
  descend(network, kMacLeodInput, kMacLeodTarget, 1);
  EXPECT_THAT(network.weights(1), ElementsAre(DoubleNear(.272392, 7e-5), DoubleNear(.87305, 7e-5)));
}

TEST(V2MacLeod, PrintedHiddenWeightsMatchOnlyDeltasWithUpdatedOutputWeights) {
  DoubleNetwork right = macleod();
  descend(right, kMacLeodInput, kMacLeodTarget, 1);
  const DoubleNetwork slipped = updated_with_new_output_weights(macleod(), kMacLeodInput, kMacLeodTarget, 1);
  // He rounds on the way (up to 7e-5 a weight), so neither rule fits exactly; one fits far better.
  EXPECT_LT(residual(slipped, kPrintedHidden), 1.4e-4);
  EXPECT_GT(residual(right, kPrintedHidden), 2 * residual(slipped, kPrintedHidden));
}

}  // namespace
}  // namespace bprop
