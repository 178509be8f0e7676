// SPDX-License-Identifier: Apache-2.0
#include "nn/allocation_count.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};

// What fail_allocation() asked for.
std::atomic<std::uint64_t> to_fail{0}, since{0};
std::atomic<bool> for_ever{false};

bool fails() {
  if (to_fail == 0) return false;
  const std::uint64_t number = ++since;
  return number == to_fail || (number > to_fail && for_ever);
}

void* counted(std::size_t size, std::size_t alignment) {
  ++count;
  if (fails()) throw std::bad_alloc();
  // aligned_alloc wants whole multiples.
  void* memory = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace bprop {
std::uint64_t allocations() { return count; }

std::uint64_t fail_allocation(std::uint64_t number, Failing how) {
  to_fail = 0;
  for_ever = how == Failing::kForEver;
  const std::uint64_t seen = since.exchange(0);
  to_fail = number;
  return seen;
}
}  // namespace bprop

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return operator new(size, std::nothrow); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
