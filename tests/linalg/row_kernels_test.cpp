// SPDX-License-Identifier: Apache-2.0
//
// Softmax and its Jacobian: every instruction set against the reference, the reference against the definition.
#include <gtest/gtest.h>

#include <cmath>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

using SoftmaxOf = EveryTable;

TEST_P(SoftmaxOf, EqualsTheReferenceAtEveryWidth) {
  for (const std::size_t columns : {1U, 2U, 3U, 7U, 8U, 15U, 16U, 17U, 31U, 32U, 33U, 100U, 1000U}) {
    for (const std::size_t rows : {1U, 2U, 3U, 17U, 31U, 32U, 33U, 65U}) {
      for (const std::size_t offset : {0U, 1U}) {
        const std::size_t size = rows * padded(columns);
        Buffer z(size, offset);
        z.fill(1, 20);
        const Buffer d_a = Buffer(size, offset).fill(2);
        Buffer a(size, offset), expected(size), delta(size, offset), expected_delta(size);
        table.softmax(z.data(), a.poison().data(), rows, columns);
        reference.softmax(z.data(), expected.poison().data(), rows, columns);
        EXPECT_TRUE(same_bits(a, expected)) << rows << " x " << columns;
        table.softmax_backward(a.data(), d_a.data(), delta.poison().data(), rows, columns);
        reference.softmax_backward(a.data(), d_a.data(), expected_delta.poison().data(), rows, columns);
        EXPECT_TRUE(same_bits(delta, expected_delta)) << rows << " x " << columns;
        table.softmax(z.data(), z.data(), rows, columns);
        EXPECT_TRUE(same_bits(z, expected)) << "in place";
      }
    }
  }
}

TEST_P(SoftmaxOf, IsTheDefinitionAndZeroInThePadding) {
  constexpr std::size_t kRows = 3;
  constexpr std::size_t kColumns = 21;
  const std::size_t size = kRows * padded(kColumns);
  Buffer z(size);
  z.fill(3, 10);
  for (std::size_t i = 0; i < size; i += 5) z[i] += 1e4F;  // far outside of what e^z can hold
  const Buffer d_a = Buffer(size).fill(4);
  Buffer a(size), delta(size);
  table.softmax(z.data(), a.poison().data(), kRows, kColumns);
  table.softmax_backward(a.data(), d_a.data(), delta.poison().data(), kRows, kColumns);
  for (std::size_t n = 0; n < kRows; ++n) {
    const auto at = [n](std::size_t column) { return panel_offset(kRows, n, column); };
    double maximum = -HUGE_VAL;
    for (std::size_t k = 0; k < kColumns; ++k) maximum = std::max(maximum, static_cast<double>(z[at(k)]));
    double sum = 0;
    for (std::size_t k = 0; k < kColumns; ++k) sum += std::exp(static_cast<double>(z[at(k)]) - maximum);
    double mean = 0;
    for (std::size_t k = 0; k < kColumns; ++k) {
      mean += std::exp(static_cast<double>(z[at(k)]) - maximum) / sum * static_cast<double>(d_a[at(k)]);
    }
    for (std::size_t k = 0; k < kColumns; ++k) {
      const double p = std::exp(static_cast<double>(z[at(k)]) - maximum) / sum;
      EXPECT_NEAR(static_cast<double>(a[at(k)]), p, 4e-7 * p + 1e-38);
      EXPECT_NEAR(static_cast<double>(delta[at(k)]), p * (static_cast<double>(d_a[at(k)]) - mean), 1e-6);
    }
    for (std::size_t k = kColumns; k < padded(kColumns); ++k) {
      EXPECT_EQ(a[at(k)], 0.0F);
      EXPECT_EQ(delta[at(k)], 0.0F);
    }
  }
}

TEST_P(SoftmaxOf, ARowDoesNotDependOnTheRowsBesideItNorOnThePadding) {
  constexpr std::size_t kRows = 4;
  constexpr std::size_t kColumns = 19;
  const std::size_t size = kRows * padded(kColumns);
  Buffer z(size);
  z.fill(5, 5);
  Buffer a(size);
  table.softmax(z.data(), a.data(), kRows, kColumns);
  for (std::size_t n = 0; n < kRows; ++n) {
    Buffer row(padded(kColumns)), alone(padded(kColumns));
    row.poison();
    for (std::size_t k = 0; k < kColumns; ++k) row[panel_offset(1, 0, k)] = z[panel_offset(kRows, n, k)];
    table.softmax(row.data(), alone.data(), 1, kColumns);
    for (std::size_t k = 0; k < kColumns; ++k) {
      EXPECT_EQ(alone[panel_offset(1, 0, k)], a[panel_offset(kRows, n, k)]);
    }
  }
}

TEST_P(SoftmaxOf, ANanAnywhereInARowMakesThatRowNanAndNoOther) {
  constexpr std::size_t kColumns = 18;
  for (std::size_t place = 0; place < kColumns; ++place) {
    Buffer z = Buffer(2 * padded(kColumns)).fill(6);
    z[panel_offset(2, 1, place)] = kNan;
    Buffer a(z.size());
    table.softmax(z.data(), a.data(), 2, kColumns);
    for (std::size_t k = 0; k < kColumns; ++k) {
      EXPECT_FALSE(std::isnan(a[panel_offset(2, 0, k)]));
      EXPECT_TRUE(std::isnan(a[panel_offset(2, 1, k)])) << place << ' ' << k;
    }
  }
}

TEST_P(SoftmaxOf, AScoreFarAboveTheOthersTakesAllWhereverItStands) {
  constexpr std::size_t kColumns = 40;
  for (std::size_t place = 0; place < kColumns; ++place) {
    Buffer z = Buffer(padded(kColumns)).fill(6);
    z[panel_offset(1, 0, place)] = 1e4F;  // e^z is no number
    Buffer a(z.size());
    table.softmax(z.data(), a.data(), 1, kColumns);
    for (std::size_t k = 0; k < kColumns; ++k) EXPECT_EQ(a[panel_offset(1, 0, k)], k == place ? 1.0F : 0.0F);
  }
}

BPROP_INSTANTIATE_EVERY_TABLE(SoftmaxOf);

}  // namespace
}  // namespace bprop::linalg
