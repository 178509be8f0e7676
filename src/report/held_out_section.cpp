// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/html_text.h"
#include "report/chart_html.h"
#include "report/sections.h"

namespace bprop::report {
namespace {

constexpr std::size_t kMostClasses = 40;     // of a matrix that people can read
constexpr std::size_t kMostConfusions = 20;  // else: pairs in a list
constexpr std::size_t kMostTargets = 12;     // with charts of their own

struct Confusion {
  std::vector<std::string> classes;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> cells;

  std::size_t at(std::size_t truth, std::size_t prediction) const {
    const auto found = cells.find({truth, prediction});
    return found == cells.end() ? 0 : found->second;
  }
};

Confusion confusion_of(const Json& held) {
  const Json& classes = held.at("classes");
  const auto place_in = [&](const Json& place) {
    (void)classes.at(count_of(place));  // throws if there is no such class
    return count_of(place);
  };
  Confusion confusion{classes.get<std::vector<std::string>>(), {}};
  for (const Json& cell : held.at("confusion")) {
    confusion.cells[{place_in(cell.at(0)), place_in(cell.at(1))}] = count_of(cell.at(2));
  }
  return confusion;
}

// Shaded by its share of the row, so that small classes show as large ones do.
std::string matrix_row(const Confusion& confusion, std::size_t truth) {
  const std::size_t classes = confusion.classes.size();
  std::size_t rows = 0;
  for (std::size_t k = 0; k < classes; ++k) rows += confusion.at(truth, k);
  std::string html = fmt::format("<tr><th scope=\"row\" class=\"text\">{}</th>", html_text(confusion.classes[truth]));
  for (std::size_t k = 0; k < classes; ++k) {
    const std::size_t count = confusion.at(truth, k);
    const double share = count == 0 ? 0 : static_cast<double>(count) / static_cast<double>(rows);
    const double heat = count > 0 && k != truth ? 0.2 + 0.8 * share : share;  // a single mistake shows, too
    html += fmt::format("<td class=\"{}{}\" style=\"--heat:{:.3f}\" data-cell=\"{},{}\">{}</td>",
                        k == truth ? "right" : "wrong", count == 0 ? " none" : "", heat, truth, k, count_html(count));
  }
  const double right = rows == 0 ? 0 : static_cast<double>(confusion.at(truth, truth)) / static_cast<double>(rows);
  return html + fmt::format("<td class=\"sum\">{}</td><td class=\"sum\">{}</td></tr>\n", count_html(rows),
                            rows == 0 ? "–" : percent_html(right));
}

std::string matrix(const Confusion& confusion, const std::string& suffix) {
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\"><table class=\"confusion\" id=\"confusion{}\">\n<caption>Rows of the "
      "table by "
      "their true class (down) and the class predicted (across). A cell is as strong as its share of the true "
      "class.</caption>\n<thead><tr><th scope=\"col\" class=\"text\">true \\ predicted</th>",
      suffix);
  for (const std::string& name : confusion.classes) html += fmt::format("<th scope=\"col\">{}</th>", html_text(name));
  html += "<th scope=\"col\">rows</th><th scope=\"col\">right</th></tr></thead>\n<tbody>\n";
  for (std::size_t truth = 0; truth < confusion.classes.size(); ++truth) html += matrix_row(confusion, truth);
  return html + "</tbody></table></div>\n";
}

std::string confusions_list(const Confusion& confusion) {
  struct Pair {
    std::size_t truth, prediction, rows;
  };
  std::vector<Pair> pairs;
  for (const auto& [cell, rows] : confusion.cells) {
    if (cell.first != cell.second) pairs.push_back({cell.first, cell.second, rows});
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tuple(b.rows, a.truth, a.prediction) < std::tuple(a.rows, b.truth, b.prediction);
  });
  pairs.resize(std::min(pairs.size(), kMostConfusions));
  std::vector<std::vector<std::string>> rows;
  for (const Pair& pair : pairs) {
    rows.push_back({html_text(confusion.classes[pair.truth]), html_text(confusion.classes[pair.prediction]),
                    count_html(pair.rows)});
  }
  return table_html(fmt::format("The most frequent confusions among {} classes", count_html(confusion.classes.size())),
                    {{"true", true}, {"predicted", true}, {"rows"}}, rows);
}

std::string predicted_against_true(const Json& held, const std::string& suffix) {
  Series rows{.name = "rows", .points = true};
  for (const Json& point : held.at("points")) {
    rows.x.push_back(number_of(point.at(0)));
    rows.y.push_back(number_of(point.at(1)));
  }
  if (rows.x.empty()) return "";
  const auto [low, high] = std::minmax_element(rows.x.begin(), rows.x.end());
  const Series diagonal{.name = "predicted = true", .x = {*low, *high}, .y = {*low, *high}};
  const std::size_t shown = rows.x.size();
  const auto all = count_of(held.at("rows"));
  return chart_html(
      "predicted" + suffix,
      {.x_label = "true, in units of the target",
       .y_label = "predicted, in units of the target",
       .series = {rows, diagonal}},
      fmt::format("<b>Predicted against true.</b> {}.",
                  shown == all ? "Every row is a point"
                               : fmt::format("{} of {} rows, evenly spaced", count_html(shown), count_html(all))));
}

