// SPDX-License-Identifier: Apache-2.0
//
// Networks with scale layers, explained. The numbers of the first, 2 -> scale -> 2 relu -> scale -> 1, worked out by
// hand:
//   x  = (3, −2)             s[1] = (0.5, −1)                         a[1] = x ⊙ s[1] = (1.5, 2)
//   W[2] = (1 2; −1 1)       b[2] = (0.5, −0.25)      z[2] = (1.5 + 4 + 0.5, −1.5 + 2 − 0.25) = (6, 0.25) = a[2]
//   s[3] = (0.25, −4)                                                 a[3] = (1.5, −1)
//   W[4] = (2 3)             b[4] = 1                 z[4] = 3 − 3 + 1 = 1;  y = 3,  L = ½ (1 − 3)² = 2,  δ[4] = −2
//   ∂L/∂a[3] = δ[4] W[4] = (−4, −6) = δ[3]            ∂L/∂s[3] = δ[3] ⊙ a[2] = (−24, −1.5)
//   ∂L/∂a[2] = δ[3] ⊙ s[3] = (−1, 24) = δ[2]          ∂L/∂W[2] = (−1.5 −2; 36 48)
//   ∂L/∂a[1] = δ[2] W[2] = (−1 − 24, −2 + 24) = (−25, 22) = δ[1]      ∂L/∂s[1] = δ[1] ⊙ x = (−75, −44)
//   ∂L/∂x = δ[1] ⊙ s[1] = (−12.5, −22)
// All of them are exact in binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/grade.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "check/tape_network.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Numbers kInput{3, -2}, kTarget{3};
const ExplainRows kRows{kInput, kTarget};

DoubleNetwork by_hand() {
  return network_of("2 -> scale -> 2 relu -> scale -> 1", {{0.5, -1}, {1, 2, -1, 1}, {0.25, -4}, {2, 3}},
                    {{}, {0.5, -0.25}, {}, {1}});
}

Derivation derived(const Selector& what, const ExplainOptions& options = {}) {
  return explain(by_hand(), kRows, what, options);
}

TEST(ScaleByHand, EngineTapeAndDerivationsHaveTheNumbersOfTheHand) {
  const DoubleNetwork network = by_hand();
  const auto g = gradients<double>(network, kInput, kTarget, {});
  EXPECT_EQ(g.loss, 2);
  EXPECT_THAT(g.layers[0].a, ElementsAre(1.5, 2));
  EXPECT_THAT(g.layers[2].z, ElementsAre(1.5, -1));
  EXPECT_THAT(g.layers[0].d_weights, ElementsAre(-75, -44));
  EXPECT_THAT(g.layers[1].d_weights, ElementsAre(-1.5, -2, 36, 48));
  EXPECT_THAT(g.layers[2].d_weights, ElementsAre(-24, -1.5));
  EXPECT_THAT(g.layers[2].delta, ElementsAre(-4, -6));
  EXPECT_THAT(g.d_input, ElementsAre(-12.5, -22));
  const auto tape = check::tape_gradients(network, kInput, kTarget, {});
  EXPECT_EQ(tape.d_weights[0], g.layers[0].d_weights);
  EXPECT_EQ(tape.d_weights[2], g.layers[2].d_weights);
  const std::vector<std::pair<Selector, double>> by_hand_too = {
      {weight(0, 0, 0), -75},  {weight(0, 1, 1), -44}, {weight(1, 1, 0), 36}, {weight(2, 0, 0), -24},
      {weight(2, 1, 1), -1.5}, {delta(0, 1), 22},      {delta(2, 0), -4},     {activation(0, 0), -25},
      {activation(1, 1), 24},  {activation(2, 1), -6}, {input(0), -12.5},     {input(1), -22}};
  for (const auto& [what, value] : by_hand_too) {
    const Derivation derivation = derived(what);
    EXPECT_EQ(derivation.value(), value) << derivation.title;
    EXPECT_TRUE(derivation.agreement.agrees) << derivation.title;
    EXPECT_TRUE(derivation.agreement.complex_step) << derivation.title;
  }
}

