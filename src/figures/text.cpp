// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/utf8.h"
#include "figures/axis.h"
#include "figures/canvas.h"
#include "figures/picture.h"

namespace bprop {
namespace {

using figures::Axes;
using figures::Canvas;
using figures::Tick;

constexpr std::size_t kLeastWidth = 40;
constexpr std::size_t kChartLines = 14;
constexpr std::array<std::string_view, 4> kMarks = {"●", "○", "×", "+"};

// Dots drawn and left out in turns.
std::vector<std::size_t> pattern_of_series(std::size_t series) {
  static const std::vector<std::size_t> kAll[] = {{}, {6, 4}, {1, 2}, {8, 3, 1, 3}};
  return kAll[series % std::size(kAll)];
}

double across(std::size_t columns) { return static_cast<double>(Canvas::kDotsAcross * columns); }
double down(std::size_t lines) { return static_cast<double>(Canvas::kDotsDown * lines); }

// A caption in lines of so many columns, broken at spaces.
std::string caption_lines(std::string_view caption, std::size_t width) {
  std::string all, line;
  while (!caption.empty()) {
    const std::size_t end = std::min(caption.find(' '), caption.size());
    const std::string_view word = caption.substr(0, end);
    caption.remove_prefix(std::min(end + 1, caption.size()));
    if (!line.empty() && character_count(line) + 1 + character_count(word) > width) {
      all += line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return line.empty() ? all : all + line + '\n';
}

class ChartText {
 public:
  ChartText(const Chart& chart, std::size_t width)
      : chart_(chart),
        axes_(figures::axes_of(chart)),
        margin_(widest_tick() + 2),
        plot_(width - margin_ - 1),
        canvas_(width, kChartLines + 2) {}

  std::string operator()() {
    draw_axes();
    for (std::size_t s = 0; s < chart_.series.size(); ++s) {
      if (chart_.series[s].points) {
        draw_points(s);
      } else {
        draw_curve(s);
      }
    }
    std::string all = caption_lines(chart_.caption, margin_ + plot_ + 1);
    if (!chart_.y_label.empty()) all += chart_.y_label + '\n';
    return all + canvas_.str() + legend();
  }

 private:
  std::size_t widest_tick() const {
    std::size_t most = 0;
    for (const Tick& tick : axes_.y.ticks()) most = std::max(most, character_count(tick.label));
    return most;
  }

  // The first and last line and column of the plot are the ends of the axes.
  std::size_t line_of(double share) const {
    return static_cast<std::size_t>(std::lround((1 - share) * static_cast<double>(kChartLines - 1)));
  }
  std::size_t column_of(double share) const {
    return margin_ + static_cast<std::size_t>(std::lround(share * static_cast<double>(plot_ - 1)));
  }
  double dot_x(double share) const { return across(margin_) + share * across(plot_ - 1) + 0.5; }
  double dot_y(double share) const { return (1 - share) * down(kChartLines - 1) + 1.5; }

  void draw_axes() {
    for (std::size_t line = 0; line < kChartLines; ++line) canvas_.text(margin_ - 1, line, "│");
    for (std::size_t c = margin_; c < margin_ + plot_; ++c) canvas_.text(c, kChartLines, "─");
    canvas_.text(margin_ - 1, kChartLines, "└");
    for (const Tick& tick : axes_.y.ticks()) {
      const std::size_t line = line_of(tick.share);
      canvas_.text(margin_ - 2 - character_count(tick.label), line, tick.label);
      canvas_.text(margin_ - 1, line, "┤");
    }
    for (const Tick& tick : axes_.x.ticks()) {
      const std::size_t column = column_of(tick.share), half = character_count(tick.label) / 2;
      canvas_.text(column, kChartLines, "┬");
      const std::size_t last = margin_ + plot_ - character_count(tick.label);
      canvas_.text(std::min(column - std::min(column, half), last), kChartLines + 1, tick.label);
    }
  }

  void draw_points(std::size_t s) {
    const Series& series = chart_.series[s];
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const double x = axes_.x.share(series.x[i]), y = axes_.y.share(series.y[i]);
      if (std::isfinite(x) && std::isfinite(y)) canvas_.text(column_of(x), line_of(y), kMarks[s % kMarks.size()]);
    }
  }

  void draw_curve(std::size_t s) {
    const Series& series = chart_.series[s];
    std::size_t done = 0;
    for (std::size_t i = 1; i < series.x.size(); ++i) {
      const double x0 = axes_.x.share(series.x[i - 1]), y0 = axes_.y.share(series.y[i - 1]);
      const double x1 = axes_.x.share(series.x[i]), y1 = axes_.y.share(series.y[i]);
      if (!std::isfinite(x0 + y0 + x1 + y1)) continue;
      done = canvas_.line(dot_x(x0), dot_y(y0), dot_x(x1), dot_y(y1), pattern_of_series(s), done);
    }
  }

  std::string sample(std::size_t s) const {
    if (chart_.series[s].points) return std::string(kMarks[s % kMarks.size()]);
    const std::vector<std::size_t> pattern = pattern_of_series(s);
    const std::size_t columns = std::accumulate(pattern.begin(), pattern.end(), std::size_t{0}) > 12 ? 6 : 4;
    Canvas line(columns, 1);
    line.line(0, 1, across(columns) - 1, 1, pattern);
    std::string text = line.str();
    text.pop_back();
    return text;
  }

  // The label of the x axis, then each series' sample and name, as many in a line as there is room for.
  std::string legend() const {
    const std::size_t width = margin_ + plot_ + 1;
    std::vector<std::string> items;
    if (!chart_.x_label.empty()) items.push_back(chart_.x_label);
    for (std::size_t s = 0; s < chart_.series.size(); ++s) {
      if (!chart_.series[s].name.empty()) items.push_back(sample(s) + ' ' + chart_.series[s].name);
    }
    std::string all;
    std::string line(margin_, ' ');
    for (const std::string& item : items) {
      if (character_count(line) + character_count(item) > width && line.size() > margin_) {
        all += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        line.assign(margin_, ' ');
      }
      line += item + "   ";
    }
    return items.empty() ? "" : all + line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }

  const Chart& chart_;
  Axes axes_;
  std::size_t margin_;  // columns before the plot
  std::size_t plot_;    // columns of the plot
  Canvas canvas_;
};

class DiagramText {
 public:
  DiagramText(const Diagram& diagram, std::size_t width) : diagram_(diagram), width_(width), widths_(column_widths()) {
    constexpr std::size_t kMostBetween = 22;
    std::size_t used = 0;
    for (const std::size_t w : widths_) used += w;
    const std::size_t gaps = widths_.size() > 1 ? widths_.size() - 1 : 1;
    const std::size_t room = width > used ? (width - used) / gaps : 0;
    between_ = std::clamp(room, std::size_t{3}, kMostBetween);
    // Labels on crossing edges need lines of their own.
    const bool labels = std::ranges::any_of(diagram.edges, [](const DiagramEdge& edge) { return !edge.label.empty(); });
    lines_a_row_ = labels ? 5 : 3;
  }

  std::string operator()() {
    double last_row = 0;
    for (const DiagramNode& node : diagram_.nodes) last_row = std::max(last_row, node.row);
    for (const DiagramEdge& edge : diagram_.edges) {
      last_row = std::max(last_row, diagram_.nodes[edge.from].row + figures::sag(diagram_, edge));
    }
    std::size_t columns = 1;
    for (std::size_t c = 0; c < widths_.size(); ++c) columns += widths_[c] + between_;
    Canvas canvas(columns, line_of(last_row) + 1);
    for (const DiagramNode& node : diagram_.nodes) canvas.text(column_of(node), line_of(node.row), node.label);
    const bool some = std::ranges::any_of(diagram_.edges, &DiagramEdge::emphasized);
    for (const DiagramEdge& edge : diagram_.edges) draw(canvas, edge, !some || edge.emphasized);
    for (const DiagramEdge& edge : diagram_.edges) label(canvas, edge);
    return caption_lines(diagram_.caption, width_) + canvas.str();
  }

 private:
  std::vector<std::size_t> column_widths() const {
    std::vector<std::size_t> widths;
    for (const DiagramNode& node : diagram_.nodes) {
      if (node.column >= widths.size()) widths.resize(node.column + 1, 0);
      widths[node.column] = std::max(widths[node.column], character_count(node.label));
    }
    return widths;
  }

  std::size_t column_of(const DiagramNode& node) const {
    std::size_t column = 0;
    for (std::size_t c = 0; c < node.column; ++c) column += widths_[c] + between_;
    return column + (widths_[node.column] - character_count(node.label)) / 2;
  }
  std::size_t line_of(double row) const {
    return static_cast<std::size_t>(std::lround(row * static_cast<double>(lines_a_row_)));
  }

  struct Ends {
    double x0, y0, x1, y1;  // in characters
  };
  // From beside one label to beside the other.
  Ends ends(const DiagramEdge& edge) const {
    const DiagramNode& from = diagram_.nodes[edge.from];
    const DiagramNode& to = diagram_.nodes[edge.to];
    const auto end_of = [this](const DiagramNode& node) { return column_of(node) + character_count(node.label); };
    const bool right = to.column >= from.column;
    return {static_cast<double>(right ? end_of(from) + 1 : column_of(from) - 1),
            static_cast<double>(line_of(from.row)) + 0.4,
            static_cast<double>(right ? column_of(to) - std::min<std::size_t>(column_of(to), 1) : end_of(to) + 1),
            static_cast<double>(line_of(to.row)) + 0.4};
  }

  // The part of an edge that goes round the nodes between.
  bool sags(const DiagramEdge& edge) const { return figures::sag(diagram_, edge) != 0; }
  Ends middle(const DiagramEdge& edge) const {
    const Ends e = ends(edge);
    const double below = figures::sag(diagram_, edge) * static_cast<double>(lines_a_row_);
    const double over = std::copysign(static_cast<double>(between_) / 2, e.x1 - e.x0);
    return {e.x0 + over, e.y0 + below, e.x1 - over, e.y1 + below};
  }

  void draw(Canvas& canvas, const DiagramEdge& edge, bool whole) const {
    const Ends e = ends(edge);
    const std::vector<std::size_t> pattern = whole ? std::vector<std::size_t>{} : std::vector<std::size_t>{1, 2};
    const auto line = [&](const Ends& of, std::size_t done) {
      return canvas.line(of.x0 * Canvas::kDotsAcross, of.y0 * Canvas::kDotsDown, of.x1 * Canvas::kDotsAcross - 1,
                         of.y1 * Canvas::kDotsDown, pattern, done);
    };
    if (!sags(edge)) {
      line(e, 0);
      return;
    }
    const Ends m = middle(edge);
    line({m.x1, m.y1, e.x1, e.y1}, line(m, line({e.x0, e.y0, m.x0, m.y0}, 0)));
  }

  // Near the edge's beginning; a little further where another label stands already.
  void label(Canvas& canvas, const DiagramEdge& edge) const {
    if (edge.label.empty()) return;
    const Ends e = sags(edge) ? middle(edge) : ends(edge);
    const std::string text = fmt::format(" {} ", edge.label);
    const auto length = static_cast<double>(character_count(text));
    for (const double share : {0.22, 0.3, 0.4, 0.5, 0.6, 0.7}) {
      const double x = e.x0 + share * (e.x1 - e.x0) - length / 2, y = e.y0 + share * (e.y1 - e.y0);
      const auto column = static_cast<std::size_t>(std::lround(std::max(x, 0.0)));
      if (canvas.text_if_free(column, static_cast<std::size_t>(std::lround(std::max(y - 0.4, 0.0))), text)) return;
    }
  }

  const Diagram& diagram_;
  std::size_t width_;
  std::vector<std::size_t> widths_;  // of the columns of nodes
  std::size_t between_ = 0;
  std::size_t lines_a_row_ = 0;
};

}  // namespace

std::string render_text(const Figure& figure, std::size_t width) {
  width = std::max(width, kLeastWidth);
  if (const auto* chart = std::get_if<Chart>(&figure)) {
    figures::check(*chart);
    return ChartText(*chart, width)();
  }
  figures::check(std::get<Diagram>(figure));
  return DiagramText(std::get<Diagram>(figure), width)();
}

}  // namespace bprop
