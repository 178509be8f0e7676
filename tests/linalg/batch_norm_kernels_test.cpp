// SPDX-License-Identifier: Apache-2.0
//
// Batch normalisation and its adjoints: of every instruction set against the plain reference, bit for bit, and every
// table against the definition in long double.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

constexpr std::array<std::size_t, 8> kBatchColumns = {1, 3, 15, 16, 17, 33, 65, 784};
constexpr std::array<std::size_t, 7> kBatchRows = {1, 2, 5, 13, 17, 130, 257};
constexpr double kBatchEpsilon = 1e-5;

struct BatchNormResults {
  std::vector<double> statistics;
  Buffer out;
  Buffer d_gamma;
  Buffer d_x_of_rows;  // the statistics move with the rows
  Buffer d_x_of_constants;
};

struct BatchNormNumbers {
  std::size_t rows;
  std::size_t columns;
  Buffer x{rows * padded(columns)};
  Buffer gamma{padded(columns)};
  Buffer bias{padded(columns)};
  Buffer delta{rows * padded(columns)};

  // Padding of x is of any finite value.
  BatchNormNumbers(std::size_t of_rows, std::size_t of_columns) : rows(of_rows), columns(of_columns) {
    x.fill(1, 3);
    gamma.fill(2).clear_padding(1, columns);
    bias.fill(3).clear_padding(1, columns);
    delta.fill(4).clear_padding(rows, columns);
  }

  // All of it, blocks cut at this place.
  BatchNormResults by(const Kernels<float>& table, std::size_t cut = 0) const {
    BatchNormResults r{std::vector<double>(3 * padded(columns), std::nan("")), Buffer(x.size()), Buffer(gamma.size()),
                       Buffer(x.size()), Buffer(x.size())};
    for (Buffer* buffer : {&r.out, &r.d_gamma, &r.d_x_of_rows, &r.d_x_of_constants}) buffer->poison();
    const double* const statistics = r.statistics.data();
    for (const Range of : {Range{0, cut}, Range{cut, panels(columns)}}) {
      table.batch_statistics(x.data(), rows, kBatchEpsilon, r.statistics.data(), of);
      table.batch_norm(x.data(), gamma.data(), bias.data(), statistics, rows, r.out.data(), of);
      table.batch_norm_gradient(x.data(), delta.data(), statistics, rows, r.d_gamma.data(), of);
      table.batch_norm_backward(x.data(), delta.data(), gamma.data(), statistics, rows, true, r.d_x_of_rows.data(), of);
      table.batch_norm_backward(x.data(), delta.data(), gamma.data(), statistics, rows, false,
                                r.d_x_of_constants.data(), of);
    }
    return r;
  }
};

bool same_bits(const BatchNormResults& a, const BatchNormResults& b) {
  return a.statistics.size() == b.statistics.size() &&
         std::memcmp(a.statistics.data(), b.statistics.data(), a.statistics.size() * sizeof(double)) == 0 &&
         same_bits(a.out, b.out) && same_bits(a.d_gamma, b.d_gamma) && same_bits(a.d_x_of_rows, b.d_x_of_rows) &&
         same_bits(a.d_x_of_constants, b.d_x_of_constants);
}

using BatchNormOf = EveryTable;

TEST_P(BatchNormOf, EqualsTheReferenceAndLeavesPaddingZeroAtEverySize) {
  for (const std::size_t rows : kBatchRows) {
    for (const std::size_t columns : kBatchColumns) {
      const BatchNormNumbers numbers(rows, columns);
      const BatchNormResults found = numbers.by(table);
      EXPECT_TRUE(same_bits(found, numbers.by(reference))) << rows << " x " << columns;
      for (std::size_t j = columns; j < padded(columns); ++j) {
        EXPECT_EQ(found.d_gamma[j], 0.0F);
        for (std::size_t n = 0; n < rows; ++n) {
          EXPECT_EQ(found.out[panel_offset(rows, n, j)], 0.0F);
          EXPECT_EQ(found.d_x_of_rows[panel_offset(rows, n, j)], 0.0F);
          EXPECT_EQ(found.d_x_of_constants[panel_offset(rows, n, j)], 0.0F);
        }
      }
    }
  }
}

