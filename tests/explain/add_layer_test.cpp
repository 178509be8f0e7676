// SPDX-License-Identifier: Apache-2.0
//
// Residual connections, explained. The numbers of 1 -> 1 -> 1 tanh … would hide which path is which; here
// 2 -> 2 -> 2 -> add 2 -> 1 without curves, worked out by hand:
//   x = (1, 2)      W[1] = (2 0; 1 1)   b[1] = 0        a[1] = (2, 3)
//   W[2] = (1 −1; 0 2)   b[2] = (0.5, 0)                a[2] = (−0.5, 6)
//   a[3] = a[2] + x = (0.5, 8)
//   W[4] = (4 −1)   b[4] = 0                            y = 2 − 8 = −6;  target −7,  L = ½,  δ[4] = 1
//   δ[3] = (4, −1) = δ[2]        ∂L/∂a[1] = δ[2] W[2] = (4, −4 − 2) = (4, −6) = δ[1]
//   ∂L/∂x = δ[1] W[1] + δ[3] = (8 − 6, −6) + (4, −1) = (6, −7)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/grade.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "checkpoint/temporary_folder.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::ElementsAre;

const Numbers kAddInput{1, 2}, kAddTarget{-7};
const ExplainRows kAddRows{kAddInput, kAddTarget};

DoubleNetwork residual() {
  return network_of("2 -> 2 identity -> 2 identity -> add 2 -> 1", {{2, 0, 1, 1}, {1, -1, 0, 2}, {}, {4, -1}},
                    {{0, 0}, {0.5, 0}, {}, {0}});
}

Derivation derived_past(const Selector& what, const ExplainOptions& options = {}) {
  return explain(residual(), kAddRows, what, options);
}

TEST(AddByHand, EngineAndDerivationsHaveTheNumbersOfTheHand) {
  const auto g = gradients<double>(residual(), kAddInput, kAddTarget, {});
  EXPECT_THAT(g.layers[2].a, ElementsAre(0.5, 8));
  EXPECT_THAT(g.layers[1].delta, ElementsAre(4, -1));
  EXPECT_THAT(g.layers[0].delta, ElementsAre(4, -6));
  EXPECT_THAT(g.d_input, ElementsAre(6, -7));
  const std::vector<std::pair<Selector, double>> by_hand_too = {
      {input(0), 6},     {input(1), -7},         {activation(0, 1), -6}, {activation(1, 0), 4},
      {delta(2, 1), -1}, {weight(0, 1, 1), -12}, {weight(1, 0, 1), 12},  {weight(3, 0, 1), 8},
      {bias(1, 1), -1},  {activation(2, 0), 4},  {delta(0, 0), 4}};
  for (const auto& [what, value] : by_hand_too) {
    const Derivation derivation = derived_past(what);
    EXPECT_EQ(derivation.value(), value) << derivation.title;
    EXPECT_TRUE(derivation.agreement.agrees) << derivation.title;
    EXPECT_TRUE(derivation.agreement.complex_step) << derivation.title;
  }
}

TEST(AddByHand, TheChainRuleHasTheTermOfTheConnection) {
  const Derivation x = derived_past(input(0));
  EXPECT_EQ(text_of(x.steps[0].symbols[0]), "δ[1:1] · w[1:1,1] + δ[1:2] · w[1:2,1] + δ[3:1]");
  EXPECT_EQ(
      x.steps[0].reason,
      "the chain rule: the input reaches the loss through every unit of layer 1, and unit 1 of layer 3, which adds it");
  EXPECT_EQ(derived_past(activation(1, 1)).steps[0].reason,
            "the chain rule: a[2:2] reaches the loss through unit 2 of layer 3, an add layer, alone, which adds "
            "another number "
            "to it");
}

// Through either unit of layer 1 and either of layer 2, and past both: five.
TEST(AddByHand, PathsPastTheLayersAreCountedAndListed) {
  const Derivation x = derived_past(input(0));
  EXPECT_EQ(x.reuse.paths, "5");
  ASSERT_EQ(x.paths.size(), 5U);
  EXPECT_EQ(x.paths[4].units, "x[1] → z[3:1] → a[3:1] → z[4:1] → a[4:1] → L");
  EXPECT_EQ(x.paths[4].value, 4);
  double sum = 0;
  for (const Path& path : x.paths) sum += path.value;
  EXPECT_EQ(sum, 6);
  // Of a weight of layer 1: ∂z/∂w, φ', w, φ', 1, φ', w, φ', ∂L/∂a on each of 2 paths: 8 products each, of 4 weights; of
  // layer 2 one path of 7 factors, 6 products, 4 weights; of layer 4 2 products, 2 weights.
  EXPECT_EQ(x.reuse.products_path_by_path, std::to_string(4 * 2 * 8 + 4 * 6 + 2 * 2));
}

