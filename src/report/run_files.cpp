// SPDX-License-Identifier: Apache-2.0
#include "report/run_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "base/check.h"
#include "base/strict_json.h"

namespace bprop::report {
namespace {

namespace fs = std::filesystem;

constexpr JsonLimits kLineLimits{.depth = 8, .items = 1'000'000};
constexpr JsonLimits kSummaryLimits{.depth = 12, .items = 20'000'000};

std::string text_of_file(const fs::path& path) {
  std::error_code error;
  BPROP_CHECK(fs::is_regular_file(path, error), IoError, "{}: cannot be read", path.string());
  std::ifstream file(path, std::ios::binary);
  std::string text(fs::file_size(path), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  BPROP_CHECK(file.good(), IoError, "{}: cannot be read", path.string());
  return text;
}

Json parsed(std::string_view text, JsonLimits limits, const std::string& where) {
  return std::move(parse_strict_json(text, limits, where).value_or_throw().root());
}

// Calls read(json) for every whole line; a run that goes on may be writing its last one.
template <class Read>
void for_each_line(const fs::path& path, const Read& read) {
  const std::string text = text_of_file(path);
  std::size_t line = 1;
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++line) {
    const std::string where = fmt::format("{}, line {}", path.string(), line);
    try {
      read(parsed(std::string_view(text).substr(begin, end - begin), kLineLimits, where));
    } catch (const Json::exception&) {
      throw FormatError(fmt::format("{}: is no line that bprop train writes there", where));
    }
  }
}

EpochLine epoch_line(const Json& json) {
  return {count_of(json.at("epoch")),
          count_of(json.at("step")),
          number_of(json.at("train_loss")),
          number_of(json.at("validation_loss")),
          number_of(json.value("train_score", Json())),
          number_of(json.at("validation_score")),
          number_of(json.at("learning_rate")),
          json.at("best").get<bool>()};
}

DoctorLine doctor_line(const Json& json) {
  DoctorLine line{.step = count_of(json.at("step"))};
  for (const Json& layer : json.at("layers")) {
    line.layers.push_back({number_of(layer.at("delta_rms")), number_of(layer.at("gradient_norm")),
                           number_of(layer.at("weight_norm")), count_of(layer.at("dead")),
                           count_of(layer.at("saturated"))});
  }
  return line;
}

}  // namespace

double number_of(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

std::size_t count_of(const Json& json) { return json.get_ref<const Json::number_unsigned_t&>(); }

std::string RunFiles::target_names() const {
  constexpr std::size_t kShown = 4;
  if (!data().contains("targets")) return data().at("target").at("name").get<std::string>();
  const Json& targets = data().at("targets");
  std::string names;
  for (std::size_t t = 0; t < std::min(targets.size(), kShown); ++t) {
    names += (t == 0 ? "" : ", ") + targets[t].at("name").get<std::string>();
  }
  return targets.size() > kShown ? fmt::format("{} and {} more", names, targets.size() - kShown) : names;
}

std::string RunFiles::score_name() const {
  if (!ended()) return "score";
  static const std::map<std::string, std::string> kWords = {{"balanced_accuracy", "balanced accuracy"},
                                                            {"log_loss", "log-loss"},
                                                            {"auc", "AUC"},
                                                            {"f1", "F1"},
                                                            {"rmse", "RMSE, in units of the target"},
                                                            {"mae", "mean absolute error, in units of the target"},
                                                            {"r2", "R²"},
                                                            {"subset_accuracy", "subset accuracy"},
                                                            {"micro_f1", "micro F1"}};
  const auto metric = summary.at("end").at("metric").get<std::string>();
  const auto found = kWords.find(metric);
  return found == kWords.end() ? metric : found->second;
}

bool RunFiles::score_in_percent() const {
  if (!ended()) return false;
  const auto metric = summary.at("end").at("metric").get<std::string>();
  return metric == "accuracy" || metric == "balanced_accuracy" || metric == "subset_accuracy";
}

RunFiles read_run(const std::string& folder) {
  const fs::path path(folder);
  std::error_code error;
  BPROP_CHECK(fs::is_directory(path, error), IoError, "{}: is no folder, expected that of a run (bprop train --run {})",
              folder, folder);
  for (const char* file : {"config.toml", "metrics.jsonl"}) {
    BPROP_CHECK(fs::exists(path / file, error), IoError, "{}: {} is not there, expected the folder of a run of bprop",
                folder, file);
  }
  RunFiles run;
  run.name = (fs::absolute(path) / "").lexically_normal().parent_path().filename().string();
  run.configuration = text_of_file(path / "config.toml");
  for_each_line(path / "metrics.jsonl", [&](const Json& line) {
    if (!line.contains("diverged")) run.epochs.push_back(epoch_line(line));
  });
  if (fs::exists(path / "timing.jsonl", error)) {
    for_each_line(path / "timing.jsonl", [&](const Json& line) { run.seconds = line.at("seconds").get<double>(); });
  }
  if (fs::exists(path / "doctor.jsonl", error)) {
    for_each_line(path / "doctor.jsonl", [&](const Json& line) { run.doctor.push_back(doctor_line(line)); });
  }
  const fs::path summary = path / "report.json";
  if (fs::exists(summary, error)) run.summary = parsed(text_of_file(summary), kSummaryLimits, summary.string());
  return run;
}

}  // namespace bprop::report
