// SPDX-License-Identifier: Apache-2.0
//
// Column by column: sums over rows for biases and factors, and columns times factors. Equal to products_plain.inc bit
// for bit. Included once per instruction set.

#if defined(BPROP_LINALG_COLUMNS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BPROP_LINALG_COLUMNS_SIMD_INL_H_
#undef BPROP_LINALG_COLUMNS_SIMD_INL_H_
#else
#define BPROP_LINALG_COLUMNS_SIMD_INL_H_
#endif

#include "linalg/float_vector-inl.h"
#include "linalg/panels.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {
namespace {

constexpr std::size_t kVectors = linalg::kPanel / kLanes;  // vectors in a panel's line

template <bool kFma>
void bias_gradient(const float* delta, std::size_t rows, float* d_b, linalg::Range blocks) {
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    FloatVector<kFma> sums[kVectors];
    for (auto& sum : sums) sum = FloatVector<kFma>(0.0);
    for (std::size_t row = 0; row < rows; ++row) {
      const float* line = delta + (block * rows + row) * linalg::kPanel;
      for (std::size_t v = 0; v < kVectors; ++v) sums[v] = sums[v] + FloatVector<kFma>::load(line + v * kLanes);
    }
    for (std::size_t v = 0; v < kVectors; ++v) sums[v].store(d_b + block * linalg::kPanel + v * kLanes);
  }
}

void scale(const float* x, const float* s, std::size_t rows, float* out, linalg::Range blocks) {
  using Vector = FloatVector<false>;  // one product an element: the class makes no difference
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    Vector factors[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) factors[v] = Vector::load(s + block * linalg::kPanel + v * kLanes);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t line = (block * rows + row) * linalg::kPanel;
      for (std::size_t v = 0; v < kVectors; ++v) {
        (Vector::load(x + line + v * kLanes) * factors[v]).store(out + line + v * kLanes);
      }
    }
  }
}

template <bool kFma>
void scale_gradient(const float* x, const float* delta, std::size_t rows, float* d_s, linalg::Range blocks) {
  using Vector = FloatVector<kFma>;
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    Vector sums[kVectors];
    for (auto& sum : sums) sum = Vector(0.0);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t line = (block * rows + row) * linalg::kPanel;
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[v] = mul_add(Vector::load(delta + line + v * kLanes), Vector::load(x + line + v * kLanes), sums[v]);
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v) sums[v].store(d_s + block * linalg::kPanel + v * kLanes);
  }
}

}  // namespace
}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // toggle
