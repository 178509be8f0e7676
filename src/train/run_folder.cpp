// SPDX-License-Identifier: Apache-2.0
#include "train/run_folder.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <climits>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/check.h"
#include "base/collectives.h"
#include "bprop/whole_file.h"
#include "checkpoint/folder_list.h"
#include "checkpoint/tensor_file.h"
#include "checkpoint/trace_format.h"

namespace bprop {
namespace training {
namespace {

namespace fs = std::filesystem;

// A number as JSON has it; null for NaN (no validation rows) and infinities.
std::string json_number(double x) { return std::isfinite(x) ? fmt::format("{}", x) : "null"; }

constexpr double kSecondsBetweenFlushes = 1;
constexpr std::size_t kLinesBeforeThinning = 1000;

// Of people, from 1; null where it does not apply.
std::string json_count(const std::optional<std::size_t>& count) {
  return count ? fmt::format("{}", *count + 1) : "null";
}

constexpr const char* kMetrics = "metrics.jsonl";

// Every run has these from its beginning on.
constexpr std::array kFilesOfARun = {"config.toml", kMetrics, "timing.jsonl"};

// Of a run's end: those of an earlier run go when another begins in its place.
constexpr std::array kFilesOfTheEnd = {"report.json", "report.html"};

fs::path trace_path(const std::string& folder) { return fs::path(folder) / checkpoint::kTraceFile; }

void check_writable(const std::string& path, const fs::path& folder) {
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return;
  const std::string reason = std::generic_category().message(errno);
  throw IoError(fmt::format("{}: the folder {} cannot be written to: {}", path, folder.string(), reason));
}

// The folder that is there already, or the nearest one above, in which it would be made.
fs::path nearest_folder(const std::string& path) {
  BPROP_CHECK(path.size() < PATH_MAX, UsageError, "the run folder's path has {} bytes, expected fewer than {}",
              path.size(), PATH_MAX);
  std::error_code ignored;
  fs::path place = fs::path(path).lexically_normal();
  while (!fs::exists(place, ignored) && place != ".") place = place.has_parent_path() ? place.parent_path() : ".";
  BPROP_CHECK(fs::is_directory(place, ignored), UsageError, "{}: is not a folder, expected one for the run",
              place.string());
  return place;
}

// Whether there is nothing to lose: no files but empty ones, as a run leaves them that was killed before it had its
// config.toml, and that file's temporary one.
bool holds_nothing(const std::string& path) {
  const auto names = checkpoint::names_in(path);
  return names && std::ranges::all_of(*names, [&](const std::string& name) {
           std::error_code unreadable;
           const fs::path file = fs::path(path) / name;
           const bool is_empty = fs::is_regular_file(file, unreadable) && fs::file_size(file, unreadable) == 0;
           return is_empty || name.starts_with("config.toml.tmp-");
         });
}

}  // namespace

RunFolder::RunFolder(const TrainOptions& options)
    : path_(is_first(options.communicator) ? options.run_directory : ""),
      checkpoints_(path_, options.checkpoint_every) {
  const std::string& path = path_;
  if (path.empty()) return;
  check_run_directory(path);
  checkpoint::make_folder(path, "the run folder cannot be made");
  lock_ = checkpoint::FolderLock(path);
  sweep(path);
  const LogFile::Begin begin = options.resume ? LogFile::Begin::kGoOn : LogFile::Begin::kAnew;
  if (!options.resume) {
    remove_end();
    checkpoints_.clear();
  }
  metrics_.open((fs::path(path) / kMetrics).string(), begin);
  timing_.open((fs::path(path) / "timing.jsonl").string(), begin);
  doctor_.open((fs::path(path) / "doctor.jsonl").string(), begin);
  if (!options.resume) write_whole_file((fs::path(path) / "config.toml").string(), options.configuration);
}

// What there is only when a run has ended.
void RunFolder::remove_end() const {
  checkpoint::remove_file(trace_path(path_).string(), "the trace of an earlier run cannot be removed");
  for (const char* file : kFilesOfTheEnd) {
    checkpoint::remove_file((fs::path(path_) / file).string(), "the report of an earlier run cannot be removed");
  }
}

void RunFolder::epoch(const EpochReport& report) {
  if (path_.empty()) return;
  metrics_.append(fmt::format(R"({{"epoch":{},"step":{},"train_loss":{},"validation_loss":{},"train_score":{},)"
                              R"("validation_score":{},"learning_rate":{},"best":{}}})"
                              "\n",
                              report.epoch, report.step, json_number(report.train_loss),
                              json_number(report.validation_loss), json_number(report.train_score),
                              json_number(report.validation_score), json_number(report.learning_rate), report.best));
  timing_.append(fmt::format(R"({{"epoch":{},"seconds":{:.6f},"rows_per_second":{:.1f}}})"
                             "\n",
                             report.epoch, report.seconds, report.rows_per_second));
  if (report.seconds < flushed_ + kSecondsBetweenFlushes) return;
  flushed_ = report.seconds;
  flush();
}

void RunFolder::diverged(const Divergence& d) {
  if (path_.empty()) return;
  metrics_.append(
      fmt::format(R"({{"diverged":{{"number":"{}","value":"{}","step":{},"layer":{},"unit":{},"column":{},"row":{}}}}})"
                  "\n",
                  name(d.number), d.value, d.step, json_count(d.layer), json_count(d.unit), json_count(d.column),
                  json_count(d.row)));
}

void RunFolder::examined(std::size_t step, const std::vector<LayerHealth>& layers) {
  if (examined_++ % examined_every_ != 0) return;
  if (++examined_lines_ % kLinesBeforeThinning == 0) examined_every_ *= 2;
  doctor_.append(fmt::format(R"({{"step":{},"layers":[)", step));
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const LayerHealth& layer = layers[k];
    doctor_.append(fmt::format(
        R"({}{{"delta_rms":{},"delta_largest":{},"gradient_norm":{},"weight_norm":{},"dead":{},"saturated":{}}})",
        k == 0 ? "" : ",", json_number(layer.delta_rms), json_number(layer.delta_largest),
        json_number(layer.gradient_norm), json_number(layer.weight_norm), layer.dead.size(), layer.saturated.size()));
  }
  doctor_.append("]}\n");
}

void RunFolder::flush() {
  doctor_.flush();
  metrics_.flush();
  timing_.flush();
}

void RunFolder::make_last() {
  doctor_.flush();
  timing_.flush();
  metrics_.make_last();
}

void RunFolder::list(checkpoint::StateList& state) {
  metrics_.list(state, "metrics");
  timing_.list(state, "timing");
  doctor_.list(state, "doctor");
  state.number("doctor.examined", examined_);
  state.number("doctor.lines", examined_lines_);
  state.number("doctor.every", examined_every_);
}

void RunFolder::go_on() {
  if (path_.empty()) return;
  BPROP_CHECK(std::has_single_bit(examined_every_), FormatError,
              "[checkpoint] doctor.every is {}, expected 1, 2, 4, ...", examined_every_);
  BPROP_CHECK(metrics_.go_on(), FormatError, "{}: is shorter than when the checkpoint was written",
              (fs::path(path_) / kMetrics).string());
  timing_.go_on();
  doctor_.go_on();
  remove_end();
}

void RunFolder::best(const Model& model) {
  if (!path_.empty()) save(model, (fs::path(path_) / "best.safetensors").string());
  best_written_ = true;
}

void RunFolder::end(const Model& model) {
  if (!best_written_) best(model);
}

void write_summary(const std::string& run_directory, const std::string& json) {
  write_whole_file((fs::path(run_directory) / "report.json").string(), json);
}

void RunFolder::begin_trace(const Model& model, const TraceSettings& settings) {
  trace_.emplace(trace_path(path_).string(), model, settings);
}

}  // namespace training

void check_run_directory(const std::string& path) {
  namespace fs = std::filesystem;
  if (path.empty()) return;
  const fs::path there = training::nearest_folder(path);
  training::check_writable(path, there);
  std::error_code error;
  if (!fs::exists(path, error) || training::holds_nothing(path)) return;
  for (const char* file : training::kFilesOfARun) {
    BPROP_CHECK(fs::exists(fs::path(path) / file, error), UsageError,
                "{}: holds files but no run of bprop ({} is not there), expected a new or empty folder, or that of an "
                "earlier run",
                path, file);
  }
  training::check_is_no_link(path);
  checkpoint::check_destination(training::trace_path(path).string(), checkpoint::FileKind::kTrace);
}

}  // namespace bprop
