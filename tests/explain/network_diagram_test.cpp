// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/utf8.h"
#include "bprop/error.h"
#include "bprop/network_diagram.h"

namespace bprop {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> labels(const Diagram& diagram) {
  std::vector<std::string> all;
  for (const DiagramNode& node : diagram.nodes) all.push_back(node.label);
  return all;
}

// "q₁ → h₁ σ", those that are set off.
std::vector<std::string> emphasized(const Diagram& diagram) {
  std::vector<std::string> all;
  for (const DiagramEdge& edge : diagram.edges) {
    if (edge.emphasized) all.push_back(diagram.nodes[edge.from].label + " → " + diagram.nodes[edge.to].label);
  }
  std::ranges::sort(all);
  return all;
}

const Architecture kTwoLayers = Architecture::parse("2 -> 2 sigmoid no-bias -> 2 sigmoid no-bias");

TEST(DrawingN25, InFullAUnitIsItsSumAndItsOutput) {
  const Diagram full = network_diagram(kTwoLayers, {.notation = Notation::k000});
  EXPECT_THAT(labels(full), ElementsAre("x₁", "x₂", "q₁", "q₂", "h₁", "h₂", "z₁", "z₂", "y₁", "y₂", "ε"));
  EXPECT_EQ(full.edges.size(), 4U + 2 + 4 + 2 + 2);
}

TEST(DrawingN25, SimplifiedAUnitIsOneCircle) {
  const Diagram simple = network_diagram(kTwoLayers, {.notation = Notation::k000, .simplified = true});
  EXPECT_THAT(labels(simple), ElementsAre("x₁", "x₂", "h₁", "h₂", "y₁", "y₂"));
  std::vector<std::string> weights;
  for (const DiagramEdge& edge : simple.edges) weights.push_back(edge.label);
  EXPECT_THAT(weights, ElementsAre("w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"));
}

TEST(DrawingN25, TheDependenceTreeHasThePartialsOnItsArrows) {
  const auto explanation = explain_expression("f = x*y*z; x = r; y = r*s; z = s", {.at = {{"r", 2}, {"s", 3}}});
  const Diagram tree = dependence_diagram(explanation);
  EXPECT_THAT(labels(tree), testing::UnorderedElementsAre("f", "x", "y", "z", "r", "s"));
  for (const DiagramEdge& edge : tree.edges) {
    EXPECT_LT(tree.nodes[edge.from].column, tree.nodes[edge.to].column);
    if (tree.nodes[edge.from].label == "y") {
      EXPECT_EQ(edge.label, "x · z");
    }
  }
  EXPECT_EQ(tree.edges.size(), 7U);
}

TEST(NetworkDiagram, SetsOffThePathsOfAWeight) {
  const Diagram drawn = network_diagram(kTwoLayers, {.notation = Notation::k000, .paths_of = weight(0, 0, 0)});
  EXPECT_THAT(emphasized(drawn),
              ElementsAre("h₁ → z₁", "h₁ → z₂", "q₁ → h₁", "x₁ → q₁", "y₁ → ε", "y₂ → ε", "z₁ → y₁", "z₂ → y₂"));
  const Diagram last = network_diagram(kTwoLayers, {.notation = Notation::k000, .paths_of = weight(1, 1, 0)});
  EXPECT_THAT(emphasized(last), ElementsAre("h₁ → z₂", "y₂ → ε", "z₂ → y₂"));
}

TEST(NetworkDiagram, SetsOffThePathsOfBiasesUnitsAndInputs) {
  const auto of = [](const Selector& what) {
    const Architecture with_biases = Architecture::parse("2 -> 2 sigmoid -> 2 sigmoid");
    return emphasized(network_diagram(with_biases, {.notation = Notation::k000, .paths_of = what}));
  };
  EXPECT_THAT(of(bias(1, 0)), ElementsAre("y₁ → ε", "z₁ → y₁"));
  EXPECT_THAT(of(delta(1, 0)), ElementsAre("y₁ → ε", "z₁ → y₁"));
  EXPECT_THAT(of(activation(1, 0)), ElementsAre("y₁ → ε"));
  EXPECT_THAT(of(activation(0, 1)), ElementsAre("h₂ → z₁", "h₂ → z₂", "y₁ → ε", "y₂ → ε", "z₁ → y₁", "z₂ → y₂"));
  EXPECT_EQ(of(input(0)).size(), 2U + 2 + 4 + 2 + 2);
}

TEST(NetworkDiagram, SoftmaxJoinsEveryScoreWithEveryOutput) {
  const Diagram drawn = network_diagram(Architecture::parse("2 -> 3 softmax"), {.paths_of = weight(0, 0, 0)});
  EXPECT_EQ(drawn.edges.size(), 6U + 9 + 3);
  EXPECT_EQ(emphasized(drawn).size(), 1U + 3 + 3);
}

TEST(NetworkDiagram, LeavesOutTheMiddleOfAWideLayer) {
  const Diagram drawn = network_diagram(Architecture::parse("20 -> 3 relu -> 1"), {.simplified = true});
  EXPECT_THAT(labels(drawn), ElementsAre("x[1]", "x[2]", "x[3]", "⋮", "x[20]", "a[1:1]", "a[1:2]", "a[1:3]", "a[2:1]"));
  for (const DiagramEdge& edge : drawn.edges) EXPECT_THAT(edge.label, IsEmpty());
}

TEST(NetworkDiagram, LeavesOutTheMiddleOfADeepNetwork) {
  const Architecture deep = Architecture::parse("1 -> 1 -> 1 -> 1 -> 1 -> 1 -> 1");
  const Diagram drawn = network_diagram(deep);
  EXPECT_THAT(labels(drawn), ElementsAre("x[1]", "z[1:1]", "a[1:1]", "z[2:1]", "a[2:1]", "⋯", "z[6:1]", "a[6:1]", "L"));
  EXPECT_EQ(network_diagram(deep, {.simplified = true}).nodes.size(), 7U);
  EXPECT_EQ(network_diagram(deep, {.most_layers = 6}).nodes.size(), 14U);
  std::istringstream text(
      render_text(network_diagram(Architecture::parse("2 -> 2 -> 2 -> 2 -> 2 -> 2 -> 2 -> 2 -> 2 -> 2"))));
  for (std::string line; std::getline(text, line);) EXPECT_LE(character_count(line), 80U) << line;
}

TEST(NetworkDiagram, RefusesWhatThereIsNot) {
  EXPECT_THROW(network_diagram(kTwoLayers, {.paths_of = weight(0, 5, 0)}), ShapeError);
  EXPECT_THROW(network_diagram(kTwoLayers, {.most_units = 2}), UsageError);
  EXPECT_THROW(network_diagram(kTwoLayers, {.most_layers = 2}), UsageError);
  EXPECT_THROW(render_text(Diagram{.nodes = {{"x"}}, .edges = {{0, 1}}}), ShapeError);
}

TEST(DiagramText, HasEveryNodeAndTheNamesOfWeights) {
  const std::string drawn = render_text(network_diagram(kTwoLayers, {.notation = Notation::k000}));
  for (const char* name : {"x₁", "q₂", "h₁", "z₂", "y₁", "ε", " w1 ", " w2 ", " w3 ", " w4 ", " w8 "}) {
    EXPECT_THAT(drawn, HasSubstr(name));
  }
}

TEST(DiagramSvg, HasACircleForEachNodeAndAnArrowForEachEdge) {
  const std::string svg = render_svg(network_diagram(kTwoLayers));
  const auto count = [&](std::string_view word) {
    std::size_t n = 0;
    for (std::size_t at = svg.find(word); at != std::string::npos; at = svg.find(word, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("<circle "), 11U);
  EXPECT_EQ(count("marker-end"), 14U);
}

TEST(DiagramDot, EscapesLabels) {
  const std::string dot = render_dot(Diagram{.nodes = {{"\"x\""}, {"y"}}, .edges = {{0, 1, "w"}}});
  EXPECT_THAT(dot, HasSubstr(R"(n1 [label="\"x\""];)"));
  EXPECT_THAT(dot, HasSubstr("n1 -> n2 [label=\"w\"];"));
}

}  // namespace
}  // namespace bprop
