// SPDX-License-Identifier: Apache-2.0
//
// DiskFile: an open file. Whole spans are written and read, however few bytes the system takes at a time, and a signal
// in between is none of the caller's business. Every failure is an IoError, "NAME: what: the system's words".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bprop::checkpoint {

class DiskFile {
 public:
  // `name` is what sentences call the file at `path`; flags are those of open(2).
  DiskFile(std::string name, const std::string& path, int flags);
  DiskFile(DiskFile&& other) noexcept;
  DiskFile& operator=(DiskFile&&) = delete;
  ~DiskFile();  // closes; what was not flushed may be lost

  const std::string& name() const { return name_; }
  void set_permissions(unsigned permissions);  // of a file that somebody else owns they stay as they are

  // Takes the blocks of so many bytes, so that a full disk is noticed before anything is written; where a file system
  // knows no such thing, nothing happens.
  void reserve(std::uint64_t size);
  void cut(std::uint64_t length);  // what is behind it goes
  void append(std::span<const std::byte> bytes);
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;  // all of it was written before
  void flush();  // to the disk. After a failure nobody knows what is there: the file must be given up
  void close();  // nothing may follow

 private:
  [[noreturn]] void fail(std::string_view what) const;

  std::string name_;
  int file_ = -1;
};

// Throws IoError. `to` is replaced.
void rename_file(const std::string& from, const std::string& to);

// Throws IoError, "path: what: the system's words". A file that is not there is fine.
void remove_file(const std::string& path, std::string_view what);

// Makes what was renamed or removed in the folder last; file systems that know no such thing are fine.
void flush_folder(const std::string& path, const std::string& folder);

// Throws IoError, "path: what: the system's words". Folders above it that are missing are made, too, and all of them
// last: files in a folder whose own name is lost are lost with it.
void make_folder(const std::string& path, std::string_view what);

// That in which the path's last name stands.
std::string folder_of(const std::string& path);

}  // namespace bprop::checkpoint
