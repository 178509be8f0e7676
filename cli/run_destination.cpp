// SPDX-License-Identifier: Apache-2.0
#include "run_destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

constexpr std::array<std::string_view, 7> kFiles = {"config.toml", "metrics.jsonl",     "timing.jsonl", "doctor.jsonl",
                                                    "report.json", "trace.safetensors", "report.html"};

}  // namespace

bool goes_to_run(const std::string& path, const std::string& run_directory) {
  namespace fs = std::filesystem;
  const auto plain = [](const fs::path& place) { return fs::absolute(place).lexically_normal(); };
  return !run_directory.empty() && plain(path).parent_path() == plain(fs::path(run_directory) / "").parent_path();
}

void check_not_of_run(std::string_view option, const std::string& path, const std::string& run_directory) {
  const std::string name = std::filesystem::path(path).filename().string();
  if (!goes_to_run(path, run_directory) || std::ranges::find(kFiles, name) == kFiles.end()) return;
  throw UsageError(fmt::format("--{} {}: the run writes there itself, expected another name", option, path));
}

}  // namespace bprop::cli
