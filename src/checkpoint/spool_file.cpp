// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/spool_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "bprop/error.h"
#include "checkpoint/file_bytes.h"

namespace bprop::checkpoint {
namespace {

[[noreturn]] void fail(const std::string& path, std::string_view what) {
  throw IoError(fmt::format("{}: {}: {}", path, what, system_text(errno)));
}

// Calls move(first byte, bytes left, offset) until all are moved; false with errno if one call fails or moves nothing.
template <class Byte, class Move>
bool moved_all(std::span<Byte> bytes, std::uint64_t offset, Move move) {
  while (!bytes.empty()) {
    const ssize_t count = move(bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

}  // namespace

SpoolFile::SpoolFile(std::string beside) : beside_(std::move(beside)) {
  std::string name = fmt::format("{}.tmp-XXXXXX", beside_);
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) fail(beside_, "cannot be written");
  ::unlink(name.c_str());
}

SpoolFile::~SpoolFile() { ::close(file_); }

void SpoolFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  const auto move = [&](const std::byte* from, std::size_t size, off_t at) { return ::pwrite(file_, from, size, at); };
  if (!moved_all(bytes, offset, move)) fail(beside_, "cannot be written");
}

void SpoolFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  const auto move = [&](std::byte* to, std::size_t size, off_t at) { return ::pread(file_, to, size, at); };
  if (!moved_all(bytes, offset, move)) fail(beside_, "what was set aside for it cannot be read");
}

}  // namespace bprop::checkpoint