std::string calibration(const Json& held, bool classes, const std::string& suffix) {
  const Json& bins = held.at("bins");
  Series found{.name = "found"};
  std::vector<std::vector<std::string>> rows;
  for (const Json& bin : bins) {
    const auto count = count_of(bin.at("rows"));
    const double said = bin.at("said").get<double>();
    const double actual = bin.at("actual").get<double>();
    const auto show = [&](double x) { return count == 0 ? "–" : classes ? percent_html(x) : number_html(x); };
    rows.push_back(
        {fmt::format("{} to {}", number_html(bin.at("low").get<double>()), number_html(bin.at("high").get<double>())),
         count_html(count), show(said), show(actual)});
    if (count == 0) continue;
    found.x.push_back(classes ? 100 * said : said);
    found.y.push_back(classes ? 100 * actual : actual);
  }
  if (found.x.empty()) return "";
  const double low = classes ? 0 : std::min(found.x.front(), found.y.front());
  const double high = classes ? 100 : std::max(found.x.back(), found.y.back());
  const Series ideal{.name = "ideal", .x = {low, high}, .y = {low, high}};
  const std::string error = number_html(100 * number_of(held.at("calibration_error")));
  const std::string caption =
      classes
          ? fmt::format(
                "<b>Calibration.</b> Of the rows whose class the model gives a probability of 80 %, 80 % should be "
                "right. Below the ideal line it is too sure. Expected calibration error: {} percentage points.",
                error)
          : "<b>Calibration.</b> Tenths of the rows in the order of the prediction: their mean prediction and their "
            "mean truth.";
  const Chart chart = classes ? Chart{.x_label = "mean probability of the class chosen, %",
                                      .y_label = "rows that are right, %",
                                      .series = {found, ideal}}
                              : Chart{.x_label = "mean prediction, in units of the target",
                                      .y_label = "mean truth, in units of the target",
                                      .series = {found, ideal}};
  return chart_html("calibration" + suffix, chart, caption) +
         "<details><summary>Numbers of the calibration</summary>\n" +
         table_html("",
                    classes ? std::vector<TableColumn>{{"probability"}, {"rows"}, {"said, mean"}, {"right"}}
                            : std::vector<TableColumn>{{"prediction"}, {"rows"}, {"mean prediction"}, {"mean truth"}},
                    rows) +
         "</details>\n";
}

std::string worst_rows(const Json& held, bool classes, const std::string& suffix) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& row : held.at("worst")) {
    const double said = number_of(row.at("said"));
    rows.push_back({count_html(count_of(row.at("row"))), html_text(row.at("where").get<std::string>()),
                    html_text(row.at("true").get<std::string>()),
                    classes ? html_text(row.at("predicted").get<std::string>()) : number_html(said),
                    classes ? number_html(said) : "", number_html(number_of(row.at("loss")))});
    if (!classes) rows.back().erase(rows.back().begin() + 4);
  }
  std::vector<TableColumn> columns = {{"row"}, {"where", true}, {"true", classes}, {"predicted", classes}};
  if (classes) columns.push_back({"output for it"});
  columns.push_back({!classes                  ? "|error|"
                     : held.at("bins").empty() ? "1 − output of the true class"
                                               : "loss −ln p(true)"});
  const char* const level = suffix.empty() ? "h3" : "h4";
  return fmt::format(
             "<{0} id=\"worst{1}\">Worst rows</{0}>\n<p>Where the model is most wrong: often a wrong label, an odd "
             "cell, or a case that training has too few of.</p>\n",
             level, suffix) +
         table_html("", columns, rows);
}

// Charts and tables of one target; the ids end in `suffix`.
std::string pictures(const Json& held, const std::string& suffix) {
  const bool classes = held.at("task") == "classes";
  std::string html;
  if (classes) {
    const Confusion confusion = confusion_of(held);
    html += confusion.classes.size() <= kMostClasses ? matrix(confusion, suffix) : confusions_list(confusion);
  }
  html += "<div class=\"charts\">\n";
  if (!classes) html += predicted_against_true(held, suffix);
  html += "<div>" + calibration(held, classes, suffix) + "</div>\n</div>\n";
  return html + worst_rows(held, classes, suffix);
}

// A line a target.
std::string targets_table(const Json& held) {
  const bool labels = held.at("task") == "labels";
  std::vector<std::vector<std::string>> rows;
  for (const Json& target : held.at("targets")) {
    rows.push_back({html_text(target.at("name").get<std::string>())});
    if (labels) {
      for (const char* share : {"accuracy", "trivial_accuracy"}) {
        rows.back().push_back(percent_html(target.at(share).get<double>()));
      }
    } else {
      for (const char* number : {"rmse", "trivial_rmse", "mae", "r2"}) {
        rows.back().push_back(number_html(number_of(target.at(number))));
      }
    }
  }
  std::vector<TableColumn> columns = {{"target", true}};
  const auto titles = labels ? std::vector<std::string>{"accuracy", "always the more frequent value"}
                             : std::vector<std::string>{"RMSE", "always the mean: RMSE", "mean |error|", "R²"};
  for (const std::string& title : titles) columns.push_back({title});
  return table_html(labels ? "Each label by itself" : "Each target by itself, in its own units", columns, rows);
}

std::string several_targets(const Json& held) {
  std::string html = targets_table(held);
  std::size_t number = 0;
  for (const Json& target : held.at("targets")) {
    if (++number > kMostTargets) break;
    html += fmt::format("<h3>{}</h3>\n", html_text(target.at("name").get<std::string>())) +
            pictures(target, fmt::format("-{}", number));
  }
  if (held.at("targets").size() <= kMostTargets) return html;
  return html + fmt::format("<p>Only the first {} targets have pictures here.</p>\n", kMostTargets);
}

}  // namespace

std::string held_out_section(const RunFiles& run) {
  const Json& held = run.held_out();
  if (!held.is_object()) return "";
  const std::string html =
      fmt::format("<p>{} {} rows, which no update has seen.</p>\n", count_html(count_of(held.at("rows"))),
                  html_text(run.summary.at("held_out_rows").get<std::string>()));
  return html + (held.contains("targets") ? several_targets(held) : pictures(held, ""));
}

}  // namespace bprop::report
