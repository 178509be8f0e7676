// SPDX-License-Identifier: Apache-2.0
#include "report/chart_html.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/html_text.h"

namespace bprop::report {
namespace {

using Json = nlohmann::ordered_json;

// Inside <script> nothing may look like the end of it.
std::string json_in_html(const Json& json) {
  std::string result;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      result += "\\u003c";
    } else {
      result += c;
    }
  }
  return result;
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(std::isfinite(value) ? Json(value) : Json());
  return list;
}

}  // namespace

std::string chart_html(std::string_view id, const Chart& chart, std::string_view caption, ChartStyle style) {
  Json series = Json::array();
  for (const Series& s : chart.series) {
    series.push_back({{"name", s.name}, {"x", numbers(s.x)}, {"y", numbers(s.y)}, {"points", s.points}});
  }
  const Json plan = {{"x_label", chart.x_label}, {"y_label", chart.y_label},       {"log_x", chart.log_x},
                     {"log_y", chart.log_y},     {"may_be_log", style.may_be_log}, {"over_time", style.over_time},
                     {"series", series}};
  return fmt::format(
      "<figure class=\"chart\" id=\"chart-{}\">\n<figcaption>{}</figcaption>\n<div class=\"legend\"></div>\n"
      "<div class=\"plot\"><noscript>{}</noscript></div>\n<p class=\"said\" role=\"status\"></p>\n"
      "<script type=\"application/json\">{}</script>\n</figure>\n",
      id, caption, render_svg(chart), json_in_html(plan));
}

std::string number_html(double x) {
  if (!std::isfinite(x)) return "–";
  if (std::abs(x) < 1e4 || std::abs(x) >= 1e12) return fmt::format("{:.4g}", x);
  return fmt::format("{}{}", x < 0 ? "−" : "", count_html(static_cast<std::size_t>(std::abs(x) + 0.5)));
}

std::string count_html(std::size_t n) {
  return n < 1000 ? fmt::format("{}", n) : fmt::format("{},{:03}", count_html(n / 1000), n % 1000);
}

std::string percent_html(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f}\u00A0%", 100 * share) : "–";
}

std::string table_html(std::string_view caption, const std::vector<TableColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\"><table>\n";
  if (!caption.empty()) html += fmt::format("<caption>{}</caption>\n", caption);
  html += "<thead><tr>";
  for (const TableColumn& column : columns) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", column.text ? " class=\"text\"" : "", column.head);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    html += "<tr>";
    for (std::size_t k = 0; k < row.size(); ++k) {
      html += fmt::format("<td{}>{}</td>", columns[k].text ? " class=\"text\"" : "", row[k]);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace bprop::report
