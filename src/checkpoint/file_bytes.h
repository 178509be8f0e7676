// SPDX-License-Identifier: Apache-2.0
//
// Files as bytes: reading one whole or its beginning. Folders, devices and pipes are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/aligned_buffer.h"
#include "base/result.h"

namespace bprop::checkpoint {

struct FileBytes {
  AlignedBuffer<std::byte> bytes;
  std::uint64_t file_size = 0;  // ≥ bytes.size()
};

// At most `limit` bytes from the beginning. Failures name the path: IoError with what the system said, FormatError for
// a folder.
Result<FileBytes> read_file(const std::string& path, std::uint64_t limit = UINT64_MAX);

// What the operating system calls the error number `code` (errno).
std::string system_text(int code);

}  // namespace bprop::checkpoint
