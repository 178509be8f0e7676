// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/disk_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "bprop/error.h"
#include "checkpoint/disk.h"
#include "checkpoint/file_bytes.h"

namespace bprop::checkpoint {
namespace {

constexpr int kMostSignals = 1000;  // in a row; more is no signal but a fault

// The result of a call that a signal may have broken off.
template <class Call>
auto patiently(const Call& call) {
  auto result = call();
  for (int signals = 0; result < 0 && errno == EINTR && signals < kMostSignals; ++signals) result = call();
  return result;
}

// Calls move(first byte, bytes left, offset) until all are moved; false with errno if one call fails or moves nothing.
template <class Byte, class Move>
bool moved_all(std::span<Byte> bytes, std::uint64_t offset, const Move& move) {
  while (!bytes.empty()) {
    const ssize_t count = patiently([&] { return move(bytes.data(), bytes.size(), offset); });
    if (count == 0) errno = EIO;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

bool is_unknown_here(int code) { return code == EOPNOTSUPP || code == EINVAL || code == ENOSYS; }

[[noreturn]] void fail_at(std::string_view name, std::string_view what) {
  throw IoError(fmt::format("{}: {}: {}", name, what, system_text(errno)));
}

}  // namespace

DiskFile::DiskFile(std::string name, const std::string& path, int flags) : name_(std::move(name)) {
  file_ = patiently([&] { return disk().open(path.c_str(), flags, 0666); });
  if (file_ < 0) fail("cannot be written");
}

DiskFile::DiskFile(DiskFile&& other) noexcept : name_(std::move(other.name_)), file_(std::exchange(other.file_, -1)) {}

DiskFile::~DiskFile() {
  if (file_ >= 0) disk().close(file_);
}

void DiskFile::fail(std::string_view what) const { fail_at(name_, what); }

void DiskFile::set_permissions(unsigned permissions) { disk().set_permissions(file_, permissions); }

void DiskFile::reserve(std::uint64_t size) {
  if (size == 0 || patiently([&] { return disk().reserve(file_, size); }) == 0) return;
  if (!is_unknown_here(errno)) fail("cannot be written");
}

void DiskFile::cut(std::uint64_t length) {
  if (patiently([&] { return disk().cut(file_, length); }) != 0) fail("cannot be written");
}

void DiskFile::append(std::span<const std::byte> bytes) {
  const auto move = [&](const std::byte* from, std::size_t count, auto) { return disk().append(file_, from, count); };
  if (!moved_all(bytes, 0, move)) fail("cannot be written");
}

void DiskFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  const auto move = [&](const std::byte* from, std::size_t count, std::uint64_t at) {
    return disk().write(file_, from, count, at);
  };
  if (!moved_all(bytes, offset, move)) fail("cannot be written");
}

void DiskFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  const auto move = [&](std::byte* to, std::size_t count, std::uint64_t at) {
    return disk().read(file_, to, count, at);
  };
  if (!moved_all(bytes, offset, move)) fail("cannot be read");
}

void DiskFile::flush() {
  if (patiently([&] { return disk().flush(file_); }) != 0) fail("cannot be written to the disk");
}

// Linux has closed the file even when it reports a signal.
void DiskFile::close() {
  if (disk().close(std::exchange(file_, -1)) != 0 && errno != EINTR) fail("cannot be written");
}

void rename_file(const std::string& from, const std::string& to) {
  if (patiently([&] { return disk().rename(from.c_str(), to.c_str()); }) != 0) fail_at(to, "cannot be replaced");
}

void remove_file(const std::string& path, std::string_view what) {
  if (patiently([&] { return disk().remove(path.c_str()); }) != 0 && errno != ENOENT) fail_at(path, what);
}

void flush_folder(const std::string& path, const std::string& folder) {
  constexpr std::string_view kWhat = "its folder cannot be flushed";
  const int id = patiently([&] { return disk().open(folder.c_str(), O_RDONLY | O_DIRECTORY, 0); });
  if (id < 0) fail_at(path, kWhat);
  const int code = patiently([&] { return disk().flush(id); }) == 0 || is_unknown_here(errno) ? 0 : errno;
  disk().close(id);
  if (code == 0) return;
  errno = code;
  fail_at(path, kWhat);
}

void make_folder(const std::string& path, std::string_view what) {
  std::error_code absent;
  if (std::filesystem::is_directory(path, absent)) return;
  const std::string above = folder_of(path);
  if (above == path) {  // "." or "/", and nobody may look at it
    errno = absent.value();
    fail_at(path, what);
  }
  make_folder(above, what);
  if (patiently([&] { return disk().make_folder(path.c_str()); }) != 0 && errno != EEXIST) fail_at(path, what);
  flush_folder(path, above);
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace bprop::checkpoint
