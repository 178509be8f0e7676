// SPDX-License-Identifier: Apache-2.0
//
// scale and scale_gradient: of every instruction set against the plain reference, bit for bit, and the reference and
// the tables of double and complex numbers against their definition.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

constexpr std::array<std::size_t, 19> kSizes = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 65, 127, 784};
constexpr std::array<std::size_t, 9> kRows = {1, 2, 3, 5, 6, 13, 16, 17, 130};

struct Numbers {
  std::size_t rows;
  std::size_t columns;
  std::size_t offset;
  Buffer x{rows * padded(columns), offset};
  Buffer s{padded(columns), offset};
  Buffer delta{rows * padded(columns), offset};

  Numbers(std::size_t of_rows, std::size_t of_columns, std::size_t float_offset = 0)
      : rows(of_rows), columns(of_columns), offset(float_offset) {
    x.fill(1).clear_padding(rows, columns);
    s.fill(2).clear_padding(1, columns);
    delta.fill(3).clear_padding(rows, columns);
  }
  Range blocks() const { return {0, panels(columns)}; }

  Buffer scaled(const Kernels<float>& table) const {
    Buffer out(x.size(), offset);
    table.scale(x.data(), s.data(), rows, out.poison().data(), blocks());
    return out;
  }
  Buffer gradient(const Kernels<float>& table) const {
    Buffer d_s(s.size(), offset);
    table.scale_gradient(x.data(), delta.data(), rows, d_s.poison().data(), blocks());
    return d_s;
  }
};

using ScaleOf = EveryTable;

TEST_P(ScaleOf, EqualsTheReferenceAndLeavesPaddingZeroAtEverySize) {
  for (const std::size_t rows : kRows) {
    for (const std::size_t columns : kSizes) {
      for (const std::size_t offset : {0U, 1U}) {
        const Numbers numbers(rows, columns, offset);
        const Buffer out = numbers.scaled(table);
        const Buffer d_s = numbers.gradient(table);
        EXPECT_TRUE(same_bits(out, numbers.scaled(reference))) << rows << " x " << columns;
        EXPECT_TRUE(same_bits(d_s, numbers.gradient(reference))) << rows << " x " << columns;
        for (std::size_t j = columns; j < padded(columns); ++j) {
          EXPECT_EQ(d_s[j], 0.0F);
          for (std::size_t n = 0; n < rows; ++n) EXPECT_EQ(out[panel_offset(rows, n, j)], 0.0F);
        }
      }
    }
  }
}

TEST_P(ScaleOf, GivesTheSameBitsInPlaceAndHoweverTheColumnsAreCut) {
  const Numbers numbers(13, 90);
  const Buffer whole = numbers.scaled(table);
  const Buffer d_s = numbers.gradient(table);
  Buffer in_place = numbers.x;
  table.scale(in_place.data(), numbers.s.data(), 13, in_place.data(), numbers.blocks());
  EXPECT_TRUE(same_bits(in_place, whole));
  for (std::size_t cut = 0; cut <= panels(90); ++cut) {
    Buffer out(whole.size());
    Buffer cut_d_s(d_s.size());
    out.poison();
    cut_d_s.poison();
    for (const Range blocks : {Range{0, cut}, Range{cut, panels(90)}}) {
      table.scale(numbers.x.data(), numbers.s.data(), 13, out.data(), blocks);
      table.scale_gradient(numbers.x.data(), numbers.delta.data(), 13, cut_d_s.data(), blocks);
    }
    EXPECT_TRUE(same_bits(out, whole)) << "cut at " << cut;
    EXPECT_TRUE(same_bits(cut_d_s, d_s)) << "cut at " << cut;
  }
}

// A sum of 13 products in long double; the kernel's own is of float.
TEST_P(ScaleOf, IsItsDefinition) {
  const Numbers numbers(13, 33);
  const Buffer out = numbers.scaled(table);
  const Buffer d_s = numbers.gradient(table);
  for (std::size_t j = 0; j < 33; ++j) {
    long double sum = 0;
    for (std::size_t n = 0; n < 13; ++n) {
      const std::size_t at = panel_offset(13, n, j);
      EXPECT_EQ(out[at], numbers.x[at] * numbers.s[j]);
      sum += static_cast<long double>(numbers.x[at]) * numbers.delta[at];
    }
    EXPECT_NEAR(d_s[j], static_cast<double>(sum), 13 * 0x1p-24);
  }
}

BPROP_INSTANTIATE_EVERY_TABLE(ScaleOf);

template <class T>
std::vector<T> of_numbers(const Buffer& buffer) {
  return {buffer.data(), buffer.data() + buffer.size()};
}

TEST(DoubleKernels, ScaleAndItsGradientAreTheirDefinition) {
  const Numbers numbers(7, 19);
  const auto x = of_numbers<double>(numbers.x), s = of_numbers<double>(numbers.s);
  const auto delta = of_numbers<double>(numbers.delta);
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const Kernels<double>& kernels = double_kernels(arithmetic);
    std::vector<double> out(x.size(), NAN), d_s(s.size(), NAN);
    kernels.scale(x.data(), s.data(), 7, out.data(), numbers.blocks());
    kernels.scale_gradient(x.data(), delta.data(), 7, d_s.data(), numbers.blocks());
    for (std::size_t j = 0; j < 19; ++j) {
      long double sum = 0;
      for (std::size_t n = 0; n < 7; ++n) {
        const std::size_t at = panel_offset(7, n, j);
        EXPECT_EQ(out[at], x[at] * s[j]);
        sum += static_cast<long double>(x[at]) * delta[at];
      }
      EXPECT_NEAR(d_s[j], static_cast<double>(sum), 1e-15);
    }
  }
}

TEST(ComplexKernels, CarryTheDerivativeByAFactorInTheImaginaryPart) {
  constexpr double kStep = 1e-50;
  const Numbers numbers(7, 19);
  const auto x = of_numbers<std::complex<double>>(numbers.x);
  auto s = of_numbers<std::complex<double>>(numbers.s);
  s[17] += std::complex<double>(0, kStep);
  std::vector<std::complex<double>> out(x.size());
  complex_kernels().scale(x.data(), s.data(), 7, out.data(), numbers.blocks());
  for (std::size_t n = 0; n < 7; ++n) {
    for (std::size_t j = 0; j < 19; ++j) {
      const std::size_t at = panel_offset(7, n, j);
      EXPECT_DOUBLE_EQ(out[at].imag() / kStep, j == 17 ? x[at].real() : 0);
    }
  }
}

}  // namespace
}  // namespace bprop::linalg
