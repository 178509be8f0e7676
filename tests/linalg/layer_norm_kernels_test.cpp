// SPDX-License-Identifier: Apache-2.0
//
// layer_norm and its adjoints: of every instruction set against the plain reference, bit for bit, and every table
// against the definition in long double.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

constexpr std::array<std::size_t, 12> kNormSizes = {1, 2, 3, 7, 15, 16, 17, 32, 33, 63, 65, 784};
constexpr std::array<std::size_t, 6> kNormRows = {1, 2, 5, 13, 17, 130};
constexpr double kNormEpsilon = 1e-5;

struct NormResults {
  Buffer out;
  Buffer d_gamma;
  Buffer d_x;
};

struct NormNumbers {
  std::size_t rows;
  std::size_t columns;
  Buffer x{rows * padded(columns)};
  Buffer gamma{padded(columns)};
  Buffer bias{padded(columns)};
  Buffer delta{rows * padded(columns)};

  // Padding of x is of any finite value.
  NormNumbers(std::size_t of_rows, std::size_t of_columns) : rows(of_rows), columns(of_columns) {
    x.fill(1, 3);
    gamma.fill(2).clear_padding(1, columns);
    bias.fill(3).clear_padding(1, columns);
    delta.fill(4).clear_padding(rows, columns);
  }

  // All of it, rows and blocks cut at these places.
  NormResults by(const Kernels<float>& table, std::size_t row_cut = 0, std::size_t block_cut = 0) const {
    NormResults r{Buffer(x.size()), Buffer(gamma.size()), Buffer(x.size())};
    for (Buffer* buffer : {&r.out, &r.d_gamma, &r.d_x}) buffer->poison();
    std::vector<double> statistics(2 * rows, std::nan(""));
    for (const Range of : {Range{0, row_cut}, Range{row_cut, rows}}) {
      table.layer_norm(x.data(), gamma.data(), bias.data(), rows, columns, kNormEpsilon, r.out.data(),
                       statistics.data(), of);
    }
    for (const Range of : {Range{0, block_cut}, Range{block_cut, panels(columns)}}) {
      table.layer_norm_gradient(x.data(), delta.data(), statistics.data(), rows, r.d_gamma.data(), of);
    }
    for (const Range of : {Range{0, row_cut}, Range{row_cut, rows}}) {
      table.layer_norm_backward(x.data(), delta.data(), gamma.data(), statistics.data(), rows, columns, r.d_x.data(),
                                of);
    }
    return r;
  }
};

bool same_bits(const NormResults& a, const NormResults& b) {
  return same_bits(a.out, b.out) && same_bits(a.d_gamma, b.d_gamma) && same_bits(a.d_x, b.d_x);
}

using LayerNormOf = EveryTable;

TEST_P(LayerNormOf, EqualsTheReferenceAndLeavesPaddingZeroAtEverySize) {
  for (const std::size_t rows : kNormRows) {
    for (const std::size_t columns : kNormSizes) {
      const NormNumbers numbers(rows, columns);
      const NormResults found = numbers.by(table);
      EXPECT_TRUE(same_bits(found, numbers.by(reference))) << rows << " x " << columns;
      for (std::size_t j = columns; j < padded(columns); ++j) {
        EXPECT_EQ(found.d_gamma[j], 0.0F);
        for (std::size_t n = 0; n < rows; ++n) {
          EXPECT_EQ(found.out[panel_offset(rows, n, j)], 0.0F);
          EXPECT_EQ(found.d_x[panel_offset(rows, n, j)], 0.0F);
        }
      }
    }
  }
}

TEST_P(LayerNormOf, GivesTheSameBitsHoweverRowsAndColumnsAreCut) {
  const NormNumbers numbers(13, 90);
  const NormResults whole = numbers.by(table);
  for (std::size_t cut = 0; cut <= 13; ++cut) {
    EXPECT_TRUE(same_bits(numbers.by(table, cut, std::min(cut, panels(90))), whole)) << "cut at " << cut;
  }
}