TEST(AddByHand, TheMatrixFormAddsTheDelta) {
  std::vector<std::string> lines;
  for (const Equation& equation : derived_past(delta(2, 0)).matrix_form) {
    lines.push_back(text_of(equation.left) + " = " + text_of(equation.right.front()));
  }
  EXPECT_THAT(lines, ElementsAre("z[3] = a[2] + x", "a[3] = z[3]", "δ[3] = δ[4] · W[4]"));
  const DoubleNetwork inner("2 -> 2 tanh -> 2 tanh -> add 1 -> 1", {.seed = 1});
  const Derivation why = explain(inner, kAddRows, weight(0, 0, 0));
  EXPECT_EQ(text_of(why.matrix_form[2].right.front()), "(δ[2] · W[2] + δ[3]) ⊙ φ'(z[1])");
  EXPECT_TRUE(why.agreement.agrees);
  EXPECT_TRUE(explain(inner, kAddRows, activation(0, 1)).agreement.agrees);
}

TEST(AddByHand, ADiagramHasTheConnection) {
  const Architecture architecture = residual().architecture();
  const auto count = [&](const NetworkDiagramOptions& options, bool emphasized) {
    std::size_t edges = 0;
    for (const DiagramEdge& edge : network_diagram(architecture, options).edges) {
      edges += !emphasized || edge.emphasized ? 1U : 0U;
    }
    return edges;
  };
  EXPECT_EQ(count({.simplified = true}, false), 4U + 4 + 2 + 2 + 2);
  EXPECT_EQ(count({.simplified = true, .paths_of = input(0)}, true), 2U + 4 + 2 + 1 + 2);
  // z to a, and a to the loss, besides.
  EXPECT_EQ(count({}, false), 4U + 4 + 2 + 2 + 2 + 7 + 1);
}

TEST(AddByHand, OtherwiseNudgedAndGradedItFollowsTheConnection) {
  EXPECT_EQ(thrown([] { derived_past(weight(2, 0, 0)); }), "ShapeError: layer 3, an add layer, has no weights");
  EXPECT_EQ(what_if(residual(), kAddRows, weight(0, 1, 1), CutUnit{0, 1}).after.value(), 0);
  EXPECT_EQ(
      thrown([] { what_if(residual(), kAddRows, weight(1, 1, 0), CutUnit{1, 1}); }),
      "UsageError: a number is added to unit 2 of layer 2, or it to another, expected a hidden unit that only weights "
      "lead from");
  EXPECT_NEAR(nudge(residual(), kAddRows, input(0)).quotients[2].central, 6, 1e-9);
  const std::string answers = R"([{"what": "x1", "value": "6"}, {"what": "a 3:2", "value": "8"},
      {"what": "delta 1:2", "value": "6"}, {"what": "x2", "value": "5"}])";
  const Grade grade = bprop::grade(residual(), kAddRows, parse_answers(answers, residual().architecture()), {});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kRight);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kRight);
  EXPECT_EQ(grade.answers[2].slip, "a sign: the gradient's other direction");
  EXPECT_EQ(grade.answers[3].verdict, Verdict::kFollows);  // 6 · 1 − 1
}

// Without the connection ∂L/∂x[2] = −6; after δ[1:2] = 5, which is wrong, ∂L/∂x[2] = 5.
TEST(AddByHand, WhoForgetsTheConnectionIsTold) {
  const auto graded = [](const char* answers) {
    return bprop::grade(residual(), kAddRows, parse_answers(answers, residual().architecture()), {});
  };
  EXPECT_EQ(graded(R"([{"what": "x2", "value": "-6"}])").answers[0].slip, "the term of an add layer is missing");
  const Grade carried = graded(R"([{"what": "delta 1:2", "value": "5"}, {"what": "x2", "value": "5"}])");
  EXPECT_EQ(carried.answers[1].verdict, Verdict::kSlip);
  EXPECT_EQ(carried.answers[1].follows_from, 0U);
  EXPECT_EQ(carried.answers[1].slip, "the term of an add layer is missing");
}

}  // namespace
}  // namespace bprop
