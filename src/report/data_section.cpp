// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html_text.h"
#include "report/chart_html.h"
#include "report/sections.h"

namespace bprop::report {
namespace {

std::string list_of(const Json& sentences) {
  std::string html = "<ul class=\"warnings\">\n";
  for (const Json& sentence : sentences) html += "<li>" + html_text(sentence.get<std::string>()) + "</li>\n";
  return html + "</ul>\n";
}

std::string warnings(const Json& end) {
  std::string html = "<h3>Warnings</h3>\n";
  if (end.at("warnings").empty() && end.at("findings").empty()) return html + "<p>None.</p>\n";
  if (!end.at("warnings").empty()) html += list_of(end.at("warnings"));
  if (!end.at("findings").empty()) html += "<p>Of the doctor, in the last updates:</p>\n" + list_of(end.at("findings"));
  return html;
}

std::string columns_table(const Json& data) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& column : data.at("columns")) {
    const auto value = [&](const char* key) {
      return column.contains(key) ? number_html(number_of(column.at(key))) : std::string();
    };
    rows.push_back({html_text(column.at("name").get<std::string>()), html_text(column.at("role").get<std::string>()),
                    html_text(column.at("kind").get<std::string>()), count_html(count_of(column.at("missing"))),
                    column.contains("categories") ? count_html(count_of(column.at("categories"))) : "",
                    value("smallest"), value("mean"), value("largest")});
  }
  const auto pixels = count_of(data.at("pixels"));
  const auto more = count_of(data.at("not_listed"));
  std::string caption = fmt::format("Columns, in {} training rows", count_html(count_of(data.at("looked_at"))));
  if (pixels > 0) caption += fmt::format("; besides {} pixels from 0 to 255", count_html(pixels));
  if (more > 0) caption += fmt::format("; {} more are not listed", count_html(more));
  const std::string table = table_html(caption,
                                       {{"column", true},
                                        {"role", true},
                                        {"kind", true},
                                        {"missing"},
                                        {"categories"},
                                        {"smallest"},
                                        {"mean"},
                                        {"largest"}},
                                       rows);
  if (rows.size() <= 20) return table;
  return fmt::format("<details><summary>{} columns</summary>\n{}</details>\n", count_html(rows.size()), table);
}

std::string classes_table(const Json& target, const std::string& title) {
  const Json& counts = target.at("training_counts");
  if (counts.empty()) return "";
  std::size_t all = 0;
  for (const Json& one : counts) all += count_of(one.at("rows"));
  std::vector<std::vector<std::string>> rows;
  for (const Json& one : counts) {
    const auto count = count_of(one.at("rows"));
    rows.push_back({html_text(one.at("class").get<std::string>()), count_html(count),
                    percent_html(static_cast<double>(count) / static_cast<double>(all))});
  }
  const std::string table = table_html(title + " in the training rows", {{"class", true}, {"rows"}, {"share"}}, rows);
  if (rows.size() <= 20) return table;
  return fmt::format("<details><summary>{} classes</summary>\n{}</details>\n", count_html(rows.size()), table);
}

std::string classes_tables(const Json& data) {
  if (!data.contains("targets")) return classes_table(data.at("target"), "Classes");
  std::string html;
  for (const Json& target : data.at("targets")) {
    html += classes_table(target, fmt::format("Values of {}", html_text(target.at("name").get<std::string>())));
  }
  return html;
}

}  // namespace

std::string data_section(const RunFiles& run) {
  if (!run.ended()) return "";
  const Json& data = run.data();
  if (!data.is_object()) {
    return "<p>The network was trained on the rows that it brings along.</p>\n" + warnings(run.summary.at("end"));
  }
  const auto count = [&](const char* key) { return count_html(count_of(data.at(key))); };
  std::string html = fmt::format(
      "<p>The target{} <strong>{}</strong> ({}). {} rows to train on, {} of validation, which choose the epoch, {} of "
      "the "
      "test.</p>\n",
      data.contains("targets") ? "s are" : " is", html_text(run.target_names()),
      html_text(data.at("target").at("task").get<std::string>()), count("train_rows"), count("validation_rows"),
      count("test_rows"));
  return html + warnings(run.summary.at("end")) + "<h3>Columns</h3>\n" + classes_tables(data) + columns_table(data);
}

}  // namespace bprop::report
