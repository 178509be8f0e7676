// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "bprop/error.h"

namespace bprop {
namespace {

RandomKey epoch(std::uint32_t number) { return {.seed = 11, .purpose = Purpose::kShuffle, .epoch = number}; }

class PermutationOfSize : public testing::TestWithParam<std::uint64_t> {};

TEST_P(PermutationOfSize, MeetsEachRowOnce) {
  const std::uint64_t size = GetParam();
  for (std::uint32_t number = 0; number < 5; ++number) {
    const Permutation permutation(epoch(number), size);
    EXPECT_EQ(permutation.size(), size);
    std::vector<int> met(size);
    for (std::uint64_t position = 0; position < size; ++position) {
      const std::uint64_t row = permutation(position);
      ASSERT_LT(row, size);
      ++met[row];
    }
    EXPECT_EQ(std::accumulate(met.begin(), met.end(), std::uint64_t{0}), size);
    EXPECT_THAT(met, testing::Each(1));
  }
}

TEST_P(PermutationOfSize, TabulatedGivesTheSameOrder) {
  Permutation tabulated(epoch(0), GetParam());
  for (const std::uint32_t number : {0U, 3U}) {
    tabulated.tabulate(number);
    const Permutation permutation(epoch(number), GetParam());
    for (std::uint64_t position = 0; position < GetParam(); ++position) {
      ASSERT_EQ(tabulated(position), permutation(position)) << position;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, PermutationOfSize, testing::Values(0, 1, 2, 3, 4, 5, 16, 17, 64, 65, 1000, 65537));

// Over many keys, where two positions go is one of n (n − 1) pairs of rows; all must come equally often.
double pair_chi_square(std::uint64_t size, std::uint64_t first, std::uint64_t second, std::uint32_t keys) {
  std::vector<double> counts(size * size);
  for (std::uint32_t number = 0; number < keys; ++number) {
    const Permutation permutation(epoch(number), size);
    ++counts[permutation(first) * size + permutation(second)];
  }
  const double expected = keys / static_cast<double>(size * (size - 1));
  double chi_square = 0;
  for (std::uint64_t a = 0; a < size; ++a) {
    for (std::uint64_t b = 0; b < size; ++b) {
      const double difference = counts[a * size + b] - expected;
      if (a != b) chi_square += difference * difference / expected;
    }
  }
  return chi_square;
}

TEST(Permutation, SendsPairsOfPositionsToAllPairsOfRowsEquallyOften) {
  constexpr std::uint32_t kKeys = 20000;
  for (const std::uint64_t size : {2U, 3U, 4U, 5U, 8U, 16U, 17U, 64U, 65U}) {
    const double freedom = static_cast<double>(size * (size - 1)) - 1;
    const double bound = freedom + 5 * std::sqrt(2 * freedom) + 10;
    EXPECT_LT(pair_chi_square(size, 0, 1, kKeys), bound) << size;
    EXPECT_LT(pair_chi_square(size, 0, size - 1, kKeys), bound) << size;
    EXPECT_LT(pair_chi_square(size, std::min(size / 2, size - 2), size - 1, kKeys), bound) << size;
  }
}

TEST(Permutation, NeighboursOfALargeSetLandFarApart) {
  // The distance of two random rows of n is n / 3 on average, with standard deviation n / √18.
  constexpr std::uint64_t kSize = 60000;
  const Permutation permutation(epoch(0), kSize);
  double sum = 0;
  for (std::uint64_t position = 0; position + 1 < kSize; ++position) {
    sum += std::fabs(static_cast<double>(permutation(position)) - static_cast<double>(permutation(position + 1)));
  }
  EXPECT_NEAR(sum / kSize, kSize / 3.0, 6 * kSize / std::sqrt(18.0 * kSize));
}

TEST(Permutation, AnotherEpochOrSeedGivesAnotherOrder) {
  const Permutation here(epoch(0), 1000);
  const Permutation next_epoch(epoch(1), 1000);
  const Permutation other_seed({.seed = 12, .purpose = Purpose::kShuffle}, 1000);
  int same_next = 0;
  int same_other = 0;
  for (std::uint64_t position = 0; position < 1000; ++position) {
    same_next += here(position) == next_epoch(position);
    same_other += here(position) == other_seed(position);
  }
  EXPECT_LT(same_next, 10);  // one is expected
  EXPECT_LT(same_other, 10);
}

TEST(Permutation, TakesUpToTwoToThe32Rows) {
  const std::uint64_t most = std::uint64_t{1} << 32;
  EXPECT_LT(Permutation({}, most)(most - 1), most);
  EXPECT_THAT([&] { Permutation({}, most + 1); },
              testing::ThrowsMessage<UsageError>("[random.permutation] 4294967297 rows, at most 2^32 can be shuffled"));
}

}  // namespace
}  // namespace bprop
