// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html_text.h"
#include "report/chart_html.h"
#include "report/sections.h"

namespace bprop::report {
namespace {

std::string fact(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string files_table(const Json& files) {
  if (files.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const Json& file : files) {
    const bool known = !file.at("bytes").is_null();
    rows.push_back({"<code>" + html_text(file.at("path").get<std::string>()) + "</code>",
                    known ? count_html(count_of(file.at("bytes"))) : "–",
                    known ? "<code>" + html_text(file.at("xxh3").get<std::string>()) + "</code>" : "no plain file"});
  }
  return table_html("Files that were read. The fingerprint is XXH3, 64 bits, of all bytes (<code>xxhsum -H3</code>).",
                    {{"file", true}, {"bytes"}, {"fingerprint", true}}, rows);
}

}  // namespace

std::string reproduction(const RunFiles& run) {
  std::string html;
  if (run.ended()) {
    const Json& summary = run.summary;
    const auto command = summary.at("command").get<std::string>();
    if (!command.empty()) html += "<pre id=\"command\">" + html_text(command) + "</pre>\n";
    const auto arithmetic = summary.at("network").at("arithmetic").get<std::string>();
    html +=
        "<dl class=\"facts\">\n" + fact("bprop", html_text(summary.at("bprop").get<std::string>())) +
        fact("seed", fmt::format("{}", count_of(summary.at("seed")))) +
        fact("class of arithmetic", html_text(arithmetic) +
                                        " (with the same class, seed and options every machine gives the same bits, "
                                        "whatever the threads)") +
        fact("ended by", html_text(summary.at("end").at("sentence").get<std::string>())) + "</dl>\n" +
        files_table(summary.at("files"));
  }
  if (run.configuration.empty()) return html;
  return html + fmt::format(
                    "<details><summary>Every option that applied</summary>\n<p>As <code>config.toml</code> in the run "
                    "folder has it: <code>bprop train --config {0}/config.toml</code> gives the same "
                    "model.</p>\n<pre>{1}</pre></details>\n",
                    html_text(run.name), html_text(run.configuration));
}

}  // namespace bprop::report
