// SPDX-License-Identifier: Apache-2.0
#include "resumed_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "bprop/error.h"
#include "config_file.h"

namespace bprop::cli {
namespace {

// What changes nothing about the model, and how long it may take.
constexpr std::array<std::string_view, 9> kAllowed = {
    "resume", "checkpoint-every", "time-limit", "threads", "ranks", "distributed", "rank-timeout", "json", "quiet"};

}  // namespace

void read_resumed_run(Options& options) {
  if (!options.given("resume")) return;
  const std::string folder = options.find("resume")->texts.front();
  const std::string config = (std::filesystem::path(folder) / "config.toml").string();
  for (const Option& option : options.all()) {
    if (!option.given() || std::ranges::find(kAllowed, option.name) != kAllowed.end()) continue;
    throw UsageError(fmt::format("{} means nothing with --resume: the run has its own, in {}", option.origin, config));
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(config, ignored)) {
    throw UsageError(fmt::format("--resume {}: holds no run of bprop (config.toml is not there)", folder));
  }
  read_config(config, options);
  Option& run = *options.find("run");
  run.texts = {folder};
  run.origin = "--resume";
}

}  // namespace bprop::cli
