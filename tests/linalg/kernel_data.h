// SPDX-License-Identifier: Apache-2.0
//
// What the kernel tests share: buffers of seeded numbers, outputs poisoned with NaN, comparison bit by bit, and every
// table of kernels beside its reference.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/random.h"
#include "linalg/kernels.h"
#include "linalg/panels.h"

namespace bprop::linalg {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

// `size` floats in [−scale, scale), `offset` floats past a 64-byte boundary.
class Buffer {
 public:
  explicit Buffer(std::size_t size, std::size_t offset = 0) : memory_(size + offset), size_(size), offset_(offset) {}

  float* data() { return memory_.data() + offset_; }
  const float* data() const { return memory_.data() + offset_; }
  std::size_t size() const { return size_; }
  float& operator[](std::size_t i) { return data()[i]; }
  float operator[](std::size_t i) const { return data()[i]; }

  Buffer& fill(std::uint32_t seed, float scale = 1) {
    for (std::size_t i = 0; i < size_; ++i) {
      (*this)[i] = scale * (2 * random_uniform({.seed = seed}, static_cast<std::uint32_t>(i)) - 1);
    }
    return *this;
  }
  Buffer& poison() {
    for (std::size_t i = 0; i < size_; ++i) (*this)[i] = kNan;
    return *this;
  }
  // Zeros in the columns past the last of a panel matrix.
  Buffer& clear_padding(std::size_t rows, std::size_t columns) {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t c = columns; c < padded(columns); ++c) (*this)[panel_offset(rows, row, c)] = 0;
    }
    return *this;
  }

 private:
  AlignedBuffer<float> memory_;
  std::size_t size_;
  std::size_t offset_;
};

inline bool same_bits(const Buffer& x, const Buffer& y) {
  return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
}

// Equal bit for bit, or both NaN: which NaN comes out is not part of the contract.
inline bool same_bits_or_nan(const Buffer& x, const Buffer& y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool both_nan = x[i] != x[i] && y[i] != y[i];
    if (!both_nan && std::memcmp(x.data() + i, y.data() + i, sizeof(float)) != 0) return false;
  }
  return x.size() == y.size();
}

// A table that this processor runs, with the reference of its class.
struct Pair {
  const Kernels<float>* table;
  const Kernels<float>* reference;
  std::string name() const { return std::string(bprop::name(table->arithmetic)) + "_" + table->target; }
  friend std::ostream& operator<<(std::ostream& out, const Pair& pair) { return out << pair.name(); }
};

inline std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    for (const Kernels<float>* table : all_float_kernels(arithmetic)) {
      pairs.push_back({table, &reference_kernels(arithmetic)});
    }
  }
  return pairs;
}

class EveryTable : public testing::TestWithParam<Pair> {
 protected:
  const Kernels<float>& table = *GetParam().table;
  const Kernels<float>& reference = *GetParam().reference;
};

#define BPROP_INSTANTIATE_EVERY_TABLE(suite)                                               \
  INSTANTIATE_TEST_SUITE_P(Tables, suite, testing::ValuesIn(::bprop::linalg::all_pairs()), \
                           [](const auto& test) { return test.param.name(); })

inline std::vector<Activation> elementwise_activations() {
  std::vector<Activation> all;
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.id != Activation::kSoftmax) all.push_back(rule.id);
  }
  return all;
}

}  // namespace bprop::linalg
