// SPDX-License-Identifier: Apache-2.0
#include "train/checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <system_error>

#include "base/check.h"
#include "bprop/resume.h"
#include "checkpoint/disk_file.h"
#include "checkpoint/folder_list.h"
#include "checkpoint/temporary_name.h"
#include "train/choice_state.h"
#include "train/run_origin.h"

namespace bprop {
namespace training {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKept = 2;
constexpr std::string_view kFolder = "checkpoints";
constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kSuffix = ".safetensors";

std::string folder_of(const std::string& run) { return (fs::path(run) / kFolder).string(); }

std::string path_of(const std::string& folder, std::size_t step) {
  return (fs::path(folder) / fmt::format("{}{}{}", kPrefix, step, kSuffix)).string();
}

std::optional<std::size_t> step_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  std::size_t step = 0;
  const char* const last = name.data() + name.size() - kSuffix.size();
  const auto [end, error] = std::from_chars(name.data() + kPrefix.size(), last, step);
  return error == std::errc() && end == last ? std::optional(step) : std::nullopt;
}

// By step, the newest first.
std::map<std::size_t, std::string, std::greater<>> files_in(const std::string& folder) {
  std::map<std::size_t, std::string, std::greater<>> files;
  for (const std::string& name : checkpoint::names_in(folder).value_or(std::vector<std::string>{})) {
    if (const auto step = step_of(name)) files.emplace(*step, (fs::path(folder) / name).string());
  }
  return files;
}

}  // namespace

void check_is_no_link(const std::string& run_directory) {
  std::error_code error;
  const std::string folder = folder_of(run_directory);
  BPROP_CHECK(!fs::is_symlink(folder, error), UsageError, "{}: is a symbolic link, expected a folder", folder);
}

Checkpoints::Checkpoints(const std::string& run_directory, const CheckpointEvery& every)
    : folder_(run_directory.empty() ? "" : folder_of(run_directory)), every_(every) {}

bool Checkpoints::due(std::size_t step, double seconds) const {
  if (!writes() || written_at(step)) return false;
  if (!written_ && failures_ == 0) return true;
  if (every_.steps > 0) return step % every_.steps == 0;
  return seconds >= last_seconds_ + every_.seconds;
}

void Checkpoints::write(const checkpoint::StateList& state, const checkpoint::Metadata& origin, std::size_t step,
                        double seconds) {
  if (written_at(step)) return;
  last_seconds_ = seconds;
  try {
    checkpoint::make_folder(folder_, "the folder cannot be made");
    write_checkpoint(path_of(folder_, step), state, origin);
    written_ = true;
    last_step_ = step;
    std::size_t newer = 0;  // damaged ones may be of later steps
    for (const auto& [of_step, path] : files_in(folder_)) {
      if (of_step <= step && newer++ >= kKept) checkpoint::remove_file(path, "an old checkpoint cannot be removed");
    }
  } catch (const Error& failure) {
    if (failures_++ == 0) first_failure_ = failure.what();
  }
}

void Checkpoints::begin_at(std::size_t step, double seconds) {
  for (const auto& [of_step, path] : files_in(folder_)) {
    if (of_step > step) checkpoint::remove_file(path, "a damaged checkpoint cannot be removed");
  }
  last_step_ = step;
  last_seconds_ = seconds;
  written_ = true;
}

void Checkpoints::clear() {
  const auto files = files_in(folder_);
  for (const auto& [step, path] : files)
    checkpoint::remove_file(path, "a checkpoint of an earlier run cannot be removed");
  if (!files.empty()) checkpoint::flush_folder(folder_, folder_);
}

void Checkpoints::finish(std::vector<std::string>& warnings) const {
  if (failures_ == 0) return;
  const std::string more = failures_ == 1 ? "" : fmt::format("; so for {} later ones", failures_ - 1);
  warnings.push_back(fmt::format("{}{}; {}", first_failure_, more,
                                 written_ ? fmt::format("the run could go on from update {}", last_step_)
                                          : "there is no checkpoint to go on from"));
}

checkpoint::CheckpointFile newest_checkpoint(const std::string& run_directory, std::vector<std::string>& warnings) {
  check_is_no_link(run_directory);
  const auto files = files_in(folder_of(run_directory));
  BPROP_CHECK(!files.empty(), UsageError,
              "{}: holds no checkpoint of a run to go on from, expected one in its folder {}", run_directory, kFolder);
  std::vector<std::string> damaged;
  for (const auto& [step, path] : files) {
    auto file = checkpoint::read_checkpoint(path);
    if (file) {
      for (const std::string& failure : damaged) {
        warnings.push_back(fmt::format("{}; the run goes on from update {}", failure, step));
      }
      return std::move(*file);
    }
    damaged.push_back(file.failure().message);
  }
  throw FormatError(damaged.front());
}

}  // namespace training

BegunRun begun_run(const std::string& run_directory) {
  std::vector<std::string> ignored;
  const checkpoint::CheckpointFile file = training::newest_checkpoint(run_directory, ignored);
  const auto arithmetic = file.file.metadata.find(training::kArithmetic);
  BPROP_CHECK(arithmetic != file.file.metadata.end(), FormatError, "{}: says nothing of its arithmetic", file.path);
  BegunRun run{.arithmetic = arithmetic_named(arithmetic->second)};
  if (file.file.find("choice") == nullptr) return run;
  checkpoint::StateList state;
  training::list(state, run.choice.emplace());
  checkpoint::TensorShelf shelf(file.file, file.path);
  state.set_from(shelf);
  return run;
}

namespace training {

void sweep(const std::string& run_directory) {
  for (const std::string& folder : {run_directory, folder_of(run_directory)}) {
    for (const std::string& name : checkpoint::names_in(folder).value_or(std::vector<std::string>{})) {
      using checkpoint::Writer;
      const Writer writer = checkpoint::writer_of(name);
      if (writer != Writer::kGone && writer != Writer::kThisProgram) continue;  // this one does not write yet
      checkpoint::remove_file((fs::path(folder) / name).string(),
                              "what an earlier run left half-written cannot be removed");
    }
  }
}

}  // namespace training
}  // namespace bprop
