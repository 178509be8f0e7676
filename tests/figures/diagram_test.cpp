// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "figures/picture.h"

namespace bprop {
namespace {

// x → a → b, and x → b past a.
Diagram past_a_node(double row_of_a) {
  return {.nodes = {{"x", 0, 0}, {"a", 1, row_of_a}, {"b", 2, 0}}, .edges = {{0, 1}, {1, 2}, {0, 2}}};
}

TEST(DiagramEdges, GoRoundANodeOnTheirWayAndElseStraight) {
  const Diagram blocked = past_a_node(0);
  EXPECT_EQ(figures::sag(blocked, blocked.edges[0]), 0);
  EXPECT_EQ(figures::sag(blocked, blocked.edges[2]), 0.5);
  const Diagram free = past_a_node(1);
  EXPECT_EQ(figures::sag(free, free.edges[2]), 0);
}

TEST(DiagramEdges, ThatGoRoundStayInsideThePictureAndOutsideOfTheCircle) {
  const figures::Picture picture = figures::picture_of(past_a_node(0));
  const figures::Line& round = picture.lines[2];
  ASSERT_EQ(round.points.size(), 4U);
  const figures::Circle& a = picture.circles[1];
  EXPECT_LT(round.points[1].x, a.center.x - a.radius);
  EXPECT_GT(round.points[2].x, a.center.x + a.radius);
  for (const std::size_t corner : {1U, 2U}) {
    EXPECT_GT(round.points[corner].y, a.center.y + a.radius);
    EXPECT_LT(round.points[corner].y, picture.height);
  }
  EXPECT_EQ(figures::picture_of(past_a_node(1)).lines[2].points.size(), 2U);
}

TEST(DiagramEdges, ThatGoRoundHaveLinesOfTheirOwnInText) {
  const std::string text = render_text(past_a_node(0));
  const auto first_end = text.find('\n');
  EXPECT_EQ(text.substr(0, first_end).find("x"), 0U);
  EXPECT_GE(std::ranges::count(text, '\n'), 2);
}

}  // namespace
}  // namespace bprop
