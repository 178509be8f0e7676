// SPDX-License-Identifier: Apache-2.0
//
// AlignedBuffer<T>: a fixed number of zeros on a 64-byte boundary (a cache line, and the widest vector). Allocated
// once, never grown; moving it moves ownership, copying it copies the elements.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace bprop {

// Memory for AlignedBuffer. From 2 MB on it begins at a huge page's boundary and asks for huge pages, where the system
// has them: large matrices then need few entries of the translation lookaside buffer. Throws std::bad_alloc.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory, std::size_t bytes) noexcept;

template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    if (size > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    data_ = static_cast<T*>(allocate_aligned(size * sizeof(T)));
    std::uninitialized_fill_n(data_, size, T{});
  }
  AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_) { std::copy_n(other.data_, size_, data_); }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~AlignedBuffer() {
    if (data_ != nullptr) free_aligned(data_, size_ * sizeof(T));
  }

  // Takes over the elements of `other`; allocates only when the sizes differ.
  void copy_from(const AlignedBuffer& other) {
    if (size_ != other.size_) *this = AlignedBuffer(other.size_);
    std::copy_n(other.data_, size_, data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_, size_}; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace bprop
