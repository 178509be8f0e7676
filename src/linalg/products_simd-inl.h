// SPDX-License-Identifier: Apache-2.0
//
// The three products on Highway. A tile of kTile rows (or inputs) × 16 outputs stays in registers while the inner index
// runs: 12 accumulators where there are 16 registers of 8 floats. Same order of arithmetic as products_plain.inc.

#if defined(BPROP_LINALG_PRODUCTS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BPROP_LINALG_PRODUCTS_SIMD_INL_H_
#undef BPROP_LINALG_PRODUCTS_SIMD_INL_H_
#else
#define BPROP_LINALG_PRODUCTS_SIMD_INL_H_
#endif

#include "linalg/columns_simd-inl.h"
#include "linalg/float_vector-inl.h"
#include "linalg/kernels.h"
#include "linalg/panels.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {
namespace {

constexpr std::size_t kTile = kVectors >= 6 ? 1 : 12 / kVectors > 6 ? 6 : 12 / kVectors;

// kTile × 16 sums in registers.
template <bool kFma, std::size_t kRows>
struct Tile {
  FloatVector<kFma> sums[kRows][kVectors];

  BPROP_INLINE void clear() {
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = FloatVector<kFma>(0.0);
    }
  }

  BPROP_INLINE void load(const float* out) {
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = FloatVector<kFma>::load(out + r * linalg::kPanel + v * kLanes);
      }
    }
  }

  BPROP_INLINE void start(const float* out, bool onto) {
    if (onto) {
      load(out);
    } else {
      clear();
    }
  }

  // sums(r, j) += factors[r · stride] · line[j].
  BPROP_INLINE void accumulate(const float* factors, std::size_t stride, const float* line) {
    FloatVector<kFma> lines[kVectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) lines[v] = FloatVector<kFma>::load(line + v * kLanes);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto factor = FloatVector<kFma>::broadcast(factors[r * stride]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = mul_add(factor, lines[v], sums[r][v]);
    }
  }

  BPROP_INLINE void add_and_store(const float* bias, float* out) const {
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) {
        const auto sum = sums[r][v];
        const auto total = bias == nullptr ? sum : sum + FloatVector<kFma>::load(bias + v * kLanes);
        total.store(out + r * linalg::kPanel + v * kLanes);
      }
    }
  }
};

template <bool kFma, std::size_t kRows>
void product_tile(const float* a, std::size_t block_stride, std::size_t inner, const float* w, const float* bias,
                  float* out, bool onto) {
  Tile<kFma, kRows> tile;
  tile.start(out, onto);
  const std::size_t whole = inner / linalg::kPanel;
  for (std::size_t block = 0; block < whole; ++block) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < linalg::kPanel; ++i) {
      tile.accumulate(a + i, linalg::kPanel, w + i * linalg::kPanel);
    }
    a += block_stride;
    w += linalg::kPanel * linalg::kPanel;
  }
  for (std::size_t i = 0; i < inner % linalg::kPanel; ++i) {
    tile.accumulate(a + i, linalg::kPanel, w + i * linalg::kPanel);
  }
  tile.add_and_store(bias, out);
}

template <bool kFma, std::size_t kInputs>
void weight_gradient_tile(const float* a, const float* delta, std::size_t rows, float* d_w) {
  Tile<kFma, kInputs> tile;
  tile.clear();
#pragma GCC unroll 4
  for (std::size_t row = 0; row < rows; ++row) {
    tile.accumulate(a + row * linalg::kPanel, 1, delta + row * linalg::kPanel);
  }
  tile.add_and_store(nullptr, d_w);
}

// A few rows × several panels of outputs: with so few rows one panel has too few independent sums to hide the latency
// of a multiply-add, and the weights come from afar.
template <bool kFma, std::size_t kRows, std::size_t kBlocks>
void flat_product_tile(const float* a, std::size_t block_stride, std::size_t inner, const float* w, const float* bias,
                       float* out, bool onto) {
  Tile<kFma, kRows> tiles[kBlocks];
#pragma GCC unroll 16
  for (std::size_t b = 0; b < kBlocks; ++b) tiles[b].start(out + b * block_stride, onto);
  for (std::size_t i = 0; i < inner; ++i) {
    const float* const factors = a + i / linalg::kPanel * block_stride + i % linalg::kPanel;
#pragma GCC unroll 16
    for (std::size_t b = 0; b < kBlocks; ++b) {
      tiles[b].accumulate(factors, linalg::kPanel, w + (b * inner + i) * linalg::kPanel);
    }
  }
#pragma GCC unroll 16
  for (std::size_t b = 0; b < kBlocks; ++b) {
    tiles[b].add_and_store(bias == nullptr ? nullptr : bias + b * linalg::kPanel, out + b * block_stride);
  }
}

// Calls Function::run<size>() for a size in 1 … kTile known at run time.
template <class Function>
BPROP_INLINE void with_tile_size(std::size_t size, const Function& function) {
  switch (size) {
    case 1: return function.template run<1>();
    case 2: return function.template run < kTile<2 ? kTile : 2>();
    case 3: return function.template run < kTile<3 ? kTile : 3>();
    case 4: return function.template run < kTile<4 ? kTile : 4>();
    case 5: return function.template run < kTile<5 ? kTile : 5>();
    default: return function.template run<kTile>();
  }
}

template <bool kFma>
struct ProductCall {
  const float* a;
  std::size_t block_stride;
  std::size_t inner;
  const float* w;
  const float* bias;
  float* out;
  bool onto;
  template <std::size_t kRows>
  BPROP_INLINE void run() const {
    product_tile<kFma, kRows>(a, block_stride, inner, w, bias, out, onto);
  }
};