TEST(ScaleByHand, ADerivationGoesThroughTheOneConnectionThereIs) {
  const Derivation factor = derived(weight(0, 1, 1));
  EXPECT_EQ(factor.title, "∂L/∂s[1:2]: the factor of layer 1, a scale layer, for input 2; row 1");
  EXPECT_EQ(text_of(factor.steps[0].symbols[1]), "δ[1:2] · x[2]");
  EXPECT_EQ(factor.steps[0].reason,
            "the chain rule: the factor reaches the loss through z[1:2] alone, where it multiplies x[2]");
  EXPECT_THAT(factor.remarks, testing::Contains("In files and C++, which count from 0: layers.0.weight[1], "
                                                "weight(0, 1, 1)."));
  const Derivation hidden = derived(activation(1, 1));
  EXPECT_EQ(
      hidden.steps[0].reason,
      "the chain rule: a[2:2] reaches the loss through unit 2 of layer 3, a scale layer, alone, by the weights of "
      "the forward pass");
  EXPECT_EQ(text_of(hidden.steps[0].symbols[0]), "δ[3:2] · s[3:2]");
  const Derivation x = derived(input(0));
  EXPECT_EQ(x.steps[0].reason,
            "the chain rule: the input reaches the loss through unit 1 of layer 1, a scale layer, alone");
  EXPECT_EQ(text_of(x.steps[0].symbols[0]), "δ[1:1] · s[1:1]");
}

// From a factor of layer 1 through either unit of layer 2, each by one unit of layer 3: two paths.
TEST(ScaleByHand, PathsAndProductsAreCounted) {
  const Derivation first = derived(weight(0, 0, 0));
  EXPECT_EQ(first.reuse.paths, "2");
  ASSERT_EQ(first.paths.size(), 2U);
  EXPECT_EQ(first.paths[0].units, "s[1:1] → z[1:1] → a[1:1] → z[2:1] → a[2:1] → z[3:1] → a[3:1] → z[4:1] → a[4:1] → L");
  EXPECT_EQ(first.paths[0].value + first.paths[1].value, -75);
  // 2 factors × 2 paths × 8 products, 4 weights × 6, 2 factors × 4, 2 weights × 2.
  EXPECT_EQ(first.reuse.products_path_by_path, "68");
  // δ a for each of 10 weights, δ w for those above the first layer, 8; ⊙ φ' of 7 units.
  EXPECT_EQ(first.reuse.products_of_backpropagation, "25");
}

std::vector<std::string> equations(const Derivation& derivation) {
  std::vector<std::string> lines;
  for (const Equation& equation : derivation.matrix_form) {
    lines.push_back(text_of(equation.left) + " = " + text_of(equation.right.front()));
  }
  return lines;
}

TEST(ScaleByHand, TheMatrixFormMultipliesNumberByNumber) {
  EXPECT_THAT(equations(derived(weight(0, 0, 0))),
              ElementsAre("z[1] = x ⊙ s[1]", "a[1] = z[1]", "δ[1] = δ[2] · W[2]", "∂L/∂s[1] = δ[1] ⊙ x"));
  EXPECT_THAT(equations(derived(weight(1, 0, 0)))[2], "δ[2] = δ[3] ⊙ s[3] ⊙ φ'(z[2])");
  EXPECT_THAT(equations(derived(weight(2, 0, 0), {.notation = Notation::k003})),
              ElementsAre("z⁴ = a³ ⊙ w³", "a⁴ = z⁴", "δ⁴ = W⁴ᵀ · δ⁵", "∂C/∂w³ = δ⁴ ⊙ a³"));
  const Numbers two_inputs{3, -2, 1, 0.5}, two_targets{3, 1};
  const Derivation batch = explain(by_hand(), {two_inputs, two_targets}, weight(0, 0, 0));
  EXPECT_EQ(text_of(batch.matrix_form[3].right.front()), "1 / 2 · Σ_n (δ[1] ⊙ x)");
  EXPECT_EQ(batch.matrix_form[3].reason, "gradient: 2 factors, added over the samples n");
  EXPECT_EQ(text_of(derived(weight(1, 0, 0)).backward_network.right.front()),
            "(∂L/∂a[4] ⊙ φ'(z[4])) · W[4] ⊙ s[3] ⊙ φ'(z[2])");
}

TEST(ScaleByHand, NotesWriteADiagonalWAndSayThatTheyDoNotKnowTheLayer) {
  const Derivation note = derived(weight(2, 1, 1), {.notation = Notation::k000});
  EXPECT_THAT(note.title, HasSubstr("∂ε/∂w8: the factor of layer 3"));
  EXPECT_THAT(note.remarks, testing::Contains(HasSubstr("The note has no scale layers")));
  EXPECT_THAT(render_text(document(derived(weight(2, 1, 1)))), Not(HasSubstr("The note has no scale layers")));
}

