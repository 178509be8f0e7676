// SPDX-License-Identifier: Apache-2.0
#include "data/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <system_error>
#include <utility>

namespace bprop::data {
namespace {

Failure system_failure(const std::string& name, std::string_view what) {
  return io_failure(fmt::format("{}: {}: {}", name, what, std::generic_category().message(errno)));
}

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  explicit MemorySource(std::string owned) : owned_(std::move(owned)), bytes_(owned_) {}

  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    std::copy_n(bytes_.data() + position_, count, out.data());
    position_ += count;
    return count;
  }
  std::optional<Failure> rewind() override {
    position_ = 0;
    return std::nullopt;
  }
  std::uint64_t size_bound() const override { return bytes_.size(); }

 private:
  std::string owned_;
  std::string_view bytes_;
  std::size_t position_ = 0;
};

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size, std::string name)
      : descriptor_(descriptor), size_(size), name_(std::move(name)) {}
  ~FileSource() override { ::close(descriptor_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = ::read(descriptor_, out.data() + done, out.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return system_failure(name_, "cannot be read");
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }
  std::optional<Failure> rewind() override {
    if (::lseek(descriptor_, 0, SEEK_SET) != 0) return system_failure(name_, "cannot be read again");
    return std::nullopt;
  }
  std::uint64_t size_bound() const override { return size_; }

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string name_;
};

Result<std::unique_ptr<ByteSource>> slurp(FileSource& pipe) {
  std::string bytes;
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPiece);
    const auto count = pipe.read({bytes.data() + before, kPiece});
    if (!count) return count.failure();
    bytes.resize(before + *count);
    if (*count < kPiece) return std::unique_ptr<ByteSource>(std::make_unique<MemorySource>(std::move(bytes)));
  }
}

}  // namespace

Result<bool> read_exactly(ByteSource& source, std::span<char> out, std::string_view name, std::string_view what) {
  const auto count = source.read(out);
  if (!count) return count.failure();
  if (*count == out.size()) return true;
  if (*count == 0) return false;
  return format_failure(fmt::format("{}: ends after {} bytes of {}, expected {}", name, *count, what, out.size()));
}

Result<std::string> beginning_of(ByteSource& source, std::size_t most) {
  constexpr std::size_t kFirstBytes = 4096;
  std::string bytes;
  for (std::size_t size = std::min(kFirstBytes, most);; size = std::min(2 * size, most)) {
    const std::size_t before = bytes.size();
    bytes.resize(size);
    const auto count = source.read(std::span(bytes).subspan(before));
    if (!count) return count.failure();
    bytes.resize(before + *count);
    if (bytes.size() < size || size == most) return bytes;
  }
}

std::unique_ptr<ByteSource> memory_source(std::string_view bytes) { return std::make_unique<MemorySource>(bytes); }

Result<std::unique_ptr<ByteSource>> file_source(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_failure(path, "cannot be opened");
  struct stat status = {};
  const bool known = ::fstat(descriptor, &status) == 0;
  const auto size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  auto file = std::make_unique<FileSource>(descriptor, size, path);
  if (!known) return system_failure(path, "cannot be read");
  if (S_ISDIR(status.st_mode)) return format_failure(fmt::format("{}: is a folder, expected a file", path));
  const bool endless = S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && ::isatty(descriptor) == 0);
  if (endless) return format_failure(fmt::format("{}: is a device, expected a file or a pipe", path));
  if (!S_ISREG(status.st_mode)) return slurp(*file);
  return std::unique_ptr<ByteSource>(std::move(file));
}

}  // namespace bprop::data