// In long double, ∂L/∂x through the whole Jacobian of a row, ∂u_k/∂x_j = ([k = j] − 1/n) / σ − d_k d_j / (n σ³).
TEST_P(LayerNormOf, IsItsDefinition) {
  constexpr std::size_t kColumns = 33;
  const NormNumbers numbers(13, kColumns);
  const NormResults found = numbers.by(table);
  std::array<long double, kColumns> d_gamma{};
  for (std::size_t n = 0; n < 13; ++n) {
    const auto at = [&](std::size_t j) { return panel_offset(13, n, j); };
    long double mean = 0, variance = 0;
    for (std::size_t j = 0; j < kColumns; ++j) mean += numbers.x[at(j)] / 33.0L;
    const auto off = [&](std::size_t j) { return numbers.x[at(j)] - mean; };
    for (std::size_t j = 0; j < kColumns; ++j) variance += off(j) * off(j) / 33.0L;
    const long double deviation = std::sqrt(variance + static_cast<long double>(kNormEpsilon));
    for (std::size_t j = 0; j < kColumns; ++j) {
      const long double out = numbers.gamma[j] * (off(j) / deviation) + numbers.bias[j];
      EXPECT_NEAR(found.out[at(j)], static_cast<double>(out), 2e-7);
      d_gamma[j] += numbers.delta[at(j)] * (off(j) / deviation);
      long double d_x = 0;
      for (std::size_t k = 0; k < kColumns; ++k) {
        const long double own = (k == j ? 1.0L : 0.0L) - 1 / 33.0L;
        d_x += numbers.delta[at(k)] * numbers.gamma[k] *
               (own / deviation - off(k) * off(j) / (33 * deviation * deviation * deviation));
      }
      EXPECT_NEAR(found.d_x[at(j)], static_cast<double>(d_x), 1e-7);
    }
  }
  for (std::size_t j = 0; j < kColumns; ++j) {
    EXPECT_NEAR(found.d_gamma[j], static_cast<double>(d_gamma[j]), 1e-6);
  }
}

BPROP_INSTANTIATE_EVERY_TABLE(LayerNormOf);

// Numbers far from 0 and near each other: what a sum of squares less a square of sums would lose.
TEST(LayerNormOfReference, KeepsItsDigitsFarFromZero) {
  NormNumbers numbers(1, 4);
  const std::array<float, 4> x = {100000.0F, 100001.0F, 100002.0F, 100003.0F};
  for (std::size_t j = 0; j < 4; ++j) numbers.x[j] = x[j];
  for (std::size_t j = 0; j < 4; ++j) numbers.gamma[j] = 1;
  numbers.bias.fill(0, 0);
  const NormResults found = numbers.by(reference_kernels(Arithmetic::kPortable));
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_NEAR(found.out[j], (static_cast<double>(j) - 1.5) / std::sqrt(1.25 + kNormEpsilon), 1e-7);
  }
}

// Equal numbers: u is 0 and the slope back is that of a row without variance, at most 1/√ε.
TEST(LayerNormOfReference, OfEqualNumbersIsItsBias) {
  NormNumbers numbers(2, 5);
  for (std::size_t i = 0; i < numbers.x.size(); ++i) numbers.x[i] = 7;
  const NormResults found = numbers.by(reference_kernels(Arithmetic::kFma));
  for (std::size_t j = 0; j < 5; ++j) {
    EXPECT_EQ(found.out[panel_offset(2, 1, j)], numbers.bias[j]);
    EXPECT_EQ(found.d_gamma[j], 0.0F);
    EXPECT_LE(std::fabs(found.d_x[panel_offset(2, 1, j)]), 2 / std::sqrt(kNormEpsilon));
  }
}

TEST(ComplexKernels, CarryTheDerivativeThroughALayerNorm) {
  constexpr double kStep = 1e-50;
  using Complex = std::complex<double>;
  std::vector<Complex> x(16), gamma(16, 1.0), bias(16), out(16), statistics(2);
  x[0] = Complex(3, kStep);
  x[1] = 1;
  complex_kernels().layer_norm(x.data(), gamma.data(), bias.data(), 1, 2, kNormEpsilon, out.data(), statistics.data(),
                               {0, 1});
  // Of two numbers u = ±d / √(d² + ε) with d = half their difference, 1 here.
  EXPECT_NEAR(out[0].real(), 1 / std::sqrt(1 + kNormEpsilon), 1e-15);
  EXPECT_NEAR(out[1].imag() / kStep, -kNormEpsilon / 2 / std::pow(1 + kNormEpsilon, 1.5), 1e-15);
}

}  // namespace
}  // namespace bprop::linalg
