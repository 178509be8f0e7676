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

namespace bprop::checkpoint {

class SpoolFile {
 public:
  explicit SpoolFile(std::string beside);
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  ~SpoolFile();

  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;  // all of it was written before

 private:
  std::string beside_;
  int file_ = -1;
};

}  // namespace bprop::checkpoint
