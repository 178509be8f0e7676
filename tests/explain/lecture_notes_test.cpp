// SPDX-License-Identifier: Apache-2.0
//
// Rows of the lecture notes that a derivation shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/explain.h"
#include "explain/mazur_rows.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ExplainN1, AWeightOfOneLayerIsExplainedFactorByFactor) {
  const DoubleNetwork network = network_of("2 -> 2 sigmoid no-bias", {{0.15, 0.20, 0.25, 0.30}}, {});
  const Derivation derivation = explain(network, kMazurRows, weight(0, 0, 0), {.notation = Notation::k000});
  ASSERT_EQ(derivation.paths.size(), 1U);  // no path leads from w1 to y2
  EXPECT_EQ(text_of(derivation.paths[0].symbols), "∂ε/∂y₁ · ∂y₁/∂z₁ · ∂z₁/∂w1");
  EXPECT_EQ(derivation.paths[0].units, "w1 → z₁ → y₁ → ε");
  const double y = 1 / (1 + std::exp(-(0.05 * 0.15 + 0.10 * 0.20)));
  EXPECT_NEAR(derivation.value(), (y - 0.01) * y * (1 - y) * 0.05, 1e-15);
}

TEST(ExplainN2, AHiddenWeightFeelsBothOutputs) {
  const Derivation derivation = explain(mazur(), kMazurRows, weight(0, 0, 0), {.notation = Notation::k000});
  EXPECT_NEAR(derivation.value(), 4.385677344743465e-4, 1e-15);
  ASSERT_EQ(derivation.paths.size(), 2U);
  EXPECT_TRUE(derivation.all_paths);
  EXPECT_EQ(text_of(derivation.paths[0].symbols), "∂ε/∂y₁ · ∂y₁/∂z₁ · ∂z₁/∂h₁ · ∂h₁/∂q₁ · ∂q₁/∂w1");
  EXPECT_EQ(text_of(derivation.paths[1].symbols), "∂ε/∂y₂ · ∂y₂/∂z₂ · ∂z₂/∂h₁ · ∂h₁/∂q₁ · ∂q₁/∂w1");
  EXPECT_NEAR(derivation.paths[0].value + derivation.paths[1].value, derivation.value(), 1e-18);
}

TEST(ExplainN2, WhatIsUsedAgainIsCounted) {
  const Reuse reuse = explain(mazur(), kMazurRows, weight(0, 0, 0)).reuse;
  EXPECT_EQ(reuse.paths, "2");
  EXPECT_EQ(reuse.partials, 3U);
  EXPECT_EQ(reuse.uses, 3U);
  // 4 hidden weights × 2 paths × 4 products, 4 output weights × 2; δ a twice 4, δ W 4, ⊙ φ' twice 2.
  EXPECT_EQ(reuse.products_path_by_path, "40");
  EXPECT_EQ(reuse.products_of_backpropagation, "16");
}

TEST(ExplainN4, ThePathsOfADeepNetworkAreCountedExactly) {
  std::string text = "10";
  for (int layer = 0; layer < 20; ++layer) text += " -> 10 sigmoid";
  const std::vector<double> input(10, 0.5), target(10, 0.1);
  const Derivation derivation = explain(DoubleNetwork(text), {input, target}, weight(0, 0, 0));
  EXPECT_EQ(derivation.reuse.paths, "1" + std::string(19, '0'));
  EXPECT_TRUE(derivation.paths.empty());
  EXPECT_TRUE(derivation.agreement.agrees);
}

TEST(ExplainN11, ForwardAndBackwardFactorsMeetInTheGradient) {
  const Derivation derivation = explain(mazur(), kMazurRows, weight(1, 0, 1), {.notation = Notation::k002});
  const Step& step = derivation.steps.front();
  EXPECT_EQ(text_of(step.left), "∂l/∂w6");
  EXPECT_EQ(text_of(step.symbols[0]), "∂l/∂z3 · ∂z3/∂w6");
  ASSERT_EQ(step.sources.size(), 2U);
  EXPECT_NEAR(step.sources[0].value * step.sources[1].value, step.value, 1e-18);
  EXPECT_NEAR(step.sources[1].value, 0.596884378, 5e-10);  // ∂z/∂w is what the layer reads
}

TEST(ExplainN16, TheMatrixFormHasShapes) {
  const Numbers input{1, 2, 3}, target{0, 1};
  const Derivation derivation =
      explain(DoubleNetwork("3 -> 4 tanh -> 2"), {input, target}, weight(0, 0, 0), {.notation = Notation::k003});
  std::vector<std::string> lines;
  for (const Equation& equation : derivation.matrix_form) {
    lines.push_back(text_of(equation.left) + " = " + text_of(equation.right.front()));
  }
  EXPECT_THAT(lines, ElementsAre("z² = W¹ · a¹ + b¹", "a² = g(z²)", "δ² = W²ᵀ · δ³ ⊙ g'(z²)", "∂C/∂W¹ = δ² · a¹ᵀ"));
  EXPECT_EQ(derivation.matrix_form[3].reason,
            "gradient: (4 × 3), of rank one for each sample; that of the bias is δ itself");
}

