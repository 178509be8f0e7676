// SPDX-License-Identifier: Apache-2.0
#include "train/event_file.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <protozero/pbf_writer.hpp>

#include "base/check.h"
#include "base/crc32c.h"
#include "bprop/whole_file.h"

namespace bprop {
namespace training {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEventVersion = "brain.Event:2";

// Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
namespace field {
constexpr protozero::pbf_tag_type kWallTime = 1;     // double, seconds since 1970
constexpr protozero::pbf_tag_type kStep = 2;         // int64
constexpr protozero::pbf_tag_type kFileVersion = 3;  // string
constexpr protozero::pbf_tag_type kSummary = 5;      // Summary
constexpr protozero::pbf_tag_type kValue = 1;        // of Summary: Value
constexpr protozero::pbf_tag_type kTag = 1;          // of Value: string
constexpr protozero::pbf_tag_type kSimpleValue = 2;  // float
}  // namespace field

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// So that a sum over bytes which hold a sum does not lose its meaning (TensorFlow's lib/hash/crc32c.h).
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

template <class Number, std::size_t kBytes = sizeof(Number)>
std::array<char, kBytes> little_endian(Number number) {
  std::array<char, kBytes> bytes{};
  for (std::size_t i = 0; i < kBytes; ++i) bytes[i] = static_cast<char>((number >> (8 * i)) & 0xFFU);
  return bytes;
}

bool is_event_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string first(64, '\0');
  file.read(first.data(), static_cast<std::streamsize>(first.size()));
  return first.find(kEventVersion) != std::string::npos;
}

}  // namespace

EventFile::EventFile(const std::string& folder, Metric metric, LogFile::Begin begin) : metric_(name(metric)) {
  if (folder.empty()) return;
  check_tensorboard(folder);
  checkpoint::make_folder(folder, "the folder cannot be made");
  file_.open((fs::path(folder) / kEventFile).string(), begin);
  if (begin == LogFile::Begin::kAnew) write_version();
}

void EventFile::write_version() {
  event_.clear();
  protozero::pbf_writer event(event_);
  event.add_double(field::kWallTime, wall_time());
  event.add_string(field::kFileVersion, kEventVersion.data(), kEventVersion.size());
  record(event_);
  flush();
}

void EventFile::go_on() {
  if (!writes()) return;
  file_.go_on();
  if (file_.length() == 0) write_version();
}

void EventFile::epoch(const EpochReport& report) {
  if (!writes()) return;
  scalar(report.step, "loss/train", report.train_loss);
  scalar(report.step, "loss/validation", report.validation_loss);
  scalar(report.step, metric_ + "/train", report.train_score);
  scalar(report.step, metric_ + "/validation", report.validation_score);
  scalar(report.step, "learning_rate", report.learning_rate);
  flush();
}

void EventFile::examined(std::size_t step, const std::vector<LayerHealth>& layers) {
  if (!writes()) return;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const LayerHealth& layer = layers[k];
    const std::string prefix = fmt::format("layer_{}/", k + 1);
    scalar(step, prefix + "delta_rms", layer.delta_rms);
    scalar(step, prefix + "gradient_norm", layer.gradient_norm);
    scalar(step, prefix + "weight_norm", layer.weight_norm);
    scalar(step, prefix + "gradient_over_weight", layer.gradient_norm / layer.weight_norm);
    if (!layer.slopes) continue;
    scalar(step, prefix + "dead", static_cast<double>(layer.dead.size()));
    scalar(step, prefix + "saturated", static_cast<double>(layer.saturated.size()));
  }
}

void EventFile::scalar(std::size_t step, std::string_view tag, double value) {
  if (!std::isfinite(value)) return;
  event_.clear();
  protozero::pbf_writer event(event_);
  event.add_double(field::kWallTime, wall_time());
  event.add_int64(field::kStep, static_cast<std::int64_t>(step));
  {
    protozero::pbf_writer summary(event, field::kSummary);
    protozero::pbf_writer entry(summary, field::kValue);
    entry.add_string(field::kTag, tag.data(), tag.size());
    entry.add_float(field::kSimpleValue, static_cast<float>(value));
  }
  record(event_);
}

void EventFile::record(std::string_view bytes) {
  const auto length = little_endian(std::uint64_t{bytes.size()});
  const auto write = [&](const auto& part) { file_.append({part.data(), part.size()}); };
  write(length);
  write(little_endian(masked_crc({length.data(), length.size()})));
  write(bytes);
  write(little_endian(masked_crc(bytes)));
}

void EventFile::flush() { file_.flush(); }

}  // namespace training

void check_tensorboard(const std::string& path) {
  if (path.empty()) return;
  std::error_code absent;
  BPROP_CHECK(!std::filesystem::exists(path, absent) || std::filesystem::is_directory(path, absent), UsageError,
              "{}: is not a folder, expected one for files of TensorBoard", path);
  const std::filesystem::path file = std::filesystem::path(path) / training::kEventFile;
  if (std::filesystem::is_directory(path, absent)) check_whole_file(file.string());
  BPROP_CHECK(!std::filesystem::exists(file, absent) || training::is_event_file(file), UsageError,
              "{}: is no event file of TensorBoard, expected a new or empty folder", file.string());
}

}  // namespace bprop
