// SPDX-License-Identifier: Apache-2.0
//
// The three products of every instruction set against the plain reference, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

constexpr std::array<std::size_t, 26> kSizes = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,  12,  13,
                                                14, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129};

struct Shape {
  std::size_t rows, inner, columns;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.rows << " rows, " << shape.inner << " inner, " << shape.columns << " columns";
}

// Every pair of sizes meets in each pair of dimensions, where the third follows from them; and a few large ones.
std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    for (std::size_t j = 0; j < kSizes.size(); ++j) {
      all.push_back({kSizes.at(i), kSizes.at(j), kSizes.at((i + j) % kSizes.size())});
    }
  }
  for (const Shape& large : {Shape{3, 784, 17}, Shape{17, 1000, 33}, Shape{1025, 5, 16}, Shape{2, 1025, 1000},
                             Shape{64, 16, 784}, Shape{1, 1000, 1025}, Shape{1000, 1, 1}}) {
    all.push_back(large);
  }
  return all;
}

struct Operands {
  Shape shape;
  std::size_t offset;
  Buffer a{shape.rows * padded(shape.inner), offset};
  Buffer w{shape.inner * padded(shape.columns), offset};
  Buffer bias{padded(shape.columns), offset};
  Buffer delta{shape.rows * padded(shape.columns), offset};

  explicit Operands(const Shape& of, std::size_t float_offset = 0) : shape(of), offset(float_offset) {
    a.fill(1);
    w.fill(2);
    bias.fill(3);
    delta.fill(4);
  }
  Range blocks() const { return {0, panels(shape.columns)}; }

  Buffer product(const Kernels<float>& table, bool with_bias, Range blocks, Range rows) const {
    Buffer out(shape.rows * padded(shape.columns), offset);
    table.product(a.data(), shape.rows, shape.inner, w.data(), with_bias ? bias.data() : nullptr, out.poison().data(),
                  blocks, rows, false);
    return out;
  }
  Buffer product(const Kernels<float>& table, bool with_bias) const {
    return product(table, with_bias, blocks(), {0, shape.rows});
  }
  Buffer weight_gradient(const Kernels<float>& table) const {
    Buffer d_w(shape.inner * padded(shape.columns), offset);
    table.weight_gradient(a.data(), delta.data(), shape.rows, shape.inner, d_w.poison().data(), blocks(),
                          {0, shape.inner});
    return d_w;
  }
  Buffer bias_gradient(const Kernels<float>& table) const {
    Buffer d_b(padded(shape.columns), offset);
    table.bias_gradient(delta.data(), shape.rows, d_b.poison().data(), blocks());
    return d_b;
  }
};

bool has_nan(const Buffer& buffer) {
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    if (buffer[i] != buffer[i]) return true;
  }
  return false;
}

using ProductsOf = EveryTable;

TEST_P(ProductsOf, EqualTheReferenceAndOverwriteTheirOutputAtEveryShape) {
  for (const Shape& shape : shapes()) {
    const Operands operands(shape);
    for (const bool with_bias : {false, true}) {
      const Buffer out = operands.product(table, with_bias);
      EXPECT_FALSE(has_nan(out)) << shape;
      EXPECT_TRUE(same_bits(out, operands.product(reference, with_bias))) << shape << ", bias " << with_bias;
    }
    const Buffer d_w = operands.weight_gradient(table);
    EXPECT_FALSE(has_nan(d_w)) << shape;
    EXPECT_TRUE(same_bits(d_w, operands.weight_gradient(reference))) << shape;
    const Buffer d_b = operands.bias_gradient(table);
    EXPECT_FALSE(has_nan(d_b)) << shape;
    EXPECT_TRUE(same_bits(d_b, operands.bias_gradient(reference))) << shape;
  }
}

TEST_P(ProductsOf, EqualTheReferenceOffTheCacheLine) {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{7, 33, 17}, Shape{16, 100, 48}}) {
    const Operands aligned(shape);
    const Operands misaligned(shape, 1);
    EXPECT_TRUE(same_bits(misaligned.product(table, true), aligned.product(reference, true))) << shape;
    EXPECT_TRUE(same_bits(misaligned.weight_gradient(table), aligned.weight_gradient(reference))) << shape;
    EXPECT_TRUE(same_bits(misaligned.bias_gradient(table), aligned.bias_gradient(reference))) << shape;
  }
}

TEST_P(ProductsOf, TransposedBlocksOfEverySizeEqualTheReferenceAndStayInTheirLines) {
  for (const std::size_t offset : {0U, 1U}) {
    Buffer from(kPanel * kPanel, offset);
    from.fill(5);
    for (std::size_t inputs = 1; inputs <= kPanel; ++inputs) {
      for (std::size_t outputs = 1; outputs <= kPanel; ++outputs) {
        Buffer to(kPanel * kPanel, offset);
        Buffer expected(kPanel * kPanel, offset);
        to.fill(6);
        expected.fill(6);
        table.transpose(from.data(), inputs, outputs, to.data());
        reference.transpose(from.data(), inputs, outputs, expected.data());
        ASSERT_TRUE(same_bits(to, expected)) << inputs << " inputs, " << outputs << " outputs";
      }
    }
  }
}

