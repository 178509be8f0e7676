// SPDX-License-Identifier: Apache-2.0
//
// FaultyDisk: a disk one of whose calls fails: the one with a given number, counted from 0, or it and all after it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "checkpoint/disk.h"

namespace bprop::checkpoint {

struct Fault {
  std::size_t call = std::numeric_limits<std::size_t>::max();
  int code = EIO;         // errno; 0: the call moves fewer bytes than asked for instead
  bool for_ever = false;  // all calls after it fail, too
};

class FaultyDisk : public Disk {
 public:
  explicit FaultyDisk(const Fault& fault = {}) : fault_(fault) {}

  int open(const char* path, int flags, mode_t permissions) override {
    return fails("open") ? -1 : Disk::open(path, flags, permissions);
  }
  int set_permissions(int file, mode_t permissions) override {
    return fails("set_permissions") ? -1 : Disk::set_permissions(file, permissions);
  }
  int reserve(int file, std::uint64_t size) override { return fails("reserve") ? -1 : Disk::reserve(file, size); }
  int cut(int file, std::uint64_t length) override { return fails("cut") ? -1 : Disk::cut(file, length); }
  ssize_t append(int file, const std::byte* bytes, std::size_t count) override {
    return fails("append") ? -1 : Disk::append(file, bytes, moved(count));
  }
  ssize_t write(int file, const std::byte* bytes, std::size_t count, std::uint64_t offset) override {
    return fails("write") ? -1 : Disk::write(file, bytes, moved(count), offset);
  }
  ssize_t read(int file, std::byte* bytes, std::size_t count, std::uint64_t offset) override {
    return fails("read") ? -1 : Disk::read(file, bytes, moved(count), offset);
  }
  int flush(int file) override { return fails("flush") ? -1 : Disk::flush(file); }
  // A file is closed even when that fails.
  int close(int file) override {
    const int result = Disk::close(file);
    return fails("close") ? -1 : result;
  }
  int rename(const char* from, const char* to) override { return fails("rename") ? -1 : Disk::rename(from, to); }
  int remove(const char* path) override { return fails("remove") ? -1 : Disk::remove(path); }
  int make_folder(const char* path) override { return fails("make_folder") ? -1 : Disk::make_folder(path); }

  const std::vector<std::string>& calls() const { return calls_; }
  // The name of the first call that failed; "" if none did.
  const std::string& failed() const { return failed_; }

 private:
  bool hits() const { return calls_.size() - 1 == fault_.call || (fault_.for_ever && calls_.size() > fault_.call); }
  bool fails(const char* name) {
    calls_.emplace_back(name);
    if (!hits()) return false;
    if (failed_.empty()) failed_ = name;
    errno = fault_.code;
    return fault_.code != 0;
  }
  std::size_t moved(std::size_t count) const { return hits() && fault_.code == 0 ? (count + 1) / 2 : count; }

  Fault fault_;
  std::vector<std::string> calls_;
  std::string failed_;
};

}  // namespace bprop::checkpoint