TEST(ScaleByHand, ADiagramHasTheDiagonalOnly) {
  const Architecture architecture = by_hand().architecture();
  const Diagram drawn = network_diagram(architecture, {.simplified = true, .most_layers = 4});
  EXPECT_EQ(drawn.edges.size(), 2U + 4 + 2 + 2);
  EXPECT_EQ(drawn.edges[0].label, "s[1:1]");
  const auto emphasized = [&](const Architecture& of, const Selector& what) {
    std::size_t count = 0;
    for (const DiagramEdge& edge : network_diagram(of, {.simplified = true, .paths_of = what}).edges) {
      count += edge.emphasized ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(emphasized(architecture, weight(0, 1, 1)), 1U + 2 + 2 + 2);
  EXPECT_EQ(emphasized(architecture, weight(2, 1, 1)), 1U + 1);
  EXPECT_EQ(emphasized(architecture, weight(1, 1, 0)), 1U + 1 + 1);
  // A number that no dense layer mixes stays by itself.
  EXPECT_EQ(emphasized(Architecture::parse("3 -> scale -> scale -> scale"), input(1)), 3U);
}

TEST(ScaleByHand, OtherwiseAndNudgedItFollowsTheSameConnections) {
  const DoubleNetwork network = by_hand();
  EXPECT_EQ(what_if(network, kRows, weight(1, 1, 0), CutUnit{1, 1}).after.value(), 0);
  EXPECT_EQ(what_if(network, kRows, input(0), SetNumber{weight(0, 0, 0), 1}).otherwise, "s[1:1] is 1 in place of 0.5");
  const Nudge nudged = nudge(network, kRows, weight(2, 0, 0));
  EXPECT_EQ(nudged.derivative, -24);
  EXPECT_NEAR(nudged.quotients[2].central, -24, 1e-9);
  // z and a of layer 3 and of layer 4, then the loss: only unit 1 of layer 3 moves.
  EXPECT_EQ(nudged.changes.size(), 1U + 2 + 2 + 1);
  const auto slip = what_if(network, kRows, weight(1, 1, 0), UpdatedWeights{}, {.learning_rate = 0.1});
  // δ[3:2] = δ[4] (3 − 0.1 δ[4] a[3:2]) = −2 (3 − 0.1 · 2) = −5.6; s[3:2] − 0.1 δ[3:2] a[2:2] = −4 + 0.1 · 5.6 · 0.25
  EXPECT_NEAR(slip.after.value(), -5.6 * (-4 + 0.1 * 5.6 * 0.25) * 1.5, 1e-12);
  for (const Step& step : slip.after.steps) EXPECT_THAT(step.reason, Not(HasSubstr("the weights of the forward pass")));
}

TEST(ScaleByHand, AHandCalculationIsGraded) {
  const std::string answers = R"([{"what": "s[1:1]", "value": "-75"}, {"what": "3:2,2", "value": "-1.5"},
      {"what": "delta 2:2", "value": "24"}, {"what": "x2", "value": "-22"}, {"what": "a 3:1", "value": "1.6"},
      {"what": "z 4:1", "value": "1.2"}, {"what": "s[1:2]", "value": "44"}])";
  const Grade grade =
      bprop::grade(by_hand(), kRows, parse_answers(answers, by_hand().architecture()), {.learning_rate = 0.5});
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(grade.answers[i].verdict, Verdict::kRight) << i;
  EXPECT_EQ(grade.answers[4].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[5].verdict, Verdict::kFollows);  // 2 · 1.6 − 3 + 1
  EXPECT_EQ(grade.answers[6].slip, "a sign: the gradient's other direction");
}

// As wide as a picture: what is diagonal is never gone through as if it were not.
TEST(ScaleLayer, OfAWideNetworkIsExplainedLikeAnyOther) {
  const DoubleNetwork network("784 -> scale -> 16 tanh -> 10 softmax", {.seed = 3});
  std::vector<double> x(784), y(10);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i));
  y[3] = 1;
  const Derivation why = explain(network, {x, y}, weight(0, 500, 500), {.loss = {.loss = Loss::kCrossEntropy}});
  EXPECT_TRUE(why.agreement.agrees);
  EXPECT_EQ(why.reuse.paths, "160");
}

}  // namespace
}  // namespace bprop
