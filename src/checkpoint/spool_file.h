// SPDX-License-Identifier: Apache-2.0
//
// SpoolFile: numbers that wait on the disk until a file is made of them. Its name is gone as soon as it is open, so
// that nothing is left however the program ends. Throws IoError with the path that it lies beside and the system's
// words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "checkpoint/disk_file.h"

namespace bprop::checkpoint {

class SpoolFile {
 public:
  explicit SpoolFile(const std::string& beside);

  void write(std::uint64_t offset, std::span<const std::byte> bytes) { file_.write(offset, bytes); }
  void read(std::uint64_t offset, std::span<std::byte> bytes) const { file_.read(offset, bytes); }  // was written

 private:
  DiskFile file_;
};

}  // namespace bprop::checkpoint
