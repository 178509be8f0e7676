// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html_text.h"
#include "figures/picture.h"

namespace bprop {
namespace {

using figures::Circle;
using figures::Ink;
using figures::Label;
using figures::Line;
using figures::Picture;

// Inks as variables, so that they follow the page's colours; a label covers the lines that it stands on.
constexpr std::string_view kStyle =
    "svg.bprop{--page:#fff;--ink0:#222;--ink1:#999;--ink2:#1a66cc;--ink3:#c2410c;--ink4:#15803d;--ink5:#7e22ce;"
    "--ink6:#0e7490;font:13px system-ui,sans-serif;max-width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){svg.bprop{--page:#161616;--ink0:#ddd;--ink1:#777;--ink2:#7db0ff;--ink3:#ff9a62;"
    "--ink4:#6fd18c;--ink5:#c79bff;--ink6:#6fd0e0}}"
    "svg.bprop text{dominant-baseline:central}";

std::string ink(Ink ink) { return fmt::format("var(--ink{})", static_cast<int>(ink)); }

std::string element(const Line& line) {
  std::string points;
  for (const auto& point : line.points)
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", point.x, point.y);
  std::string dashes;
  for (const double length : line.dashes) dashes += fmt::format("{}{:g}", dashes.empty() ? "" : " ", length);
  if (!dashes.empty()) dashes = fmt::format(" stroke-dasharray=\"{}\"", dashes);
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:g}\"{}{}/>\n", points,
                     ink(line.ink), line.width, dashes, line.arrow ? " marker-end=\"url(#bprop-arrow)\"" : "");
}

std::string element(const Circle& circle) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\" fill=\"{}\" stroke=\"{}\"/>\n", circle.center.x,
                     circle.center.y, circle.radius, circle.filled ? ink(circle.ink) : "var(--page)", ink(circle.ink));
}

std::string element(const Label& label) {
  constexpr std::string_view kAnchors[] = {"start", "middle", "end"};
  constexpr double kHeight = 15;
  const double width = figures::width_of(label.text);
  const double left = label.at.x - width * 0.5 * static_cast<double>(label.anchor);
  const std::string background =
      fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:g}\" fill=\"var(--page)\"/>\n", left,
                  label.at.y - kHeight / 2, width, kHeight);
  return background + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\">{}</text>\n",
                                  label.at.x, label.at.y, kAnchors[static_cast<std::size_t>(label.anchor)],
                                  ink(label.ink), html_text(label.text));
}

}  // namespace

std::string render_svg(const Figure& figure) {
  const Picture picture = figures::picture_of(figure);
  std::string svg = fmt::format(
      "<svg class=\"bprop\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n<style>{2}</style>\n"
      "<defs><marker id=\"bprop-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
      "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0,0.5 L8,4 L0,7.5 z\" "
      "fill=\"var(--ink0)\"/></marker></defs>\n",
      picture.width, picture.height, kStyle);
  for (const Line& line : picture.lines) svg += element(line);
  for (const Circle& circle : picture.circles) svg += element(circle);
  for (const Label& label : picture.labels) svg += element(label);
  return svg + "</svg>\n";
}

}  // namespace bprop
