// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/html_text.h"
#include "report/chart_html.h"
#include "report/sections.h"

namespace bprop::report {
namespace {

constexpr std::size_t kMostShown = 30;  // columns before the rest is folded away

struct Measured {
  std::string name;
  double drop = 0;
  double deviation = 0;
  double gradient = 0;
};

// What is below 0 has no bar; the numbers beside it say so.
std::string bar_html(double value, double largest) {
  const double share = value > 0 && largest > 0 ? 100 * value / largest : 0;
  return fmt::format("<span class=\"bar\" aria-hidden=\"true\"><i style=\"width:{:.1f}%\"></i></span>", share);
}

std::string table(const std::vector<Measured>& columns, const std::string& metric, double largest_drop,
                  double largest_gradient) {
  std::vector<std::vector<std::string>> rows;
  for (const Measured& c : columns) {
    rows.push_back({html_text(c.name), bar_html(c.drop, largest_drop), number_html(c.drop), number_html(c.deviation),
                    bar_html(c.gradient, largest_gradient), number_html(c.gradient)});
  }
  return table_html("",
                    {{"column", true},
                     {"permuted", true},
                     {fmt::format("drop of {}", metric)},
                     {"±"},
                     {"moved", true},
                     {"|∂prediction| · spread"}},
                    rows);
}

}  // namespace

std::string importance_section(const RunFiles& run) {
  if (!run.ended() || !run.summary.contains("importance") || !run.summary.at("importance").is_object()) return "";
  const Json& json = run.summary.at("importance");
  if (json.contains("skipped")) return "<p>" + html_text(json.at("skipped").get<std::string>()) + "</p>\n";
  std::vector<Measured> columns;
  double largest_drop = 0;
  double largest_gradient = 0;
  for (const Json& c : json.at("columns")) {
    columns.push_back({c.at("name").get<std::string>(), number_of(c.at("drop")), number_of(c.at("deviation")),
                       number_of(c.at("gradient"))});
    largest_drop = std::max(largest_drop, columns.back().drop);
    largest_gradient = std::max(largest_gradient, columns.back().gradient);
  }
  const auto metric = html_text(json.at("metric").get<std::string>());
  std::string html = fmt::format(
      "<p>Which columns the model goes by, on {} {} rows. Permuted: how much worse {} becomes when the cells of one "
      "column "
      "are dealt anew among the rows, mean and standard deviation of {} times; within about two deviations of 0 it is "
      "nothing. Moved: how far the prediction moves, to first order, when the column moves by its standard deviation, "
      "in {}. Columns that say the same stand in for each other, and both look unimportant.</p>\n",
      count_html(count_of(json.at("rows"))), html_text(json.at("of").get<std::string>()), metric,
      count_html(count_of(json.at("repeats"))), run.of_classes() ? "probability" : "units of the target");
  const auto split = columns.begin() + static_cast<std::ptrdiff_t>(std::min(kMostShown, columns.size()));
  html += table({columns.begin(), split}, metric, largest_drop, largest_gradient);
  if (split == columns.end()) return html;
  return html + fmt::format("<details><summary>{} more columns</summary>\n{}</details>\n",
                            count_html(static_cast<std::size_t>(columns.end() - split)),
                            table({split, columns.end()}, metric, largest_drop, largest_gradient));
}

}  // namespace bprop::report
