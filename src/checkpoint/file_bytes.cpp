// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace bprop::checkpoint {
namespace {

// Closes what was opened for reading; nothing can be lost by it.
struct Descriptor {
  int id;
  ~Descriptor() {
    if (id >= 0) ::close(id);
  }
};

}  // namespace

std::string system_text(int code) { return std::generic_category().message(code); }

Result<FileBytes> read_file(const std::string& path, std::uint64_t limit) {
  const auto refuse = [&](const std::string& reason) { return io_failure(fmt::format("{}: {}", path, reason)); };
  // Non-blocking: a pipe without writer would wait for ever.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.id < 0) return refuse(errno == ENOENT ? "no such file" : "cannot be read: " + system_text(errno));
  struct stat status{};
  if (::fstat(file.id, &status) != 0) return refuse("cannot be read: " + system_text(errno));
  if (S_ISDIR(status.st_mode)) return format_failure(fmt::format("{}: is a folder, expected a file", path));
  if (!S_ISREG(status.st_mode)) return refuse("is a device or pipe, expected a file");

  FileBytes result;
  result.file_size = static_cast<std::uint64_t>(status.st_size);
  result.bytes = AlignedBuffer<std::byte>(std::min(result.file_size, limit));
  std::size_t done = 0;
  while (done < result.bytes.size()) {
    const ssize_t count = ::read(file.id, result.bytes.data() + done, result.bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse("cannot be read: " + system_text(errno));
    if (count == 0) return refuse("became shorter while it was read");
    done += static_cast<std::size_t>(count);
  }
  return result;
}

}  // namespace bprop::checkpoint