TEST_P(ProductsOf, GiveTheSameBitsHoweverTheOutputIsCut) {
  const Shape shape{23, 37, 90};
  const Operands operands(shape);
  const Buffer whole = operands.product(table, true);
  const Buffer d_w = operands.weight_gradient(table);
  const Buffer d_b = operands.bias_gradient(table);
  for (std::size_t cut = 0; cut <= 37; ++cut) {
    const std::size_t row_cut = std::min(cut, shape.rows);
    const std::size_t block_cut = cut % (panels(shape.columns) + 1);
    Buffer out(whole.size());
    Buffer cut_d_w(d_w.size());
    Buffer cut_d_b(d_b.size());
    out.poison();
    cut_d_w.poison();
    cut_d_b.poison();
    for (const Range blocks : {Range{0, block_cut}, Range{block_cut, panels(shape.columns)}}) {
      for (const Range rows : {Range{0, row_cut}, Range{row_cut, shape.rows}}) {
        table.product(operands.a.data(), shape.rows, shape.inner, operands.w.data(), operands.bias.data(), out.data(),
                      blocks, rows, false);
      }
      for (const Range inputs : {Range{0, cut}, Range{cut, shape.inner}}) {
        table.weight_gradient(operands.a.data(), operands.delta.data(), shape.rows, shape.inner, cut_d_w.data(), blocks,
                              inputs);
      }
      table.bias_gradient(operands.delta.data(), shape.rows, cut_d_b.data(), blocks);
    }
    EXPECT_TRUE(same_bits(out, whole)) << "cut at " << cut;
    EXPECT_TRUE(same_bits(cut_d_w, d_w)) << "cut at " << cut;
    EXPECT_TRUE(same_bits(cut_d_b, d_b)) << "cut at " << cut;
  }
}

TEST_P(ProductsOf, GiveTheSameBitsHoweverTheInnerIndexIsCut) {
  for (const std::size_t rows : {1U, 2U, 5U, 23U}) {
    const Shape shape{rows, 75, 33};
    const Operands operands(shape);
    const Buffer whole = operands.product(table, true);
    for (std::size_t cut = kPanel; cut < shape.inner; cut += kPanel) {
      Buffer out(whole.size());
      out.poison();
      for (std::size_t block = 0; block < panels(shape.columns); ++block) {
        const float* const w = operands.w.data() + block * shape.inner * kPanel;
        float* const to = out.data() + block * rows * kPanel;
        table.product(operands.a.data(), rows, cut, w, nullptr, to, {0, 1}, {0, rows}, false);
        table.product(operands.a.data() + cut * rows, rows, shape.inner - cut, w + cut * kPanel,
                      operands.bias.data() + block * kPanel, to, {0, 1}, {0, rows}, true);
      }
      EXPECT_TRUE(same_bits(out, whole)) << rows << " rows, cut at " << cut;
    }
  }
}

TEST_P(ProductsOf, WriteNothingOutsideTheirRanges) {
  const Shape shape{9, 20, 48};
  const Operands operands(shape);
  const Buffer out = operands.product(table, true, {1, 2}, {2, 5});
  for (std::size_t row = 0; row < shape.rows; ++row) {
    for (std::size_t column = 0; column < shape.columns; ++column) {
      const bool inside = row >= 2 && row < 5 && column / kPanel == 1;
      const float value = out[panel_offset(shape.rows, row, column)];
      EXPECT_EQ(value == value, inside) << row << ' ' << column;
    }
  }
}

TEST_P(ProductsOf, ARowDoesNotDependOnTheRowsBesideIt) {
  const Shape shape{13, 40, 32};
  const Operands operands(shape);
  const Buffer together = operands.product(table, true);
  for (std::size_t row = 0; row < shape.rows; ++row) {
    Operands alone({1, shape.inner, shape.columns});
    for (std::size_t i = 0; i < padded(shape.inner); ++i) {
      alone.a[panel_offset(1, 0, i)] = operands.a[panel_offset(shape.rows, row, i)];
    }
    const Buffer out = alone.product(table, true);
    for (std::size_t column = 0; column < shape.columns; ++column) {
      EXPECT_EQ(out[panel_offset(1, 0, column)], together[panel_offset(shape.rows, row, column)]);
    }
  }
}

TEST_P(ProductsOf, DoNotReadThePaddingOfTheirInputs) {
  const Shape shape{5, 19, 16};
  const Operands clean(shape);
  Operands dirty(shape);
  for (std::size_t row = 0; row < shape.rows; ++row) {
    for (std::size_t i = shape.inner; i < padded(shape.inner); ++i) dirty.a[panel_offset(shape.rows, row, i)] = kNan;
  }
  EXPECT_TRUE(same_bits(dirty.product(table, true), clean.product(table, true)));
  EXPECT_TRUE(same_bits(dirty.weight_gradient(table), clean.weight_gradient(table)));
}

BPROP_INSTANTIATE_EVERY_TABLE(ProductsOf);

TEST(FloatKernels, AreThoseOfTheBestTargetAndOfTheirClass) {
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const auto all = all_float_kernels(arithmetic);
    EXPECT_EQ(all.front(), &reference_kernels(arithmetic));
    EXPECT_EQ(float_kernels(arithmetic).arithmetic, arithmetic);
    EXPECT_NE(std::find(all.begin(), all.end(), &float_kernels(arithmetic)), all.end());
    EXPECT_EQ(std::string(float_kernels(arithmetic).target) == "reference", all.size() == 1);
  }
}

}  // namespace
}  // namespace bprop::linalg
