// SPDX-License-Identifier: Apache-2.0
//
// Networks with layer norms, explained. The figures of the first, 3 -> layer-norm -> 1, are derivatives of the
// definition taken numerically with 40 digits (mpmath 1.3.0, diff).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/check.h"
#include "bprop/grade.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "checkpoint/temporary_folder.h"
#include "explain/norm_pages.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using explained::expect_every_number_to_agree;
using explained::expect_figures;
using explained::step_named;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const Numbers kNormInput{1, 2, 6}, kNormTarget{3};
const ExplainRows kNormRows{kNormInput, kNormTarget};

DoubleNetwork normed() {
  return network_of("3 -> layer-norm -> 1", {{1, 2, -0.5}, {1, -1, 2}}, {{0.5, 0, -1}, {0.25}});
}

// A norm between layers whose numbers depend on parameters.
DoubleNetwork deep() { return DoubleNetwork("2 -> 4 tanh -> layer-norm -> 3 gelu -> layer-norm -> 2", {.seed = 5}); }

Derivation derived_from_norm(const Selector& what, const ExplainOptions& options = {}) {
  return explain(normed(), kNormRows, what, options);
}

TEST(LayerNormExplained, EngineAndDerivationsHaveTheFiguresOfTheDefinition) {
  const auto g = gradients<double>(normed(), kNormInput, kNormTarget, {});
  EXPECT_NEAR(g.loss, 15.897630460341858634, 1e-14);
  const std::vector<std::pair<Selector, double>> figures = {
      {input(0), -3.2317050450090360372},        {input(1), 4.0396271112716548607},
      {input(2), -0.80792206626261882346},       {weight(0, 0, 0), 5.220442738870313427},
      {weight(0, 1, 1), -2.6102213694351567135}, {weight(0, 2, 2), -15.661328216610940281},
      {bias(0, 0), -5.6387286617360581476},      {bias(0, 1), 5.6387286617360581476},
      {bias(0, 2), -11.277457323472116295},      {delta(0, 2), -11.277457323472116295},
      {activation(0, 1), 5.6387286617360581476}};
  expect_figures(normed(), kNormRows, figures);
}

TEST(LayerNormExplained, EveryNumberOfADeepNetworkAgreesWithEngineAndComplexStep) {
  const Numbers x{0.5, -1.5}, y{1, -1};
  expect_every_number_to_agree(deep(), {x, y});
}

TEST(LayerNormExplained, StepsShowMeanVarianceAndTheNormalisedNumber) {
  const Derivation factor = derived_from_norm(weight(0, 0, 0));
  EXPECT_EQ(factor.title, "∂L/∂γ[1:1]: the factor of layer 1, a layer norm, for input 1; row 1");
  EXPECT_EQ(text_of(factor.steps[0].symbols[1]), "δ[1:1] · u[1:1]");
  const Step& mean = step_named(factor, "mean 1");
  EXPECT_EQ(text_of(mean.symbols[0]), "1 / 3 · (x[1] + x[2] + x[3])");
  EXPECT_EQ(mean.value, 3);
  const Step& variance = step_named(factor, "variance 1");
  EXPECT_EQ(text_of(variance.symbols[0]), "1 / 3 · ((x[1] − m[1])² + (x[2] − m[1])² + (x[3] − m[1])²)");
  EXPECT_NEAR(variance.value, 14.0 / 3, 1e-15);
  const Step& normalised = step_named(factor, "normalised 1:1");
  EXPECT_EQ(text_of(normalised.symbols[0]), "(x[1] − m[1]) / sqrt(v[1] + 1e-05)");
  EXPECT_NEAR(normalised.value, -0.92581910782403876509, 1e-15);
}

TEST(LayerNormExplained, AnInputReachesTheLossThroughEveryUnit) {
  const Derivation x = derived_from_norm(input(0));
  EXPECT_EQ(x.steps[0].reason,
            "the chain rule: the input reaches the loss through every unit of layer 1, a layer norm");
  EXPECT_EQ(text_of(x.steps[0].symbols[0]), "δ[1:1] · ∂z[1:1]/∂x[1] + δ[1:2] · ∂z[1:2]/∂x[1] + δ[1:3] · ∂z[1:3]/∂x[1]");
  // ∂z/∂x = γ/σ ([k = i] − 1/3 − u u/3), u² summing to 14/3 / (14/3 + ε) · 3.
  const double r = 1 / std::sqrt(14.0 / 3 + 1e-5);
  EXPECT_NEAR(step_named(x, "through norm 1:1,1").value, r * (2.0 / 3 - 4 * r * r / 3), 1e-15);
  EXPECT_NEAR(step_named(x, "through norm 1:2,1").value, 2 * r * (-1.0 / 3 - 2 * r * r / 3), 1e-15);
  EXPECT_EQ(text_of(step_named(x, "through norm 1:2,1").symbols[0]),
            "γ[1:2] / sqrt(v[1] + 1e-05) · (−(1 + u[1:2] · u[1:1]) / 3)");
  EXPECT_EQ(x.reuse.paths, "3");
  ASSERT_EQ(x.paths.size(), 3U);
  EXPECT_NEAR(x.paths[0].value + x.paths[1].value + x.paths[2].value, x.value(), 1e-14);
}

