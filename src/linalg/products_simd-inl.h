// SPDX-License-Identifier: Apache-2.0
//
// The three products on Highway. A tile of a few rows (or inputs) × one or more panels of 16 outputs stays in registers
// while the inner index runs: 12 accumulators where there are 16 registers. Same order of arithmetic as
// products_plain.inc.

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

// Panels done together where a vector is a whole line: each factor from memory then serves two multiply-adds, too.
constexpr std::size_t kTogether = kVectors == 1 ? 2 : 1;

// Rows (or inputs) of a tile over so many panels: 12 sums, which hide the latency of a multiply-add and leave registers
// for lines and a factor; one panel of one vector takes 8, two of which are a panel's 16 inputs.
template <std::size_t kPanels>
constexpr std::size_t kTileRows = [] {
  constexpr std::size_t rows = 12 / (kVectors * kPanels);
  return rows == 0 ? 1 : rows > 8 ? 8 : rows;
}();

// kRows × kPanels panels of 16 sums in registers.
template <bool kFma, std::size_t kRows, std::size_t kPanels>
struct Tile {
  FloatVector<kFma> sums[kRows][kPanels * kVectors];

  // Where vector v of a line of the panels lies, from the first one's.
  BPROP_INLINE static std::size_t offset(std::size_t v, std::size_t panel_stride) {
    return v / kVectors * panel_stride + v % kVectors * kLanes;
  }

  BPROP_INLINE void clear() {
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) sums[r][v] = FloatVector<kFma>(0.0);
    }
  }

  BPROP_INLINE void load(const float* out, std::size_t panel_stride) {
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
        sums[r][v] = FloatVector<kFma>::load(out + r * linalg::kPanel + offset(v, panel_stride));
      }
    }
  }

  // sums(r, j) += factors[r · stride] · line[j], the line's panels panel_stride apart.
  BPROP_INLINE void accumulate(const float* factors, std::size_t stride, const float* line, std::size_t panel_stride) {
    FloatVector<kFma> lines[kPanels * kVectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
      lines[v] = FloatVector<kFma>::load(line + offset(v, panel_stride));
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto factor = FloatVector<kFma>::broadcast(factors[r * stride]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) sums[r][v] = mul_add(factor, lines[v], sums[r][v]);
    }
  }

  BPROP_INLINE void add_and_store(const float* bias, float* out, std::size_t panel_stride) const {
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
        const auto sum = sums[r][v];
        const auto total = bias == nullptr ? sum : sum + FloatVector<kFma>::load(bias + v * kLanes);
        total.store(out + r * linalg::kPanel + offset(v, panel_stride));
      }
    }
  }
};

// What a product reads and writes, from one row and one panel on.
struct ProductPart {
  const float* a;
  std::size_t block_stride;  // from panel to panel of a, and of out
  std::size_t inner;
  const float* w;
  const float* bias;  // or null
  float* out;
  bool onto;

  ProductPart from(std::size_t row, std::size_t block) const {
    return {a + row * linalg::kPanel,
            block_stride,
            inner,
            w + block * inner * linalg::kPanel,
            bias == nullptr ? nullptr : bias + block * linalg::kPanel,
            out + block * block_stride + row * linalg::kPanel,
            onto};
  }
};

template <bool kFma, std::size_t kPanels>
struct ProductTile {
  ProductPart part;

  template <std::size_t kRows>
  void run() const {
    Tile<kFma, kRows, kPanels> tile;
    if (part.onto) {
      tile.load(part.out, part.block_stride);
    } else {
      tile.clear();
    }
    const std::size_t panel_stride = part.inner * linalg::kPanel;
    const float* a = part.a;
    const float* w = part.w;
    for (std::size_t block = 0; block < part.inner / linalg::kPanel; ++block) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < linalg::kPanel; ++i) {
        tile.accumulate(a + i, linalg::kPanel, w + i * linalg::kPanel, panel_stride);
      }
      a += part.block_stride;
      w += linalg::kPanel * linalg::kPanel;
    }
    for (std::size_t i = 0; i < part.inner % linalg::kPanel; ++i) {
      tile.accumulate(a + i, linalg::kPanel, w + i * linalg::kPanel, panel_stride);
    }
    tile.add_and_store(part.bias, part.out, part.block_stride);
  }
};

template <bool kFma, std::size_t kPanels>
struct WeightGradientTile {
  const float* a;
  const float* delta;
  std::size_t rows;
  std::size_t in;
  float* d_w;

  template <std::size_t kInputs>
  void run() const {
    Tile<kFma, kInputs, kPanels> tile;
    tile.clear();
#pragma GCC unroll 4
    for (std::size_t row = 0; row < rows; ++row) {
      tile.accumulate(a + row * linalg::kPanel, 1, delta + row * linalg::kPanel, rows * linalg::kPanel);
    }
    tile.add_and_store(nullptr, d_w, in * linalg::kPanel);
  }
};

