// SPDX-License-Identifier: Apache-2.0
//
// Networks with embedding layers, explained. The first, 2 -> waves 1:2 -> mix 1-2/2:1 -> 1, by hand:
//   x = (½, 3)        W[1] = (2, −1), b[1] = (¼, 1)    z[1] = (1¼, ½, ½, 3)      a[1] = (cos 1¼, cos ½, ½, 3)
//   W[2] = (4, −2), b[2] = ½                           a[2] = (4 cos 1¼ − 2 cos ½ + ½, ½, 3)
//   W[3] = (1, −1, 2), b[3] = 0, target 5              y = 4 cos 1¼ − 2 cos ½ + 6,  δ[3] = y − 5
//   δ[2] = δ[3] (1, −1, 2)                             δ[1] = δ[3] (−4 sin 1¼, 2 sin ½, −1, 2)
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/grade.h"
#include "bprop/gradients.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "check/tape_network.h"
#include "checkpoint/temporary_folder.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Numbers kInput{0.5, 3}, kTarget{5};
const ExplainRows kRows{kInput, kTarget};
const double kSlope1 = -std::sin(1.25);
const double kSlope2 = -std::sin(0.5);
const double kDelta = 4 * std::cos(1.25) - 2 * std::cos(0.5) + 1;

DoubleNetwork by_hand() {
  return network_of("2 -> waves 1:2 -> mix 1-2:1 -> 1", {{2, -1}, {4, -2}, {1, -1, 2}}, {{0.25, 1}, {0.5}, {0}});
}

Derivation derived(const Selector& what, const ExplainOptions& options = {}) {
  return explain(by_hand(), kRows, what, options);
}

TEST(EmbeddingByHand, DerivationsHaveTheNumbersOfTheHandAndAgreeWithTheEngine) {
  const std::vector<std::pair<Selector, double>> all = {
      {weight(0, 0, 0), kDelta * 4 * kSlope1 * 0.5},
      {weight(0, 1, 0), kDelta * -2 * kSlope2 * 0.5},
      {bias(0, 0), kDelta * 4 * kSlope1},
      {weight(1, 0, 0), kDelta * std::cos(1.25)},
      {weight(1, 0, 1), kDelta * std::cos(0.5)},
      {bias(1, 0), kDelta},
      {delta(0, 1), kDelta * -2 * kSlope2},
      {delta(0, 2), -kDelta},
      {activation(0, 3), 2 * kDelta},
      {delta(1, 2), 2 * kDelta},
      {weight(2, 0, 1), kDelta * 0.5},
      {input(0), kDelta * (4 * kSlope1 * 2 + 2 * kSlope2 - 1)},
      {input(1), 2 * kDelta},
  };
  for (const auto& [what, value] : all) {
    const Derivation derivation = derived(what);
    EXPECT_NEAR(derivation.value(), value, 1e-14) << derivation.title;
    EXPECT_TRUE(derivation.agreement.agrees) << derivation.title;
    EXPECT_TRUE(derivation.agreement.complex_step) << derivation.title;
  }
}

TEST(EmbeddingByHand, TheChainRuleGoesThroughTheSineAndThroughNumbersPassedOn) {
  const Derivation frequency = derived(weight(0, 0, 0));
  EXPECT_EQ(text_of(frequency.steps[0].symbols[1]), "δ[1:1] · x[1]");
  const std::string page = render_text(document(frequency));
  EXPECT_THAT(page, HasSubstr("the slope of cosine"));
  EXPECT_THAT(page, HasSubstr("−sin z[1:1]"));
  const Derivation x = derived(input(0));
  EXPECT_EQ(x.steps[0].reason,
            "the chain rule: the input reaches the loss through units 1, 2, 3 of layer 1, an embedding layer, alone");
  EXPECT_EQ(text_of(x.steps[0].symbols[0]), "δ[1:1] · w[1:1,1] + δ[1:2] · w[1:2,1] + δ[1:3]");
  EXPECT_THAT(render_text(document(derived(delta(0, 2)))), HasSubstr("the unit passes its number on"));
}

// Three ways from x[1]: by either wave and past them.
TEST(EmbeddingByHand, PathsAndProductsAreCounted) {
  const Derivation x = derived(input(0));
  EXPECT_EQ(x.reuse.paths, "3");
  ASSERT_EQ(x.paths.size(), 3U);
  double sum = 0;
  for (const Path& path : x.paths) sum += path.value;
  EXPECT_NEAR(sum, x.value(), 1e-14);
  EXPECT_EQ(derived(input(1)).reuse.paths, "1");
  EXPECT_EQ(derived(activation(0, 0)).reuse.paths, "1");
  // One path from each of 2 + 2 + 3 weights, with 6, 4 and 2 products; none from what is passed on.
  EXPECT_EQ(x.reuse.products_path_by_path, "26");
}

TEST(EmbeddingByHand, TheMatrixFormSaysWhatIsInW) {
  const std::vector<Equation> form = derived(weight(0, 0, 0)).matrix_form;
  EXPECT_EQ(text_of(form[0].right.front()), "x · W[1]ᵀ + b[1]");
  EXPECT_THAT(form[0].reason, HasSubstr("(4 × 2), zeros outside of the groups, ones where a number is passed on"));
  EXPECT_EQ(form[1].reason, "cosine of the groups' units; the others pass their number on: (1 × 4)");
  EXPECT_EQ(text_of(derived(weight(1, 0, 0)).matrix_form[1].right.front()), "z[2]");
  EXPECT_EQ(text_of(derived(weight(2, 0, 0)).backward_network.right.front()), "∂L/∂a[3] ⊙ φ'(z[3])");
}

