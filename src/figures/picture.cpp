// SPDX-License-Identifier: Apache-2.0
#include "figures/picture.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/utf8.h"
#include "figures/axis.h"

namespace bprop::figures {
namespace {

constexpr double kMargin = 14;
constexpr double kLine = 18;  // from one line of text to the next

// The curves of a series: the pieces between its gaps.
std::vector<std::vector<Point>> pieces(const Series& series, const Axes& axes, const auto& place) {
  std::vector<std::vector<Point>> result(1);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double x = axes.x.share(series.x[i]), y = axes.y.share(series.y[i]);
    if (!std::isfinite(x) || !std::isfinite(y)) {
      if (!result.back().empty()) result.emplace_back();
    } else {
      result.back().push_back(place(x, y));
    }
  }
  return result;
}

// The frame of a chart: where its plot lies.
struct Plot {
  double left = 0, right = 0, top = 0, bottom = 0;
  Point operator()(double x, double y) const { return {left + x * (right - left), bottom - y * (bottom - top)}; }
};

void add_axes(Picture& picture, const Chart& chart, const Axes& axes, const Plot& plot) {
  for (const Tick& tick : axes.x.ticks()) {
    picture.lines.push_back({{plot(tick.share, 0), plot(tick.share, 1)}, Ink::kFaint, 0.5});
    picture.labels.push_back({{plot(tick.share, 0).x, plot.bottom + kLine * 0.7}, tick.label});
  }
  for (const Tick& tick : axes.y.ticks()) {
    picture.lines.push_back({{plot(0, tick.share), plot(1, tick.share)}, Ink::kFaint, 0.5});
    picture.labels.push_back({{plot.left - 6, plot(0, tick.share).y}, tick.label, Label::Anchor::kEnd});
  }
  picture.lines.push_back({{plot(0, 1), plot(0, 0), plot(1, 0)}});
  picture.labels.push_back({{(plot.left + plot.right) / 2, plot.bottom + kLine * 1.7}, chart.x_label});
  picture.labels.push_back({{kMargin, plot.top - kLine}, chart.y_label, Label::Anchor::kStart});
}

void add_legend(Picture& picture, const Chart& chart, const Plot& plot) {
  constexpr double kSample = 26;
  double y = plot.top + kLine / 2;
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    if (chart.series[s].name.empty()) continue;
    const double x = plot.right + kMargin;
    if (chart.series[s].points) {
      picture.circles.push_back({{x + kSample / 2, y}, 4, ink_of_series(s), true});
    } else {
      picture.lines.push_back({{{x, y}, {x + kSample, y}}, ink_of_series(s), 2, dashes_of_series(s)});
    }
    picture.labels.push_back({{x + kSample + 6, y}, chart.series[s].name, Label::Anchor::kStart});
    y += kLine;
  }
}

// A label on the way, near its beginning; further on where it would cover another.
Label free_label(const std::vector<Label>& others, const Point& begin, const Point& end, const std::string& text) {
  constexpr double kShares[] = {0.28, 0.22, 0.36, 0.46, 0.56, 0.66};
  const auto at = [&](double share) {
    return Point{begin.x + share * (end.x - begin.x), begin.y + share * (end.y - begin.y)};
  };
  for (const double share : kShares) {
    const Point place = at(share);
    const bool free = std::ranges::none_of(others, [&](const Label& other) {
      return std::fabs(other.at.x - place.x) < (width_of(other.text) + width_of(text)) / 2 &&
             std::fabs(other.at.y - place.y) < kLine * 0.8;
    });
    if (free) return {place, text};
  }
  return {at(kShares[0]), text};
}

// The point so far from one towards another.
Point towards(const Point& from, const Point& to, double distance) {
  const double share = distance / std::hypot(to.x - from.x, to.y - from.y);
  return {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
}

double widest(const auto& texts, const auto& text_of) {
  double most = 0;
  for (const auto& item : texts) most = std::max(most, width_of(text_of(item)));
  return most;
}

}  // namespace

double width_of(std::string_view text) {
  constexpr double kCharacter = 7;
  return kCharacter * static_cast<double>(character_count(text));
}

Ink ink_of_series(std::size_t series) {
  return static_cast<Ink>(static_cast<std::size_t>(Ink::kFirst) + series % kSeriesInks);
}

Dashes dashes_of_series(std::size_t series) {
  static const Dashes kAll[] = {{}, {7, 4}, {2, 3}, {9, 3, 2, 3}};
  return kAll[series % std::size(kAll)];
}

