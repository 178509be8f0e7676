// SPDX-License-Identifier: Apache-2.0
//
// Figures: charts and diagrams as data, drawn with characters, as SVG or for Graphviz. A Document can have them, too.
//
//   bprop::Chart chart{.caption = "L(w)", .x_label = "w", .y_label = "L", .series = {{.x = w, .y = loss}}};
//   std::cout << bprop::render_text(chart);      // for a terminal, at most 80 columns
//   bprop::write_whole_file("loss.svg", bprop::render_svg(chart));
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace bprop {

// Points of a curve, in the order in which they are joined. What is not finite, and on a logarithmic axis what is not
// positive, leaves a gap.
struct Series {
  std::string name = {};  // in the legend; "": not there
  std::vector<double> x = {};
  std::vector<double> y = {};  // as many
  bool points = false;         // marks that are not joined
};

struct Chart {
  std::string caption = {};
  std::string x_label = {};
  std::string y_label = {};
  std::vector<Series> series = {};
  bool log_x = false;
  bool log_y = false;
};

// Nodes on a grid, `column` from left to right, `row` from the top, both from 0 on; rows may be fractions.
struct DiagramNode {
  std::string label;
  std::size_t column = 0;
  double row = 0;
};

// An arrow from one node (its place in the list) to another.
struct DiagramEdge {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string label = {};  // stands on it, nearer to its beginning
  bool emphasized = false;
};

struct Diagram {
  std::string caption = {};
  std::vector<DiagramNode> nodes = {};
  std::vector<DiagramEdge> edges = {};
};

using Figure = std::variant<Chart, Diagram>;

// All throw ShapeError for a series whose x and y differ in number, and for an edge to a node that there is not.

// In `width` columns, at least 40: curves as Braille dots, whole or dashed; labels, caption, legend.
std::string render_text(const Figure& figure, std::size_t width = 80);
std::string render_svg(const Figure& figure);    // a file of its own; colours follow a light or dark page
std::string render_dot(const Diagram& diagram);  // for Graphviz

}  // namespace bprop