template <bool kFma>
struct WeightGradientCall {
  const float* a;
  const float* delta;
  std::size_t rows;
  float* d_w;
  template <std::size_t kInputs>
  BPROP_INLINE void run() const {
    weight_gradient_tile<kFma, kInputs>(a, delta, rows, d_w);
  }
};

// Tiles as equal as possible: 16 are cut into 6, 5, 5.
constexpr std::size_t next_tile(std::size_t left) {
  const std::size_t tiles = (left + kTile - 1) / kTile;
  return (left + tiles - 1) / tiles;
}

// As many panels as fit are done together; returns how many panels were done.
template <bool kFma, std::size_t kRows>
std::size_t flat_product(const float* a, std::size_t block_stride, std::size_t inner, const float* w, const float* bias,
                         float* out, std::size_t blocks, bool onto) {
  constexpr std::size_t kBlocks = 12 / (kVectors * kRows);
  std::size_t done = 0;
  if constexpr (kBlocks > 1) {
    for (; done + kBlocks <= blocks; done += kBlocks) {
      flat_product_tile<kFma, kRows, kBlocks>(a, block_stride, inner, w + done * inner * linalg::kPanel,
                                              bias == nullptr ? nullptr : bias + done * linalg::kPanel,
                                              out + done * block_stride, onto);
    }
  }
  return done;
}

template <bool kFma>
void product(const float* a, std::size_t rows, std::size_t inner, const float* w, const float* bias, float* out,
             linalg::Range blocks, linalg::Range row_range, bool onto) {
  const std::size_t block_stride = rows * linalg::kPanel;
  if (row_range.size() == 0) return;
  if (row_range.size() <= 2) {
    const auto flat = row_range.size() == 1 ? &flat_product<kFma, 1> : &flat_product<kFma, 2>;
    blocks.begin +=
        flat(a + row_range.begin * linalg::kPanel, block_stride, inner, w + blocks.begin * inner * linalg::kPanel,
             bias == nullptr ? nullptr : bias + blocks.begin * linalg::kPanel,
             out + blocks.begin * block_stride + row_range.begin * linalg::kPanel, blocks.size(), onto);
  }
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    std::size_t size = 0;
    for (std::size_t row = row_range.begin; row < row_range.end; row += size) {
      size = next_tile(row_range.end - row);
      const ProductCall<kFma> call{a + row * linalg::kPanel,
                                   block_stride,
                                   inner,
                                   w + block * inner * linalg::kPanel,
                                   bias == nullptr ? nullptr : bias + block * linalg::kPanel,
                                   out + block * block_stride + row * linalg::kPanel,
                                   onto};
      with_tile_size(size, call);
    }
  }
}

template <bool kFma>
void weight_gradient(const float* a, const float* delta, std::size_t rows, std::size_t in, float* d_w,
                     linalg::Range blocks, linalg::Range inputs) {
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    std::size_t size = 0;
    for (std::size_t i = inputs.begin; i < inputs.end; i += size) {
      const std::size_t lane = i % linalg::kPanel;
      const std::size_t left = inputs.end - i < linalg::kPanel - lane ? inputs.end - i : linalg::kPanel - lane;
      size = next_tile(left);
      const WeightGradientCall<kFma> call{a + linalg::panel_offset(rows, 0, i), delta + block * rows * linalg::kPanel,
                                          rows, d_w + (block * in + i) * linalg::kPanel};
      with_tile_size(size, call);
    }
  }
}

#if HWY_TARGET != HWY_SCALAR
// A 4 × 4 block: from(i, j) → to(j, i), lines of 16; at most `outputs` lines are written.
BPROP_INLINE void transpose_four(const float* from, std::size_t outputs, float* to) {
  const hn::FixedTag<float, 4> four;
  const auto r0 = hn::LoadU(four, from);
  const auto r1 = hn::LoadU(four, from + linalg::kPanel);
  const auto r2 = hn::LoadU(four, from + 2 * linalg::kPanel);
  const auto r3 = hn::LoadU(four, from + 3 * linalg::kPanel);
  const auto low01 = hn::InterleaveLower(four, r0, r1);
  const auto low23 = hn::InterleaveLower(four, r2, r3);
  const auto high01 = hn::InterleaveUpper(four, r0, r1);
  const auto high23 = hn::InterleaveUpper(four, r2, r3);
  hn::StoreU(hn::ConcatLowerLower(four, low23, low01), four, to);
  if (outputs > 1) hn::StoreU(hn::ConcatUpperUpper(four, low23, low01), four, to + linalg::kPanel);
  if (outputs > 2) hn::StoreU(hn::ConcatLowerLower(four, high23, high01), four, to + 2 * linalg::kPanel);
  if (outputs > 3) hn::StoreU(hn::ConcatUpperUpper(four, high23, high01), four, to + 3 * linalg::kPanel);
}
#endif

void transpose(const float* from, std::size_t inputs, std::size_t outputs, float* to) {
#if HWY_TARGET != HWY_SCALAR
  if (inputs == linalg::kPanel) {
    for (std::size_t out = 0; out < outputs; out += 4) {
      for (std::size_t in = 0; in < linalg::kPanel; in += 4) {
        transpose_four(from + in * linalg::kPanel + out, outputs - out, to + out * linalg::kPanel + in);
      }
    }
    return;
  }
#endif
  for (std::size_t out = 0; out < outputs; ++out) {
    for (std::size_t in = 0; in < linalg::kPanel; ++in) {
      to[out * linalg::kPanel + in] = in < inputs ? from[in * linalg::kPanel + out] : 0.0F;
    }
  }
}

}  // namespace
}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // toggle
