// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/temporary_name.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>

#include "checkpoint/disk.h"
#include "checkpoint/folder_list.h"

namespace bprop::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".tmp-";

// The whole text as a number.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_an_hour_old(const fs::path& file) {
  std::error_code gone;
  const auto changed = fs::last_write_time(file, gone);
  return !gone && fs::file_time_type::clock::now() - changed >= std::chrono::hours(1);
}

}  // namespace

std::string unused_name(const std::string& beside) {
  static std::atomic<unsigned> number = 0;
  while (true) {
    std::string name = fmt::format("{}{}{}-{}", beside, kMark, ::getpid(), number++);
    struct stat status{};
    if (::lstat(name.c_str(), &status) != 0) return name;
  }
}

Writer writer_of(std::string_view name) {
  const std::size_t at = name.rfind(kMark);
  if (at == std::string_view::npos) return Writer::kNone;
  const std::string_view numbers = name.substr(at + kMark.size());
  const std::size_t dash = numbers.find('-');
  if (dash == std::string_view::npos || !number_in<unsigned>(numbers.substr(dash + 1))) return Writer::kNone;
  const auto process = number_in<pid_t>(numbers.substr(0, dash));
  if (!process || *process <= 0) return Writer::kNone;
  if (*process == ::getpid()) return Writer::kThisProgram;
  return ::kill(*process, 0) != 0 && errno == ESRCH ? Writer::kGone : Writer::kAlive;
}

void remove_remains(const std::string& path) {
  const fs::path file(path);
  const std::string prefix = file.filename().string() + std::string(kMark);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const auto names = names_in(folder.string());
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.starts_with(prefix) || writer_of(name) != Writer::kGone || !is_an_hour_old(folder / name)) continue;
    disk().remove((folder / name).c_str());
  }
}

}  // namespace bprop::checkpoint
