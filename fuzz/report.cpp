// SPDX-License-Identifier: Apache-2.0
//
// The page of a run folder. The input is its files, between them a line "----": metrics.jsonl, doctor.jsonl,
// timing.jsonl, report.json.
#include "bprop/report.h"

#include <array>

#include <filesystem>

#include "scratch.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  static constexpr std::string_view kBetween = "----\n";
  static constexpr std::array kFiles = {"metrics.jsonl", "doctor.jsonl", "timing.jsonl", "report.json"};
  static const std::string folder = scratch("run");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  put(folder + "/config.toml", "");
  put(folder + "/metrics.jsonl", "");
  for (const char* const file : kFiles) {
    const std::size_t end = bytes.find(kBetween);
    put(folder + "/" + file, bytes.substr(0, end));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + kBetween.size());
  }
  must(report_html(folder).ends_with("</html>\n"), "a page is whole");
}

}  // namespace bprop::fuzz
