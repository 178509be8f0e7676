// SPDX-License-Identifier: Apache-2.0
//
// AtomicFile: whoever opens the path sees the old file or the new one, never a part, whatever happens in between. The
// bytes go into a temporary file beside it (NAME.tmp-PID-NUMBER); commit() flushes it to the disk, renames it over the
// path and flushes the folder. Without commit(), or when it fails, the temporary file is removed; the old file stays
// unless it was the folder's flush that failed. Everything throws IoError with the path and the system's words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "checkpoint/disk_file.h"

namespace bprop::checkpoint {

class AtomicFile {
 public:
  // A symbolic link at the path is refused (UsageError), so is anything else that is not a plain file. A file that is
  // replaced hands its permissions on.
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void reserve(std::uint64_t size) { file_->reserve(size); }  // of the whole file: a full disk is noticed at once
  void append(std::span<const std::byte> bytes) { file_->append(bytes); }
  void overwrite(std::uint64_t offset, std::span<const std::byte> bytes) { file_->write(offset, bytes); }
  void commit();  // nothing may follow

 private:
  std::string path_;
  std::string temporary_;
  std::optional<DiskFile> file_;
};

// Throws what AtomicFile's constructor would throw for this path: to find out before hours of work, not after.
void check_replaceable(const std::string& path);

}  // namespace bprop::checkpoint
