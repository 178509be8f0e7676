// SPDX-License-Identifier: Apache-2.0
//
// Disk: every call of the system by which the library writes, renames and removes files and makes folders, one function
// each, so that a test can make any of them fail (tests/checkpoint/faulty_disk.h). All of them return what the system
// returns: below 0 with errno when they fail. Who wants sentences instead takes DiskFile.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace bprop::checkpoint {

class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  virtual int open(const char* path, int flags, mode_t permissions);
  virtual int set_permissions(int file, mode_t permissions);
  // Blocks for `size` bytes, without changing the file's length.
  virtual int reserve(int file, std::uint64_t size);
  virtual int cut(int file, std::uint64_t length);
  virtual ssize_t append(int file, const std::byte* bytes, std::size_t count);
  virtual ssize_t write(int file, const std::byte* bytes, std::size_t count, std::uint64_t offset);
  virtual ssize_t read(int file, std::byte* bytes, std::size_t count, std::uint64_t offset);
  virtual int flush(int file);
  virtual int close(int file);
  virtual int rename(const char* from, const char* to);
  virtual int remove(const char* path);
  virtual int make_folder(const char* path);
};

// The system's, or a test's.
Disk& disk();

// While it lives, disk() is another one. For tests: one at a time.
class OtherDisk {
 public:
  explicit OtherDisk(Disk& other);
  OtherDisk(const OtherDisk&) = delete;
  OtherDisk& operator=(const OtherDisk&) = delete;
  ~OtherDisk();
};

}  // namespace bprop::checkpoint
