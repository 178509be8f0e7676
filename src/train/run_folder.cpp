// SPDX-License-Identifier: Apache-2.0
#include "train/run_folder.h"

#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace bprop::training {
namespace {

namespace fs = std::filesystem;

// A number as JSON has it; null for NaN (no validation rows) and infinities.
std::string json_number(double x) { return std::isfinite(x) ? fmt::format("{}", x) : "null"; }

std::ofstream open(const fs::path& path) {
  std::ofstream file(path, std::ios::trunc);
  BPROP_CHECK(file.good(), IoError, "{}: cannot be written", path.string());
  return file;
}

void write_line(std::ofstream& file, const std::string& line, const std::string& folder) {
  file << line << '\n' << std::flush;
  BPROP_CHECK(file.good(), IoError, "{}: the run folder cannot be written (is the disk full?)", folder);
}

void prepare(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error)) {
    BPROP_CHECK(fs::is_directory(folder, error), UsageError, "{}: is not a folder, a run needs one", folder.string());
    const bool empty = fs::is_empty(folder, error);
    BPROP_CHECK(!error, IoError, "{}: {}", folder.string(), error.message());
    BPROP_CHECK(empty || fs::exists(folder / "metrics.jsonl"), UsageError,
                "{}: is neither empty nor the folder of a run; nothing was written", folder.string());
    fs::remove(folder / "best.safetensors", error);
  } else {
    fs::create_directories(folder, error);
  }
  BPROP_CHECK(!error, IoError, "{}: {}", folder.string(), error.message());
}

}  // namespace

RunFolder::RunFolder(const std::string& path, const std::string& configuration) : path_(path) {
  if (path.empty()) return;
  prepare(path);
  metrics_ = open(fs::path(path) / "metrics.jsonl");
  timing_ = open(fs::path(path) / "timing.jsonl");
  std::ofstream config = open(fs::path(path) / "config.toml");
  config << configuration << std::flush;
  BPROP_CHECK(config.good(), IoError, "{}: the run folder cannot be written (is the disk full?)", path);
}

void RunFolder::epoch(const EpochReport& report) {
  if (path_.empty()) return;
  write_line(metrics_,
             fmt::format(R"({{"epoch":{},"step":{},"train_loss":{},"validation_loss":{},"validation_score":{},)"
                         R"("learning_rate":{},"best":{}}})",
                         report.epoch, report.step, json_number(report.train_loss), json_number(report.validation_loss),
                         json_number(report.validation_score), json_number(report.learning_rate), report.best),
             path_);
  write_line(timing_,
             fmt::format(R"({{"epoch":{},"seconds":{:.6f},"rows_per_second":{:.1f}}})", report.epoch, report.seconds,
                         report.rows_per_second),
             path_);
}

void RunFolder::best(const Model& model) {
  if (!path_.empty()) save(model, (fs::path(path_) / "best.safetensors").string());
}

}  // namespace bprop::training