TEST(LayerNormExplained, TheMatrixFormHasTheJacobian) {
  const auto equations = [](const Derivation& derivation) {
    std::vector<std::string> lines;
    for (const Equation& equation : derivation.matrix_form) {
      lines.push_back(text_of(equation.left) + " = " + text_of(equation.right.front()));
    }
    return lines;
  };
  EXPECT_THAT(equations(derived_from_norm(weight(0, 0, 0))),
              ElementsAre("u[1] = (x − m[1]) / sqrt(v[1] + 1e-05)", "z[1] = u[1] ⊙ γ[1] + b[1]", "a[1] = z[1]",
                          "δ[1] = δ[2] · W[2]", "∂L/∂γ[1] = δ[1] ⊙ u[1]"));
  const Numbers x{0.5, -1.5}, y{1, -1};
  const Derivation below = explain(deep(), {x, y}, weight(0, 0, 0));
  EXPECT_EQ(equations(below)[2], "δ[1] = δ[2] · ∂z[2]/∂a[1] ⊙ φ'(z[1])");
  EXPECT_THAT(below.matrix_form[2].reason, HasSubstr("Jacobian is γ_k ([k = i] − (1 + u_k u_i) / n) / √(v + ε)"));
}

TEST(LayerNormExplained, ItsFactorsHaveNamesInEveryNotation) {
  const Architecture architecture = normed().architecture();
  EXPECT_EQ(selector_named(Selector::Kind::kWeight, "γ[1:2]", architecture), weight(0, 1, 1));
  EXPECT_EQ(selector_named(Selector::Kind::kWeight, "1:2,2", architecture), weight(0, 1, 1));
  EXPECT_EQ(selector_named(Selector::Kind::kWeight, "layers.0.weight[1]", architecture), weight(0, 1, 1));
  EXPECT_EQ(name_of(weight(0, 1, 1), architecture), "γ[1:2]");
  const auto refused = [&](std::string_view text) {
    return thrown([&] { selector_named(Selector::Kind::kWeight, text, architecture); });
  };
  EXPECT_EQ(refused("1:2,1"), "ShapeError: unit 2 of layer 1, a layer norm, has a factor for input 2 only");
  EXPECT_THAT(refused("s[1:2]"), HasSubstr("layer 1 is no scale layer"));
  EXPECT_THAT(refused("γ[2:1]"), HasSubstr("layer 2 is no layer norm"));
  const Derivation note = derived_from_norm(weight(0, 1, 1), {.notation = Notation::k003});
  EXPECT_THAT(note.remarks, Contains(HasSubstr("The note has no layer norms")));
}

TEST(LayerNormExplained, ADiagramJoinsEveryUnitWithEveryNumber) {
  const Diagram drawn = network_diagram(normed().architecture(), {.simplified = true});
  EXPECT_EQ(drawn.edges.size(), 9U + 3);
  EXPECT_EQ(drawn.edges[0].label, "γ[1:1]");
  EXPECT_EQ(drawn.edges[1].label, "");
}

TEST(LayerNormExplained, OtherwiseAndNudgedItFollowsTheSameConnections) {
  const Nudge nudged = nudge(normed(), kNormRows, input(0));
  EXPECT_NEAR(nudged.derivative, -3.2317050450090360372, 1e-13);
  EXPECT_NEAR(nudged.quotients[4].central, -3.2317050450090360372, 1e-8);
  EXPECT_EQ(what_if(normed(), kNormRows, input(0), SetNumber{weight(0, 0, 0), 0}).otherwise,
            "γ[1:1] is 0 in place of 1");
  const Numbers x{0.5, -1.5}, y{1, -1};
  EXPECT_EQ(thrown([&] { what_if(deep(), {x, y}, weight(0, 0, 0), CutUnit{0, 1}); }),
            "UsageError: a layer norm's mean and variance hear every unit of layer 1, expected a hidden unit that only "
            "weights lead from");
}

TEST(LayerNormExplained, AHandCalculationIsGradedAndItsEarlyErrorCarriedForward) {
  const std::string answers = R"([{"what": "γ[1:1]", "value": "5.220443"}, {"what": "x1", "value": "-3.231705"},
      {"what": "b[1:2]", "value": "5.638729"}, {"what": "x2", "value": "-4.039627"}, {"what": "a 1:1", "value": "0.5"},
      {"what": "z 2:1", "value": "-1.71291"}])";
  const DoubleNetwork network = normed();
  const Grade grade =
      bprop::grade(network, kNormRows, parse_answers(answers, network.architecture()), {.learning_rate = 0.5});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(grade.answers[i].verdict, Verdict::kRight) << i;
  EXPECT_EQ(grade.answers[3].slip, "a sign: the gradient's other direction");
  EXPECT_EQ(grade.answers[4].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[5].verdict, Verdict::kFollows);  // a 1:1 as it was given in the place of −0.425819
}

TEST(LayerNormExplained, CheckGradientsJudgesEveryTensorOfIt) {
  const Network network("3 -> 8 tanh -> layer-norm -> 5 silu -> layer-norm -> 2", {.seed = 2});
  const std::vector<float> x{1, -2, 0.5F, 0.25F, 3, -1}, y{1, 0, -1, 2};
  const CheckReport report = check_gradients<float>(network, x, y);
  EXPECT_TRUE(report.passed);
  std::vector<std::string> names;
  for (const TensorCheck& tensor : report.tensors) names.push_back(tensor.name);
  EXPECT_THAT(names, Contains("layers.1.weight"));
  EXPECT_THAT(names, Contains("layers.1.bias"));
}

}  // namespace
}  // namespace bprop
