// SPDX-License-Identifier: Apache-2.0
//
// The lecture notes' backward pass (NOTES.md N1, N2, N4, N5, N11, N16, N18). Each formula is worked out here with plain
// loops and std::exp, and compared with the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/tape.h"
#include "check/tape_network.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::Pointwise;

constexpr double kRounding = 1e-15;

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }
double slope(double a) { return a * (1 - a); }

// Ways through the tape from node 0 to the last node: the sum over paths of the notes has so many terms.
int paths_from_first_variable(const Tape& tape) {
  std::vector<int> paths(tape.nodes().size());
  paths[0] = 1;
  for (std::size_t i = 1; i < paths.size(); ++i) {
    for (const std::int32_t operand : {tape.nodes()[i].left, tape.nodes()[i].right}) {
      if (operand >= 0) paths[i] += paths[static_cast<std::size_t>(operand)];
    }
  }
  return paths.back();
}

Variable sigmoid(const Variable& z) { return 1.0 / (1.0 + exp(-z)); }
Variable half_square(const Variable& e) { return 0.5 * pow(e, 2.0); }

TEST(NotesBackward, N1OneLayerOfSigmoidUnitsFactorByFactor) {
  const Numbers x = {0.35, 0.9};
  const Numbers d = {0.2, 0.7};
  const DoubleNetwork network = network_of("2 -> 2 sigmoid no-bias", {{0.1, 0.8, 0.4, -0.6}}, {});
  const DoubleGradients g = gradients_of(network, x, d);
  const double y1 = sigmoid(x[0] * 0.1 + x[1] * 0.8);
  const double y2 = sigmoid(x[0] * 0.4 - x[1] * 0.6);
  EXPECT_THAT(g.prediction, ElementsAre(DoubleNear(y1, kRounding), DoubleNear(y2, kRounding)));
  EXPECT_NEAR(g.loss, 0.5 * ((y1 - d[0]) * (y1 - d[0]) + (y2 - d[1]) * (y2 - d[1])), kRounding);
  EXPECT_NEAR(g.layers[0].d_output[0], y1 - d[0], kRounding);
  EXPECT_NEAR(g.layers[0].delta[0], (y1 - d[0]) * slope(y1), kRounding);
  EXPECT_NEAR(g.layers[0].d_weights[0], (y1 - d[0]) * slope(y1) * x[0], kRounding);

  DoubleNetwork updated = network;
  descend(updated, x, d, 0.5);
  EXPECT_NEAR(updated.weights(0)[0], 0.1 - 0.5 * (y1 - d[0]) * slope(y1) * x[0], kRounding);
}

TEST(NotesBackward, N1TheSecondErrorDoesNotFeelTheFirstWeightBecauseNoPathLeadsThere) {
  Tape tape;
  const Variable w1 = tape.variable("w1", 0.1), w2 = tape.variable("w2", 0.8);
  const Variable w3 = tape.variable("w3", 0.4), w4 = tape.variable("w4", -0.6);
  const Variable e1 = half_square(sigmoid(0.35 * w1 + 0.9 * w2) - 0.2);
  EXPECT_EQ(paths_from_first_variable(tape), 1);
  tape.backward(e1);
  EXPECT_NE(w1.adjoint(), 0);
  EXPECT_EQ(w3.adjoint(), 0);
  const Variable e2 = half_square(sigmoid(0.35 * w3 + 0.9 * w4) - 0.7);
  EXPECT_EQ(paths_from_first_variable(tape), 0);
  tape.backward(e2);
  EXPECT_EQ(w1.adjoint(), 0);
  // The engine agrees: with y1 = d1 only the second error is left, and w1 has no gradient.
  const DoubleNetwork network = network_of("2 -> 2 sigmoid no-bias", {{0.1, 0.8, 0.4, -0.6}}, {});
  const Numbers y = gradients_of(network, {0.35, 0.9}, {0, 0}).prediction;
  EXPECT_EQ(gradients_of(network, {0.35, 0.9}, {y[0], 0.7}).layers[0].d_weights[0], 0);
}

TEST(NotesBackward, N2AHiddenWeightFeelsBothOutputs) {
  const DoubleNetwork network = mazur();
  const DoubleGradients both = gradients_of(network, kMazurInput, kMazurTarget);
  const Numbers y = both.prediction;
  const DoubleGradients first = gradients_of(network, kMazurInput, {kMazurTarget[0], y[1]});
  const DoubleGradients second = gradients_of(network, kMazurInput, {y[0], kMazurTarget[1]});
  const double h1 = both.layers[0].a[0];
  const double through_y1 = (y[0] - 0.01) * slope(y[0]) * 0.40 * slope(h1) * 0.05;
  const double through_y2 = (y[1] - 0.99) * slope(y[1]) * 0.50 * slope(h1) * 0.05;
  EXPECT_NEAR(first.layers[0].d_weights[0], through_y1, kRounding);
  EXPECT_NEAR(second.layers[0].d_weights[0], through_y2, kRounding);
  EXPECT_NEAR(both.layers[0].d_weights[0], through_y1 + through_y2, kRounding);
}

