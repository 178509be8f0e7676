// SPDX-License-Identifier: Apache-2.0
#include "run_destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "bprop/error.h"
#include "bprop/model.h"
#include "bprop/train.h"

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

void check_destinations(const std::string& output, const std::string& run_directory) {
  check_run_directory(run_directory);
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(run_directory, ignored);
  if (is_there || !goes_to_run(output, run_directory)) {  // else the folder will be there before the model is
    const bool is_trace = std::filesystem::path(output).filename() == "trace.safetensors";
    if (is_trace) check_not_of_run("output", output, run_directory);
    return check_save_path(output);
  }
  if (std::filesystem::path(output).filename().empty()) {
    throw UsageError(fmt::format("--output {}: the run writes there itself, expected another name", output));
  }
  check_not_of_run("output", output, run_directory);
}

void check_logs(const std::string& log, const std::string& tensorboard, const std::string& output,
                const std::string& run_directory) {
  if (!log.empty()) {
    check_not_of_run("log", log, run_directory);
    if (std::filesystem::path(log).lexically_normal() == std::filesystem::path(output).lexically_normal()) {
      throw UsageError(fmt::format("--log {}: the model goes there, expected another file", log));
    }
    check_log(log);
  }
  check_tensorboard(tensorboard);
}

}  // namespace bprop::cli
