// SPDX-License-Identifier: Apache-2.0
//
// Networks with dropout layers, explained: predictions, in which the layers pass numbers on as they are.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/grade.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "checkpoint/temporary_folder.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const Numbers kInput{3, -2}, kTarget{3};
const ExplainRows kRows{kInput, kTarget};
const std::vector<Numbers> kWeights = {{1, 2, -1, 1}, {2, 3}};
const std::vector<Numbers> kBiases = {{0.5, 6}, {1}};

DoubleNetwork plain() { return network_of("2 -> 2 tanh -> 1", kWeights, kBiases); }
DoubleNetwork with_dropout() {
  return network_of("2 -> dropout 0.2 -> 2 tanh -> dropout 0.5 -> 1", {{}, kWeights[0], {}, kWeights[1]},
                    {{}, kBiases[0], {}, kBiases[1]});
}

Derivation derived(const Selector& what, const ExplainOptions& options = {}) {
  return explain(with_dropout(), kRows, what, options);
}

TEST(DropoutLayer, EveryDerivationHasTheValueOfTheNetworkWithoutIt) {
  const std::vector<std::pair<Selector, Selector>> same = {{weight(1, 1, 0), weight(0, 1, 0)},
                                                           {weight(3, 0, 1), weight(1, 0, 1)},
                                                           {bias(1, 1), bias(0, 1)},
                                                           {delta(2, 1), activation(0, 1)},
                                                           {activation(2, 0), activation(0, 0)},
                                                           {activation(0, 1), input(1)},
                                                           {delta(0, 0), input(0)},
                                                           {input(0), input(0)},
                                                           {delta(3, 0), delta(1, 0)}};
  for (const auto& [with, without] : same) {
    const Derivation found = derived(with);
    EXPECT_EQ(found.value(), explain(plain(), kRows, without).value()) << found.title;
    EXPECT_TRUE(found.agreement.agrees) << found.title;
    EXPECT_TRUE(found.agreement.complex_step) << found.title;
    EXPECT_EQ(found.reuse.paths, explain(plain(), kRows, without).reuse.paths);
  }
}

TEST(DropoutLayer, ThePageSaysWhatTrainingDidInstead) {
  EXPECT_THAT(derived(weight(1, 0, 0)).remarks,
              Contains("Layer 3 is a dropout layer. This is of predictions, where it passes numbers on as they are; in "
                       "training it multiplied each by 0 with probability 0.5, else by 2."));
  const Derivation hidden = derived(activation(1, 1));
  EXPECT_EQ(
      hidden.steps[0].reason,
      "the chain rule: a[2:2] reaches the loss through unit 2 of layer 3, a dropout layer, alone, which passes it "
      "on as it is in predictions");
  EXPECT_EQ(text_of(hidden.steps[0].symbols[0]), "δ[3:2]");
}

TEST(DropoutLayer, TheMatrixFormPassesOnAndHasNoGradient) {
  const auto equations = [](const Derivation& derivation) {
    std::vector<std::string> lines;
    for (const Equation& equation : derivation.matrix_form) {
      lines.push_back(text_of(equation.left) + " = " + text_of(equation.right.front()));
    }
    return lines;
  };
  EXPECT_THAT(equations(derived(delta(2, 0))), ElementsAre("z[3] = a[2]", "a[3] = z[3]", "δ[3] = δ[4] · W[4]"));
  EXPECT_THAT(equations(derived(weight(1, 0, 0)))[2], "δ[2] = δ[3] ⊙ φ'(z[2])");
}

TEST(DropoutLayer, HasNoWeightsToAskFor) {
  EXPECT_EQ(thrown([] { derived(weight(2, 0, 0)); }), "ShapeError: layer 3, a dropout layer, has no weights");
  EXPECT_EQ(thrown([] { selector_named(Selector::Kind::kWeight, "1:1,1", with_dropout().architecture()); }),
            "ShapeError: layer 1, a dropout layer, has no weights");
  // Flat names count weights: the fifth is the first of layer 4.
  EXPECT_EQ(selector_named(Selector::Kind::kWeight, "w5", with_dropout().architecture()).layer, 3U);
}

TEST(DropoutLayer, ADiagramHasTheDiagonalWithoutNames) {
  const Diagram drawn =
      network_diagram(with_dropout().architecture(), {.simplified = true, .most_layers = 4, .paths_of = input(1)});
  EXPECT_EQ(drawn.edges.size(), 2U + 4 + 2 + 2);
  EXPECT_EQ(drawn.edges[0].label, "");
  EXPECT_NE(drawn.edges[2].label, "");
  std::size_t emphasized = 0;
  for (const DiagramEdge& edge : drawn.edges) emphasized += edge.emphasized ? 1U : 0U;
  EXPECT_EQ(emphasized, 1U + 2 + 2 + 2);
}

TEST(DropoutLayer, OtherwiseAndNudgedItPassesOn) {
  const DoubleNetwork network = with_dropout();
  EXPECT_EQ(what_if(network, kRows, weight(1, 1, 0), CutUnit{1, 1}).after.value(), 0);
  const Nudge nudged = nudge(network, kRows, weight(1, 1, 0));
  EXPECT_NEAR(nudged.quotients[3].central, nudged.derivative, 1e-6);
  const double rate = 0.1;
  EXPECT_EQ(what_if(network, kRows, weight(1, 1, 0), UpdatedWeights{}, {.learning_rate = rate}).after.value(),
            what_if(plain(), kRows, weight(0, 1, 0), UpdatedWeights{}, {.learning_rate = rate}).after.value());
}

TEST(DropoutLayer, AHandCalculationIsGraded) {
  const double right = derived(weight(1, 1, 0)).value();
  const std::string answers = fmt::format(
      R"([{{"what": "2:2,1", "value": "{:.8f}"}}, {{"what": "a 3:1", "value": "1.6"}}, {{"what": "delta 2:2", "value": "{:.8f}"}}])",
      right, -derived(delta(1, 1)).value());
  const Grade grade = bprop::grade(with_dropout(), kRows, parse_answers(answers, with_dropout().architecture()),
                                   {.learning_rate = 0.5});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kRight);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[2].slip, "a sign: the gradient's other direction");
}

}  // namespace
}  // namespace bprop