Picture picture_of(const Chart& chart) {
  check(chart);
  constexpr double kPlotWidth = 420, kPlotHeight = 240;
  const Axes axes = axes_of(chart);
  const double legend = widest(chart.series, [](const Series& s) { return s.name; });
  Plot plot;
  plot.left = kMargin + 6 + widest(axes.y.ticks(), [](const Tick& tick) { return tick.label; });
  plot.right = plot.left + kPlotWidth;
  plot.top = kMargin + 2 * kLine;
  plot.bottom = plot.top + kPlotHeight;
  Picture picture;
  picture.width = plot.right + kMargin + (legend > 0 ? legend + 3 * kMargin : kMargin);
  picture.height = plot.bottom + 2 * kLine + kMargin;
  picture.labels.push_back({{kMargin, kMargin}, chart.caption, Label::Anchor::kStart});
  add_axes(picture, chart, axes, plot);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    for (auto& piece : pieces(chart.series[s], axes, plot)) {
      if (chart.series[s].points) {
        for (const Point& point : piece) picture.circles.push_back({point, 4, ink_of_series(s), true});
      } else if (piece.size() > 1) {
        picture.lines.push_back({std::move(piece), ink_of_series(s), 2, dashes_of_series(s)});
      }
    }
  }
  add_legend(picture, chart, plot);
  return picture;
}

Picture picture_of(const Diagram& diagram) {
  check(diagram);
  constexpr double kLeastBetween = 80, kRow = 76, kLeastRadius = 20, kLargestRadius = 40;
  const double widest_label = widest(diagram.nodes, [](const DiagramNode& node) { return node.label; });
  // Room for a label beside the circles, and for another where arrows cross.
  const double between =
      std::max(kLeastBetween, 1.8 * widest(diagram.edges, [](const DiagramEdge& edge) { return edge.label; }));
  const double radius = std::clamp(widest_label / 2 + 4, kLeastRadius, kLargestRadius);
  const double row = std::max(kRow, 2 * radius + kLine);
  const auto place = [&](const DiagramNode& node) {
    return Point{kMargin + radius + static_cast<double>(node.column) * (2 * radius + between),
                 kMargin + kLine + radius + node.row * row};
  };
  Picture picture;
  picture.labels.push_back({{kMargin, kMargin}, diagram.caption, Label::Anchor::kStart});
  picture.width = kMargin * 2 + width_of(diagram.caption);
  for (const DiagramEdge& edge : diagram.edges) {
    const Point from = place(diagram.nodes[edge.from]), to = place(diagram.nodes[edge.to]);
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    if (length == 0) continue;
    // From circle to circle; round those between by two corners.
    const double column = 2 * radius + between, below = sag(diagram, edge) * row;
    const double over = below == 0 ? 0 : std::copysign(column / 2, to.x - from.x);
    const Point first{from.x + over, from.y + below}, last{to.x - over, to.y + below};
    const Point begin = below == 0 ? towards(from, to, radius) : towards(from, first, radius);
    const Point end = below == 0 ? towards(to, from, radius) : towards(to, last, radius);
    std::vector<Point> points{begin, end};
    if (below != 0) points = {begin, first, last, end};
    picture.height = std::max(picture.height, first.y + kMargin);
    picture.lines.push_back(
        {std::move(points), edge.emphasized ? Ink::kFirst : Ink::kText, edge.emphasized ? 2.5 : 1, {}, true});
    if (edge.label.empty()) continue;
    const bool straight = below == 0;
    picture.labels.push_back(free_label(picture.labels, straight ? begin : first, straight ? end : last, edge.label));
  }
  for (const DiagramNode& node : diagram.nodes) {
    const Point at = place(node);
    picture.circles.push_back({at, radius});
    picture.labels.push_back({at, node.label});
    picture.width = std::max(picture.width, at.x + radius + kMargin);
    picture.height = std::max(picture.height, at.y + radius + kMargin);
  }
  std::erase_if(picture.labels, [](const Label& label) { return label.text.empty(); });
  return picture;
}

Picture picture_of(const Figure& figure) {
  return std::visit([](const auto& f) { return picture_of(f); }, figure);
}

double sag(const Diagram& diagram, const DiagramEdge& edge) {
  constexpr double kNear = 0.25;  // rows
  const DiagramNode& from = diagram.nodes[edge.from];
  const DiagramNode& to = diagram.nodes[edge.to];
  const auto [left, right] = std::minmax(from.column, to.column);
  const bool blocked = std::ranges::any_of(diagram.nodes, [&](const DiagramNode& node) {
    if (node.column <= left || node.column >= right) return false;
    const double share = (static_cast<double>(node.column) - static_cast<double>(from.column)) /
                         (static_cast<double>(to.column) - static_cast<double>(from.column));
    return std::fabs(node.row - (from.row + share * (to.row - from.row))) < kNear;
  });
  return blocked ? 0.5 : 0;
}

void check(const Chart& chart) {
  for (const Series& series : chart.series) {
    BPROP_CHECK(series.x.size() == series.y.size(), ShapeError, "[chart] series '{}' has {} x and {} y", series.name,
                series.x.size(), series.y.size());
  }
}

void check(const Diagram& diagram) {
  for (const DiagramEdge& edge : diagram.edges) {
    BPROP_CHECK(std::max(edge.from, edge.to) < diagram.nodes.size(), ShapeError,
                "[diagram] an edge joins the nodes {} and {}, there are {}", edge.from, edge.to, diagram.nodes.size());
  }
}

}  // namespace bprop::figures
