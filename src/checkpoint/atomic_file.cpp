// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/check.h"
#include "checkpoint/disk.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/temporary_name.h"

namespace bprop::checkpoint {
namespace {

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
  const auto permissions = permissions_to_keep(path_);
  remove_remains(path_);
  temporary_ = unused_name(path_);
  file_.emplace(path_, temporary_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (permissions) file_->set_permissions(*permissions);
}

AtomicFile::~AtomicFile() {
  if (temporary_.empty()) return;
  file_.reset();
  disk().remove(temporary_.c_str());
}

void AtomicFile::commit() {
  file_->flush();
  file_->close();
  rename_file(temporary_, path_);
  temporary_.clear();
  flush_folder(path_, folder_of(path_));
}

void check_replaceable(const std::string& path) {
  permissions_to_keep(path);
  const std::string folder = folder_of(path);
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw IoError(fmt::format("{}: cannot be written: {}", path, system_text(errno)));
  }
}

}  // namespace bprop::checkpoint