TEST_P(BatchNormOf, GivesTheSameBitsHoweverColumnsAreCut) {
  const BatchNormNumbers numbers(13, 90);
  const BatchNormResults whole = numbers.by(table);
  for (std::size_t cut = 0; cut <= panels(90); ++cut) {
    EXPECT_TRUE(same_bits(numbers.by(table, cut), whole)) << "cut at " << cut;
  }
}

// In long double, ∂L/∂x through the whole Jacobian of a column, ∂u_m/∂x_n = ([m = n] − 1/N) / σ − d_m d_n / (N σ³).
TEST_P(BatchNormOf, IsItsDefinition) {
  constexpr std::size_t kBatch = 33;
  constexpr std::size_t kFeatures = 19;
  const BatchNormNumbers numbers(kBatch, kFeatures);
  const BatchNormResults found = numbers.by(table);
  for (std::size_t j = 0; j < kFeatures; ++j) {
    const auto at = [&](std::size_t n) { return panel_offset(kBatch, n, j); };
    long double mean = 0, variance = 0;
    for (std::size_t n = 0; n < kBatch; ++n) mean += numbers.x[at(n)] / 33.0L;
    const auto off = [&](std::size_t n) { return numbers.x[at(n)] - mean; };
    for (std::size_t n = 0; n < kBatch; ++n) variance += off(n) * off(n) / 33.0L;
    const long double deviation = std::sqrt(variance + static_cast<long double>(kBatchEpsilon));
    long double d_gamma = 0;
    for (std::size_t n = 0; n < kBatch; ++n) {
      const long double out = numbers.gamma[j] * (off(n) / deviation) + numbers.bias[j];
      EXPECT_NEAR(found.out[at(n)], static_cast<double>(out), 2e-7);
      d_gamma += numbers.delta[at(n)] * (off(n) / deviation);
      long double d_x = 0;
      for (std::size_t m = 0; m < kBatch; ++m) {
        const long double own = (m == n ? 1.0L : 0.0L) - 1 / 33.0L;
        d_x += numbers.delta[at(m)] * numbers.gamma[j] *
               (own / deviation - off(m) * off(n) / (33 * deviation * deviation * deviation));
      }
      EXPECT_NEAR(found.d_x_of_rows[at(n)], static_cast<double>(d_x), 1e-7);
      EXPECT_NEAR(found.d_x_of_constants[at(n)],
                  static_cast<double>(numbers.delta[at(n)] * numbers.gamma[j] / deviation), 1e-7);
    }
    EXPECT_NEAR(found.d_gamma[j], static_cast<double>(d_gamma), 1e-6);
  }
}

BPROP_INSTANTIATE_EVERY_TABLE(BatchNormOf);

// Numbers far from 0 and near each other: what a sum of squares less a square of sums would lose.
TEST(BatchNormOfReference, KeepsItsDigitsFarFromZero) {
  BatchNormNumbers numbers(4, 1);
  const std::array<float, 4> x = {100000.0F, 100001.0F, 100002.0F, 100003.0F};
  for (std::size_t n = 0; n < 4; ++n) numbers.x[panel_offset(4, n, 0)] = x[n];
  numbers.gamma[0] = 1;
  numbers.bias.fill(0, 0);
  const BatchNormResults found = numbers.by(reference_kernels(Arithmetic::kPortable));
  for (std::size_t n = 0; n < 4; ++n) {
    EXPECT_NEAR(found.out[panel_offset(4, n, 0)], (static_cast<double>(n) - 1.5) / std::sqrt(1.25 + kBatchEpsilon),
                1e-7);
  }
}

}  // namespace
}  // namespace bprop::linalg
