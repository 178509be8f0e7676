// SPDX-License-Identifier: Apache-2.0
#include "figures/tikz.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/latex_text.h"
#include "figures/picture.h"

namespace bprop::figures {
namespace {

constexpr std::string_view kInks[] = {"black",          "black!45", "blue!70!black", "orange!80!black",
                                      "green!50!black", "violet",   "teal"};

constexpr double kTextWidth = 480;  // points: A4 less margins of 2 cm

std::string_view ink(Ink ink) { return kInks[static_cast<std::size_t>(ink)]; }

// Points of the picture are those of print; y grows upwards.
std::string place(const Point& point) { return fmt::format("({:.1f}pt,{:.1f}pt)", point.x, -point.y); }

std::string command(const Line& line) {
  std::string path;
  for (const Point& point : line.points) path += fmt::format("{}{}", path.empty() ? "" : " -- ", place(point));
  std::string dashes;
  for (std::size_t i = 0; i < line.dashes.size(); ++i) {
    dashes += fmt::format("{}{} {:g}pt", i == 0 ? "" : " ", i % 2 == 0 ? "on" : "off", line.dashes[i]);
  }
  if (!dashes.empty()) dashes = fmt::format(",dash pattern={}", dashes);
  return fmt::format("\\draw[{},line width={:g}pt{}{}] {};\n", ink(line.ink), line.width * 0.7,
                     line.arrow ? ",->,>=stealth" : "", dashes, path);
}

std::string command(const Circle& circle) {
  return fmt::format("\\draw[{},fill={}] {} circle ({:g}pt);\n", ink(circle.ink),
                     circle.filled ? ink(circle.ink) : "white", place(circle.center),
                     circle.filled ? circle.radius * 0.6 : circle.radius);
}

std::string command(const Label& label) {
  constexpr std::string_view kAnchors[] = {"west", "center", "east"};
  return fmt::format("\\node[{},anchor={},inner sep=1pt,fill=white,font=\\small] at {} {{{}}};\n", ink(label.ink),
                     kAnchors[static_cast<std::size_t>(label.anchor)], place(label.at), latex_text(label.text));
}

}  // namespace

std::string tikz_of(const Figure& figure) {
  const Picture picture = picture_of(figure);
  std::string commands;
  for (const Line& line : picture.lines) commands += command(line);
  for (const Circle& circle : picture.circles) commands += command(circle);
  for (const Label& label : picture.labels) commands += command(label);
  const double scale = std::min(1.0, kTextWidth / picture.width);
  return fmt::format("\\begin{{tikzpicture}}[scale={:.3f},transform shape]\n{}\\end{{tikzpicture}}\n", scale, commands);
}

}  // namespace bprop::figures