TEST(NotesBackward, N2TwoPathsLeadFromTheHiddenWeightToTheError) {
  Tape tape;
  const Variable w1 = tape.variable("w1", 0.15);
  const Variable h1 = sigmoid(0.05 * w1 + (0.10 * 0.20 + 0.35));
  const double h2 = sigmoid(0.05 * 0.25 + 0.10 * 0.30 + 0.35);
  const Variable y1 = sigmoid(0.40 * h1 + (0.45 * h2 + 0.60));
  const Variable y2 = sigmoid(0.50 * h1 + (0.55 * h2 + 0.60));
  const Variable error = half_square(y1 - 0.01) + half_square(y2 - 0.99);
  EXPECT_EQ(paths_from_first_variable(tape), 2);
  tape.backward(error);
  EXPECT_NEAR(w1.adjoint(), gradients_of(mazur(), kMazurInput, kMazurTarget).layers[0].d_weights[0], kRounding);
}

// A chain of `depth` sigmoid units, all with this weight and bias.
DoubleNetwork chain(std::size_t depth, double w, double b) {
  std::string text = "1";
  for (std::size_t k = 0; k < depth; ++k) text += " -> 1 sigmoid";
  return network_of(text, std::vector<Numbers>(depth, {w}), std::vector<Numbers>(depth, {b}));
}

TEST(NotesBackward, N4DeltasAndGradientsShrinkWithDepthWhileEachFactorIsBelowOne) {
  const DoubleGradients g = gradients_of(chain(8, 1, 0), {0.5}, {0});
  for (std::size_t k = 1; k < 8; ++k) {
    EXPECT_LE(g.layers[k - 1].delta[0], 0.25 * g.layers[k].delta[0]);  // φ' ≤ ¼, w = 1
    EXPECT_LT(g.layers[k - 1].d_weights[0], 0.3 * g.layers[k].d_weights[0]);
  }
}

TEST(NotesBackward, N4DeltasGrowByOneAndAHalfALayerWhenWeightsAreSixAndBiasesMinusThree) {
  const DoubleGradients g = gradients_of(chain(20, 6, -3), {0.5}, {0});
  for (std::size_t k = 1; k < 20; ++k) {
    EXPECT_NEAR(g.layers[k - 1].delta[0] / g.layers[k].delta[0], 1.5, kRounding);  // a stays ½: ¼ · 6
    EXPECT_NEAR(g.layers[k - 1].d_weights[0] / g.layers[k].d_weights[0], 1.5, kRounding);
  }
}

// A deep network with layers of different widths and two rows.
struct Deep {
  DoubleNetwork network{"3 -> 4 sigmoid -> 2 sigmoid -> 5 sigmoid -> 3 sigmoid -> 2 sigmoid", {.seed = 5}};
  Numbers input = {0.3, -0.8, 0.5, 1.2, 0.1, -0.4};
  Numbers target = {0.1, 0.9, 0.6, 0.2};
  std::size_t rows = 2;
  DoubleGradients g = gradients_of(network, input, target, {.reduction = Reduction::kSum});

  std::size_t width(std::size_t k) const { return std::get<Dense>(network.architecture().layers[k]).outputs; }
  const Numbers& below(std::size_t k) const { return k == 0 ? input : g.layers[k - 1].a; }
};

TEST(NotesBackward, N5DeltaOfEveryUnitFollowsEquationEightAndGradientsEquationNine) {
  const Deep deep;
  const std::size_t last = deep.g.layers.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const LayerGradients<double>& layer = deep.g.layers[k];
    Numbers gradient(layer.d_weights.size());
    for (std::size_t n = 0; n < deep.rows; ++n) {
      for (std::size_t j = 0; j < deep.width(k); ++j) {
        const double a = layer.a[n * deep.width(k) + j];
        double sum = k == last ? a - deep.target[n * deep.width(k) + j] : 0;
        for (std::size_t m = 0; k < last && m < deep.width(k + 1); ++m) {
          sum += deep.g.layers[k + 1].delta[n * deep.width(k + 1) + m] *
                 deep.network.weights(k + 1)[m * deep.width(k) + j];
        }
        const double delta = layer.delta[n * deep.width(k) + j];
        EXPECT_NEAR(delta, slope(a) * sum, kRounding) << "layer " << k << ", unit " << j;
        const std::size_t inputs = gradient.size() / deep.width(k);
        for (std::size_t i = 0; i < inputs; ++i) gradient[j * inputs + i] += delta * deep.below(k)[n * inputs + i];
      }
    }
    EXPECT_THAT(layer.d_weights, Pointwise(DoubleNear(kRounding), gradient)) << "layer " << k;
  }
}

