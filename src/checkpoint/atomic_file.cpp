// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/check.h"
#include "checkpoint/file_bytes.h"

namespace bprop::checkpoint {
namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Calls write(bytes, offset so far) until all is written; the number of the error or 0.
template <class Write>
int write_all(std::span<const std::byte> bytes, Write write) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = write(bytes.subspan(done), done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    done += static_cast<std::size_t>(count);
  }
  return 0;
}

// Some file systems cannot flush a folder and say so; that is no failure of ours.
int flush_folder(const std::string& folder) {
  const int id = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (id < 0) return errno;
  const int code = ::fsync(id) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
  ::close(id);
  return code;
}

// The permissions of the file that would be replaced; nothing if there is none. Throws if it must not be replaced.
std::optional<mode_t> permissions_to_keep(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw IoError(fmt::format("{}: cannot be written: {}", path, system_text(errno)));
  }
  BPROP_CHECK(!S_ISLNK(status.st_mode), UsageError,
              "{}: is a symbolic link, which would be replaced; name the file itself", path);
  BPROP_CHECK(!S_ISDIR(status.st_mode), IoError, "{}: is a folder, expected a file", path);
  BPROP_CHECK(S_ISREG(status.st_mode), IoError, "{}: is a device or pipe, expected a file", path);
  return status.st_mode & 07777;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  static std::atomic<unsigned> number = 0;
  const auto permissions = permissions_to_keep(path_);
  temporary_ = fmt::format("{}.tmp-{}-{}", path_, ::getpid(), number++);
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ < 0) fail("cannot be written", errno);
  if (permissions) ::fchmod(file_, *permissions);  // a file of other people keeps ours
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* what, int code) const {
  throw IoError(fmt::format("{}: {}: {}", path_, what, system_text(code)));
}

void AtomicFile::append(std::span<const std::byte> bytes) {
  const int code = write_all(bytes, [&](auto rest, std::size_t) { return ::write(file_, rest.data(), rest.size()); });
  if (code != 0) fail("cannot be written", code);
}

void AtomicFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
  const int code = write_all(bytes, [&](auto rest, std::size_t done) {
    return ::pwrite(file_, rest.data(), rest.size(), static_cast<off_t>(offset + done));
  });
  if (code != 0) fail("cannot be written", code);
}

void AtomicFile::commit() {
  if (::fsync(file_) != 0) fail("cannot be written to the disk", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be replaced", errno);
  const int closed = ::close(std::exchange(file_, -1)) == 0 ? 0 : errno;
  if (closed != 0) fail("cannot be written", closed);
  if (const int code = flush_folder(folder_of(path_)); code != 0) fail("its folder cannot be flushed", code);
}

void check_replaceable(const std::string& path) {
  permissions_to_keep(path);
  const std::string folder = folder_of(path);
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw IoError(fmt::format("{}: cannot be written: {}", path, system_text(errno)));
  }
}

}  // namespace bprop::checkpoint