TEST(EmbeddingByHand, NamesThatItDoesNotHaveAreRefused) {
  const auto refusal = [](const Selector& what) { return thrown([&] { (void)derived(what); }); };
  EXPECT_EQ(refusal(weight(0, 2, 0)), "ShapeError: unit 3 of layer 1 passes a number on, without a weight");
  EXPECT_EQ(refusal(bias(0, 3)), "ShapeError: unit 4 of layer 1 passes a number on, without a bias");
  EXPECT_EQ(refusal(weight(0, 0, 1)), "ShapeError: unit 1 of layer 1, an embedding layer, reads input 1 only");
  EXPECT_EQ(refusal(weight(1, 0, 2)), "ShapeError: unit 1 of layer 2, an embedding layer, reads units 1 to 2 only");
  const Architecture architecture = by_hand().architecture();
  const auto named = [&](std::string_view text) {
    return selector_named(Selector::Kind::kWeight, text, architecture, Notation::kOurs);
  };
  EXPECT_EQ(named("w4"), weight(1, 0, 1));
  EXPECT_EQ(named("layers.1.weight[1]"), weight(1, 0, 1));
  EXPECT_THAT(thrown([&] { (void)named("layers.1.weight[2]"); }), HasSubstr("layer 2 has 2 weights"));
}

TEST(EmbeddingByHand, ADiagramHasTheGroupsAndWhatIsPassedOn) {
  const Architecture architecture = by_hand().architecture();
  const Diagram drawn = network_diagram(architecture, {.simplified = true, .most_layers = 4});
  EXPECT_EQ(drawn.edges.size(), 4U + 4 + 3);
  const auto emphasized = [&](const Selector& what) {
    std::size_t count = 0;
    for (const DiagramEdge& edge : network_diagram(architecture, {.simplified = true, .paths_of = what}).edges) {
      count += edge.emphasized ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(emphasized(input(1)), 1U + 1 + 1);
  EXPECT_EQ(emphasized(input(0)), 3U + 3 + 2);
  EXPECT_EQ(emphasized(weight(0, 1, 0)), 1U + 1 + 1);
}

TEST(EmbeddingByHand, AHandCalculationIsGradedAndNudgedAlongTheSameWays) {
  const std::string answers = fmt::format(
      R"([{{"what": "b[1:1]", "value": "{:.6f}"}}, {{"what": "delta 1:3", "value": "{:.6f}"}},
          {{"what": "a 1:4", "value": "3"}}, {{"what": "z 2:1", "value": "{:.6f}"}}])",
      kDelta * 4 * kSlope1, -kDelta, kDelta - 0.5);
  const Grade grade = bprop::grade(by_hand(), kRows, parse_answers(answers, by_hand().architecture()), {});
  for (const auto& answer : grade.answers) EXPECT_EQ(answer.verdict, Verdict::kRight);
  const Nudge nudged = nudge(by_hand(), kRows, bias(1, 0));
  EXPECT_NEAR(nudged.derivative, kDelta, 1e-14);
  EXPECT_EQ(nudged.changes.size(), 1U + 2 + 2 + 1);  // b, z and a of one unit of layer 2, of layer 3, the loss
}

// A gradient that is wrong goes into the update; what passes a number on is no weight, and is not moved.
TEST(EmbeddingByHand, TheLossAfterAWrongGradientFollowsFromIt) {
  const double wrong = 0.125;
  DoubleNetwork after = by_hand();
  const DoubleGradients g = gradients<double>(after, kInput, kTarget, {});
  for (std::size_t layer = 0; layer < 3; ++layer) {
    std::vector<double> weights = after.weights(layer);
    std::vector<double> bias = after.bias(layer);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] -= 0.01 * g.layers[layer].d_weights[i];
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] -= 0.01 * g.layers[layer].d_bias[i];
    if (layer == 1) weights[0] = 4 - 0.01 * wrong;
    after.set_weights(layer, weights);
    after.set_bias(layer, bias);
  }
  const std::string answers = fmt::format(
      R"([{{"what": "w[2:1,1]", "value": {:.17g}}}, {{"what": "loss", "when": "after update", "value": {:.17g}}}])",
      wrong, loss<double>(after, kInput, kTarget, {}));
  const Grade grade =
      bprop::grade(by_hand(), kRows, parse_answers(answers, by_hand().architecture()), {.learning_rate = 0.01});
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kFollows);
  EXPECT_EQ(grade.answers[1].follows_from, 0U);
}

// Sixteen waves of each of 40 inputs, categories of 300: no way is gone through that is not there.
TEST(EmbeddingLayer, OfAWideNetworkIsExplainedLikeAnyOther) {
  const DoubleNetwork network("340 -> embed 41-340:8 -> periodic 9-48:16x4 -> 16 tanh -> 10 softmax", {.seed = 3});
  std::vector<double> x(340), y(10);
  for (std::size_t i = 0; i < 40; ++i) x[i] = std::sin(static_cast<double>(i));
  x[100] = 1;
  y[3] = 1;
  const ExplainOptions options{.loss = {.loss = Loss::kCrossEntropy}};
  for (const Selector& what : {weight(0, 5, 100), weight(1, 500, 39), weight(2, 3, 20), bias(1, 7), input(20)}) {
    const Derivation why = explain(network, {x, y}, what, options);
    EXPECT_TRUE(why.agreement.agrees) << why.title;
  }
  EXPECT_NE(explain(network, {x, y}, weight(0, 5, 100), options).value(), 0);
  EXPECT_EQ(explain(network, {x, y}, weight(0, 5, 101), options).value(), 0);
}

}  // namespace
}  // namespace bprop
