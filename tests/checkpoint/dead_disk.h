// SPDX-License-Identifier: Apache-2.0
//
// DeadDisk: from a given call on, counted from 0, no call does anything, and each says that it succeeded. So what is on
// the real disk is what a program leaves that is killed before that call.
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "checkpoint/disk.h"

namespace bprop::checkpoint {

class DeadDisk : public Disk {
 public:
  explicit DeadDisk(std::size_t call) : left_(call) {}

  int open(const char* path, int flags, mode_t permissions) override {
    return dies() ? Disk::open("/dev/null", O_RDWR, 0) : Disk::open(path, flags, permissions);
  }
  int set_permissions(int file, mode_t permissions) override {
    return dies() ? 0 : Disk::set_permissions(file, permissions);
  }
  int reserve(int file, std::uint64_t size) override { return dies() ? 0 : Disk::reserve(file, size); }
  int cut(int file, std::uint64_t length) override { return dies() ? 0 : Disk::cut(file, length); }
  ssize_t append(int file, const std::byte* bytes, std::size_t count) override {
    return dies() ? static_cast<ssize_t>(count) : Disk::append(file, bytes, count);
  }
  ssize_t write(int file, const std::byte* bytes, std::size_t count, std::uint64_t offset) override {
    return dies() ? static_cast<ssize_t>(count) : Disk::write(file, bytes, count, offset);
  }
  ssize_t read(int file, std::byte* bytes, std::size_t count, std::uint64_t offset) override {
    if (!dies()) return Disk::read(file, bytes, count, offset);
    std::fill_n(bytes, count, std::byte{0});
    return static_cast<ssize_t>(count);
  }
  int flush(int file) override { return dies() ? 0 : Disk::flush(file); }
  int close(int file) override {  // which changes nothing on the disk
    dies();
    return Disk::close(file);
  }
  int rename(const char* from, const char* to) override { return dies() ? 0 : Disk::rename(from, to); }
  int remove(const char* path) override { return dies() ? 0 : Disk::remove(path); }
  int make_folder(const char* path) override { return dies() ? 0 : Disk::make_folder(path); }

  // Whether the call has come; a training may stop by it, since nobody will see what it does.
  const std::atomic<bool>& is_dead() const { return dead_; }

 private:
  bool dies() {
    if (left_ > 0) {
      --left_;
    } else {
      dead_ = true;
    }
    return dead_;
  }

  std::size_t left_;
  std::atomic<bool> dead_ = false;
};

}  // namespace bprop::checkpoint
