// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/utf8.h"
#include "bprop/error.h"
#include "bprop/figure.h"
#include "figures/axis.h"
#include "figures/picture.h"

namespace bprop {
namespace {

using figures::Axis;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::SizeIs;

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> all;
  for (const auto& tick : axis.ticks()) all.push_back(tick.label);
  return all;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

Chart parabola() {
  Chart chart{.caption = "a parabola", .x_label = "w", .y_label = "L", .series = {{.name = "L(w)"}}};
  for (int i = -10; i <= 10; ++i) {
    chart.series[0].x.push_back(i);
    chart.series[0].y.push_back(i * i);
  }
  return chart;
}

TEST(Axis, MarksRoundNumbersAroundTheData) {
  EXPECT_THAT(labels(Axis(0.3, 9.2, false)), ElementsAre("0", "2", "4", "6", "8", "10"));
  EXPECT_THAT(labels(Axis(-0.21, 0.19, false)), ElementsAre("-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"));
  EXPECT_THAT(labels(Axis(0.1, 0.3, false)), ElementsAre("0.1", "0.15", "0.2", "0.25", "0.3"));
}

TEST(Axis, MarksPowersOfTenOnALogarithmicScale) {
  EXPECT_THAT(labels(Axis(2e-7, 0.3, true)), ElementsAre("1e-7", "1e-6", "1e-5", "1e-4", "0.001", "0.01", "0.1", "1"));
  EXPECT_THAT(labels(Axis(1e-20, 1, true)), ElementsAre("1e-20", "1e-17", "1e-14", "1e-11", "1e-8", "1e-5", "0.01"));
  EXPECT_DOUBLE_EQ(Axis(1, 100, true).share(10), 0.5);
}

TEST(Axis, GivesAFlatCurveRoom) {
  EXPECT_DOUBLE_EQ(Axis(2, 2, false).share(2), 0.5);
  EXPECT_GT(Axis(0, 0, false).ticks().size(), 1U);
}

TEST(Axis, HasNoPlaceForWhatCannotBeDrawn) {
  EXPECT_TRUE(std::isnan(Axis(0, 1, false).share(std::numeric_limits<double>::infinity())));
  EXPECT_TRUE(std::isnan(Axis(1, 10, true).share(0)));
}

TEST(ChartText, StaysWithinItsWidth) {
  for (const std::size_t width : {40U, 60U, 80U, 120U}) {
    for (const std::string& line : lines(render_text(parabola(), width)))
      EXPECT_THAT(character_count(line), Le(width)) << line;
  }
}

TEST(ChartText, PointsStandWhereTheyBelong) {
  const Chart chart{.series = {{.x = {0, 10}, .y = {0, 100}, .points = true}}};
  const std::vector<std::string> drawn = lines(render_text(chart));
  EXPECT_THAT(drawn.front(), HasSubstr("●"));
  EXPECT_EQ(character_count(drawn.front()), 79U);  // the right end of the plot
  EXPECT_THAT(drawn[13], HasSubstr("┤●"));
}

TEST(ChartText, ALineIsDrawnInBrailleDots) {
  const Chart chart{.series = {{.x = {0, 1}, .y = {0, 0}}, {.x = {0, 1}, .y = {1, 1}}}};
  const std::vector<std::string> drawn = lines(render_text(chart));
  EXPECT_THAT(drawn.front(), HasSubstr("⠤⠄ ⠠⠤"));  // the second series is dashed
  EXPECT_THAT(drawn[13], HasSubstr("⠤⠤⠤⠤⠤⠤⠤⠤"));
}

TEST(ChartText, TheLegendTellsFourCurvesApart) {
  Chart chart;
  for (const char* name : {"a", "b", "c", "d"}) chart.series.push_back({.name = name, .x = {0, 1}, .y = {0, 1}});
  const std::string legend = lines(render_text(chart)).back();
  EXPECT_THAT(legend, HasSubstr("⠒⠒⠒⠒ a   ⠒⠒⠒ b   ⠂⠐ ⠂ c   ⠒⠒⠒⠒ ⠐ d"));
}

TEST(ChartText, AGapIsLeftWhereANumberIsMissing) {
  Chart chart{.series = {{.x = {0, 1, 2, 3}, .y = {1, 1, NAN, 1}}}};
  EXPECT_EQ(figures::picture_of(chart).lines.back().points.size(), 2U);
  chart.series[0].y[2] = 1;
  EXPECT_EQ(figures::picture_of(chart).lines.back().points.size(), 4U);
}

TEST(ChartSvg, IsADrawingOfItsOwnWithEveryLabel) {
  Chart chart = parabola();
  chart.caption = "a < b & c";
  const std::string svg = render_svg(chart);
  EXPECT_THAT(svg, testing::StartsWith("<svg "));
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
  EXPECT_THAT(svg, HasSubstr(">L(w)</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("nan,")));
}

TEST(Chart, WithoutAnythingToDrawHasAxes) {
  EXPECT_THAT(render_text(Chart{}), HasSubstr("└"));
  EXPECT_THAT(render_svg(Chart{.series = {{.x = {NAN}, .y = {1}}}}), Not(HasSubstr("nan,")));
}

TEST(Chart, RefusesCoordinatesThatAreNoPairs) {
  EXPECT_THROW(render_text(Chart{.series = {{.x = {1, 2}, .y = {1}}}}), ShapeError);
  EXPECT_THROW(render_svg(Chart{.series = {{.x = {1, 2}, .y = {1}}}}), ShapeError);
}

}  // namespace
}  // namespace bprop
