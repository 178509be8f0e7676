// SPDX-License-Identifier: Apache-2.0
//
// Picture: a figure laid out as lines, circles and labels, in points from the upper left corner. What SVG and TikZ are
// written from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/figure.h"

namespace bprop::figures {

struct Point {
  double x = 0;
  double y = 0;
};

// Inks: the page's own text, something fainter, and one for each series (again from the first after the last).
enum class Ink : std::uint8_t { kText, kFaint, kFirst, kSecond, kThird, kFourth, kFifth };
constexpr std::size_t kSeriesInks = 5;
Ink ink_of_series(std::size_t series);

// Lengths drawn and left out in turns; empty: a whole line.
using Dashes = std::vector<double>;
Dashes dashes_of_series(std::size_t series);

struct Line {
  std::vector<Point> points;
  Ink ink = Ink::kText;
  double width = 1;
  Dashes dashes = {};
  bool arrow = false;
};

struct Circle {
  Point center;
  double radius = 0;
  Ink ink = Ink::kText;
  bool filled = false;
};

struct Label {
  enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };
  Point at;  // middle of its height
  std::string text;
  Anchor anchor = Anchor::kMiddle;
  Ink ink = Ink::kText;
};

struct Picture {
  double width = 0;
  double height = 0;
  std::vector<Line> lines;
  std::vector<Circle> circles;
  std::vector<Label> labels;  // on top of the rest, which they cover a little
};

// About, in the letters of labels.
double width_of(std::string_view text);

Picture picture_of(const Chart& chart);
Picture picture_of(const Diagram& diagram);
Picture picture_of(const Figure& figure);

// By how many rows the middle of an edge lies below its ends: half a row where a straight one would go through a node
// on its way, else 0.
double sag(const Diagram& diagram, const DiagramEdge& edge);

// Throws ShapeError.
void check(const Chart& chart);
void check(const Diagram& diagram);

}  // namespace bprop::figures
