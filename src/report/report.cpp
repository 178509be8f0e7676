// SPDX-License-Identifier: Apache-2.0
#include "bprop/report.h"

#include <fmt/format.h>

#include "base/html_text.h"
#include "bprop/error.h"
#include "bprop/version.h"
#include "report/embedded.h"
#include "report/run_files.h"
#include "report/sections.h"

namespace bprop {
namespace report {
namespace {

struct Section {
  const char* id;
  const char* heading;
  std::string (*html)(const RunFiles&);
};

constexpr Section kSections[] = {
    {"result", "Result", overview},
    {"curves", "Training", curves},
    {"layers", "Layers", layer_curves},
    {"held-out", "Held-out rows", held_out_section},
    {"importance", "Importance of columns", importance_section},
    {"data", "Data", data_section},
    {"network", "Network", network_section},
    {"reproduce", "How to do it again", reproduction},
};

// Nothing may be fetched from anywhere, whatever a text out of data looks like.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

std::string title_of(const RunFiles& run) {
  if (!run.data().is_object()) return fmt::format("Training run {}", run.name);
  return fmt::format("Training run {}: predicting {}", run.name, run.target_names());
}

std::string page(const RunFiles& run) {
  std::string navigation;
  std::string body;
  for (const Section& section : kSections) {
    const std::string html = section.html(run);
    if (html.empty()) continue;
    navigation += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.heading);
    body += fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 id=\"{0}-heading\">{1}</h2>\n{2}</section>\n",
        section.id, section.heading, html);
  }
  const std::string title = html_text(title_of(run));
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<meta name=\"generator\" content=\"bprop {}\">\n"
      "<title>{}</title>\n<style>\n",
      kPolicy, kVersion, title);
  html.append(report_css());
  html += fmt::format(
      "</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n<nav aria-label=\"Sections\"><ul>\n{}</ul></nav>\n"
      "</header>\n<main>\n{}</main>\n",
      title, navigation, body);
  html.append("<script>\n/*\n").append(chart_js_licence()).append("*/\n");
  html.append(chart_js()).append("\n</script>\n<script>\n").append(report_js());
  return html + "</script>\n</body>\n</html>\n";
}

}  // namespace
}  // namespace report

std::string report_html(const std::string& run_directory) {
  const report::RunFiles run = report::read_run(run_directory);
  try {
    return report::page(run);
  } catch (const report::Json::exception&) {
    throw FormatError(fmt::format("{}/report.json: is not what bprop {} writes there", run_directory, kVersion));
  }
}

}  // namespace bprop