TEST(NotesBackward, N11ForwardGivesTheInputBackwardGivesDeltaAndTheirProductIsTheGradient) {
  const DoubleGradients g = gradients_of(mazur(), kMazurInput, kMazurTarget);
  for (std::size_t k = 0; k < 2; ++k) {
    const Numbers& x = k == 0 ? kMazurInput : g.layers[0].a;
    for (std::size_t i = 0; i < 4; ++i) {
      // ∂z/∂w by a nudge of this weight: z is linear in it.
      DoubleNetwork nudged = mazur();
      Numbers w = nudged.weights(k);
      w[i] += 0.5;
      nudged.set_weights(k, w);
      const DoubleGradients moved = gradients_of(nudged, kMazurInput, kMazurTarget);
      EXPECT_NEAR((moved.layers[k].z[i / 2] - g.layers[k].z[i / 2]) / 0.5, x[i % 2], kRounding);
      EXPECT_NEAR(g.layers[k].d_weights[i], x[i % 2] * g.layers[k].delta[i / 2], kRounding);
    }
  }
}

TEST(NotesBackward, N16MatrixFormsWorkedByHandEqualTheEngine) {
  // z = x Wᵀ + b with x (2 × 3), W (2 × 3): all numbers are exact in binary.
  const Numbers x = {1, 2, 3, -1, 0.5, 2};
  const Numbers y = {0, 1, 4, -2};
  const DoubleNetwork network =
      network_of("3 -> 2 identity -> 2 identity", {{1, 0, -1, 0.5, 2, 1}, {1, 2, -1, 3}}, {{0.5, -1}, {0, 1}});
  const DoubleGradients g = gradients_of(network, x, y, {.reduction = Reduction::kSum});
  EXPECT_THAT(g.layers[0].z, ElementsAre(-1.5, 6.5, -2.5, 1.5));
  EXPECT_THAT(g.layers[1].z, ElementsAre(11.5, 22, 0.5, 8));
  EXPECT_THAT(g.layers[1].delta, ElementsAre(11.5, 21, -3.5, 10));            // ∇_a C ⊙ g', g' = 1
  EXPECT_THAT(g.layers[1].d_weights, ElementsAre(-8.5, 69.5, -56.5, 151.5));  // δᵀ a, rank one a sample
  EXPECT_THAT(g.layers[1].d_bias, ElementsAre(8, 31));                        // column sums of δ
  EXPECT_THAT(g.layers[0].delta, ElementsAre(-9.5, 86, -13.5, 23));           // δ W
  EXPECT_THAT(g.layers[0].d_weights, ElementsAre(4, -25.75, -55.5, 63, 183.5, 304));
  EXPECT_THAT(g.layers[0].d_bias, ElementsAre(-23, 109));
}

TEST(NotesBackward, N18GradientOfEveryActivationDownToTheInputByInductionAndByTheTape) {
  const Deep deep;
  const std::size_t last = deep.g.layers.size() - 1;
  Numbers expected;  // base: ∂L/∂a of the last layer
  for (std::size_t i = 0; i < deep.target.size(); ++i) expected.push_back(deep.g.prediction[i] - deep.target[i]);
  for (std::size_t k = last + 1; k-- > 0;) {
    EXPECT_THAT(deep.g.layers[k].d_output, Pointwise(DoubleNear(kRounding), expected)) << "layer " << k;
    const std::size_t out = deep.width(k);
    const std::size_t in = deep.below(k).size() / deep.rows;
    Numbers below(deep.rows * in);  // step: (∂L/∂a ⊙ σ'(z)) W
    for (std::size_t n = 0; n < deep.rows; ++n) {
      for (std::size_t j = 0; j < out; ++j) {
        const double delta = expected[n * out + j] * slope(deep.g.layers[k].a[n * out + j]);
        for (std::size_t i = 0; i < in; ++i) below[n * in + i] += delta * deep.network.weights(k)[j * in + i];
      }
    }
    expected = below;
    // The tape, of the layers from k on, started at their input.
    Architecture rest = deep.network.architecture();
    rest.layers.erase(rest.layers.begin(), rest.layers.begin() + static_cast<std::ptrdiff_t>(k));
    DoubleNetwork tail(rest);
    for (std::size_t l = k; l <= last; ++l) {
      tail.set_weights(l - k, deep.network.weights(l));
      tail.set_bias(l - k, deep.network.bias(l));
    }
    const check::TapeGradients tape =
        check::tape_gradients(tail, deep.below(k), deep.target, {.reduction = Reduction::kSum});
    EXPECT_THAT(k == 0 ? deep.g.d_input : deep.g.layers[k - 1].d_output, Pointwise(DoubleNear(kRounding), tape.d_input))
        << "input of layer " << k;
  }
  EXPECT_THAT(deep.g.d_input, Pointwise(DoubleNear(kRounding), expected));
  EXPECT_THAT(expected, testing::Not(Each(0.0)));
}

}  // namespace
}  // namespace bprop