// Calls tile.run<size>() for a size in 1 … kMost known at run time.
template <std::size_t kMost, class TileOfSize>
BPROP_INLINE void run_tile(std::size_t size, const TileOfSize& tile) {
  constexpr auto at_most = [](std::size_t wanted) { return kMost < wanted ? kMost : wanted; };
  switch (size) {
    case 1: return tile.template run<1>();
    case 2: return tile.template run<at_most(2)>();
    case 3: return tile.template run<at_most(3)>();
    case 4: return tile.template run<at_most(4)>();
    case 5: return tile.template run<at_most(5)>();
    case 6: return tile.template run<at_most(6)>();
    case 7: return tile.template run<at_most(7)>();
    default: return tile.template run<kMost>();
  }
}

// Tiles of at most kMost as equal as possible: 16 are cut into 6, 5, 5.
template <std::size_t kMost>
constexpr std::size_t next_tile(std::size_t left) {
  const std::size_t tiles = (left + kMost - 1) / kMost;
  return (left + tiles - 1) / tiles;
}

// One or two rows × several panels: with so few rows one panel has too few independent sums to hide the latency of a
// multiply-add, and the weights come from afar. Returns how many of the panels were done: as many as fit together.
template <bool kFma, std::size_t kRows>
std::size_t flat_product(const ProductPart& part, std::size_t blocks) {
  constexpr std::size_t kPanels = (kVectors == 1 ? 8 : 12) / (kVectors * kRows);
  std::size_t done = 0;
  if constexpr (kPanels > 1) {
    for (; done + kPanels <= blocks; done += kPanels) {
      ProductTile<kFma, kPanels>{part.from(0, done)}.template run<kRows>();
    }
  }
  return done;
}

// Panels from `block` on, kPanels at a time; returns the first that is left.
template <bool kFma, std::size_t kPanels>
BPROP_INLINE std::size_t tall_product(const ProductPart& whole, std::size_t block, std::size_t end,
                                      linalg::Range rows) {
  constexpr std::size_t kMost = kTileRows<kPanels>;
  for (; block + kPanels <= end; block += kPanels) {
    std::size_t size = 0;
    for (std::size_t row = rows.begin; row < rows.end; row += size) {
      size = next_tile<kMost>(rows.end - row);
      run_tile<kMost>(size, ProductTile<kFma, kPanels>{whole.from(row, block)});
    }
  }
  return block;
}

template <bool kFma>
void product(const float* a, std::size_t rows, std::size_t inner, const float* w, const float* bias, float* out,
             linalg::Range blocks, linalg::Range row_range, bool onto) {
  const ProductPart whole{a, rows * linalg::kPanel, inner, w, bias, out, onto};
  if (row_range.size() == 0) return;
  std::size_t block = blocks.begin;
  if (row_range.size() <= 2) {
    const auto flat = row_range.size() == 1 ? &flat_product<kFma, 1> : &flat_product<kFma, 2>;
    block += flat(whole.from(row_range.begin, block), blocks.size());
  }
  if constexpr (kTogether > 1) block = tall_product<kFma, kTogether>(whole, block, blocks.end, row_range);
  tall_product<kFma, 1>(whole, block, blocks.end, row_range);
}

template <bool kFma, std::size_t kPanels>
BPROP_INLINE std::size_t weight_gradient_panels(const float* a, const float* delta, std::size_t rows, std::size_t in,
                                                float* d_w, std::size_t block, std::size_t end, linalg::Range inputs) {
  constexpr std::size_t kMost = kTileRows<kPanels>;
  for (; block + kPanels <= end; block += kPanels) {
    std::size_t size = 0;
    for (std::size_t i = inputs.begin; i < inputs.end; i += size) {
      const std::size_t lane = i % linalg::kPanel;
      const std::size_t left = inputs.end - i < linalg::kPanel - lane ? inputs.end - i : linalg::kPanel - lane;
      size = next_tile<kMost>(left);
      run_tile<kMost>(size, WeightGradientTile<kFma, kPanels>{a + linalg::panel_offset(rows, 0, i),
                                                              delta + block * rows * linalg::kPanel, rows, in,
                                                              d_w + (block * in + i) * linalg::kPanel});
    }
  }
  return block;
}

template <bool kFma>
void weight_gradient(const float* a, const float* delta, std::size_t rows, std::size_t in, float* d_w,
                     linalg::Range blocks, linalg::Range inputs) {
  std::size_t block = blocks.begin;
  if constexpr (kTogether > 1) {
    block = weight_gradient_panels<kFma, kTogether>(a, delta, rows, in, d_w, block, blocks.end, inputs);
  }
  weight_gradient_panels<kFma, 1>(a, delta, rows, in, d_w, block, blocks.end, inputs);
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
