// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace bprop::checkpoint {
namespace {

std::atomic<Disk*> other_disk = nullptr;

}  // namespace

int Disk::open(const char* path, int flags, mode_t permissions) { return ::open(path, flags | O_CLOEXEC, permissions); }

int Disk::set_permissions(int file, mode_t permissions) { return ::fchmod(file, permissions); }

int Disk::reserve(int file, std::uint64_t size) {
  return ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size));
}

int Disk::cut(int file, std::uint64_t length) { return ::ftruncate(file, static_cast<off_t>(length)); }

ssize_t Disk::append(int file, const std::byte* bytes, std::size_t count) { return ::write(file, bytes, count); }

ssize_t Disk::write(int file, const std::byte* bytes, std::size_t count, std::uint64_t offset) {
  return ::pwrite(file, bytes, count, static_cast<off_t>(offset));
}

ssize_t Disk::read(int file, std::byte* bytes, std::size_t count, std::uint64_t offset) {
  return ::pread(file, bytes, count, static_cast<off_t>(offset));
}

int Disk::flush(int file) { return ::fsync(file); }

int Disk::close(int file) { return ::close(file); }

int Disk::rename(const char* from, const char* to) { return ::rename(from, to); }

int Disk::remove(const char* path) { return ::unlink(path); }

int Disk::make_folder(const char* path) { return ::mkdir(path, 0777); }

Disk& disk() {
  static Disk system;
  Disk* const other = other_disk.load(std::memory_order_acquire);
  return other == nullptr ? system : *other;
}

OtherDisk::OtherDisk(Disk& other) { other_disk.store(&other, std::memory_order_release); }

OtherDisk::~OtherDisk() { other_disk.store(nullptr, std::memory_order_release); }

}  // namespace bprop::checkpoint