TEST(ExplainN16, RowsAndColumnsAreTransposesOfEachOther) {
  const Numbers input{1, 2, 3}, target{0, 1};
  const DoubleNetwork network("3 -> 4 tanh -> 2");
  const auto line = [&](Notation notation, std::size_t which, std::optional<bool> columns = {}) {
    const Derivation d =
        explain(network, {input, target}, weight(0, 0, 0), {.notation = notation, .column_vectors = columns});
    return text_of(d.matrix_form[which].right.front());
  };
  EXPECT_EQ(line(Notation::kOurs, 0), "x · W[1]ᵀ + b[1]");
  EXPECT_EQ(line(Notation::kOurs, 0, true), "W[1] · x + b[1]");
  EXPECT_EQ(line(Notation::kOurs, 2), "δ[2] · W[2] ⊙ φ'(z[1])");
  EXPECT_EQ(line(Notation::kOurs, 3), "δ[1]ᵀ · x");
  EXPECT_EQ(line(Notation::k004, 0), "a⁰ · w¹ + b¹");
  EXPECT_EQ(line(Notation::k004, 2), "∂L/∂z² · w²ᵀ ⊙ σ'(z¹)");
  EXPECT_EQ(line(Notation::k004, 3), "a⁰ᵀ · ∂L/∂z¹");
}

TEST(ExplainN17, Note004HasNoHalf) {
  const double ours = explain(mazur(), kMazurRows, weight(1, 0, 0)).value();
  const Derivation theirs = explain(mazur(), kMazurRows, weight(1, 0, 0), {.notation = Notation::k004});
  EXPECT_DOUBLE_EQ(theirs.value(), 2 * ours);
  EXPECT_THAT(theirs.remarks.back(), HasSubstr("twice those of training"));
  EXPECT_TRUE(theirs.agreement.agrees);
}

// The backward pass run as a network of its own: twice the ∂L/∂a that enters gives twice every δ.
TEST(ExplainN21, TheBackwardPassIsALinearNetwork) {
  const Derivation derivation = explain(mazur(), kMazurRows, weight(0, 0, 0));
  EXPECT_EQ(text_of(derivation.backward_network.right.front()), "(∂L/∂a[2] ⊙ φ'(z[2])) · W[2] ⊙ φ'(z[1])");
  const DoubleNetwork deep("2 -> 2 tanh -> 2 tanh -> 2 tanh -> 2 tanh -> 2 tanh -> 2 tanh");
  EXPECT_EQ(text_of(explain(deep, kMazurRows, weight(0, 0, 0)).backward_network.right.front()),
            "((∂L/∂a[6] ⊙ φ'(z[6])) · W[6] ⊙ φ'(z[5]) …) · W[2] ⊙ φ'(z[1])");
  const double once = explain(mazur(), kMazurRows, delta(0, 0), {.loss = {.loss = Loss::kHalfSquaredError}}).value();
  const double twice = explain(mazur(), kMazurRows, delta(0, 0), {.loss = {.loss = Loss::kSquaredError}}).value();
  EXPECT_EQ(twice, 2 * once);
}

TEST(ExplainN22, AnUpdateSaysItsDirectionAndWhy) {
  const Derivation falls = explain(mazur(), kMazurRows, weight(1, 0, 0), {.learning_rate = 0.5});
  EXPECT_NEAR(falls.update->after, 0.35891648, 5e-9);
  EXPECT_THAT(render_text(document(falls)), HasSubstr("is positive: more would raise the loss, so it is lowered"));
  const Derivation rises = explain(mazur(), kMazurRows, weight(1, 1, 1), {.learning_rate = 0.5});
  EXPECT_NEAR(rises.update->after, 0.561370121, 5e-10);
  EXPECT_THAT(render_text(document(rises)), HasSubstr("is negative: more would lower the loss, so it is raised"));
}

TEST(ExplainN23, OutputSlopeAndDeltaStandSideBySide) {
  const Derivation derivation = explain(mazur(), kMazurRows, weight(0, 0, 0));
  ASSERT_EQ(derivation.units.size(), 3U);  // the unit itself and both outputs
  for (const UnitGradient& unit : derivation.units) EXPECT_DOUBLE_EQ(unit.d_output * unit.slope, unit.delta);
}

TEST(ExplainN12, SoftmaxAndCrossEntropyAreExplainedByBothRoutes) {
  const DoubleNetwork network = network_of("2 -> 2 softmax", {{0.15, 0.20, 0.25, 0.30}}, {{0.1, 0.2}});
  const Numbers target{0, 1};
  const Derivation derivation =
      explain(network, {kMazurInput, target}, weight(0, 0, 0), {.loss = {.loss = Loss::kCrossEntropy}});
  EXPECT_EQ(text_of(derivation.steps[1].symbols[0]), "a[1:1] − y[1]");
  EXPECT_EQ(text_of(derivation.steps[2].symbols[0]),
            "∂L/∂a[1:1] · a[1:1] · (1 − a[1:1]) + ∂L/∂a[1:2] · a[1:2] · (0 − a[1:1])");
  EXPECT_NEAR(derivation.steps[2].value, derivation.steps[1].value, 1e-16);
}

}  // namespace
}  // namespace bprop
