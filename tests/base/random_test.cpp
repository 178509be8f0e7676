// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace bprop {
namespace {

struct KnownAnswer {
  std::array<std::uint32_t, 4> counter;  // block, step, epoch, purpose
  std::array<std::uint32_t, 2> key;      // the seed's low and high word
  std::array<std::uint32_t, 4> words;
};

// Random123 1.14 (D. E. Shaw Research), examples/kat_vectors, lines "philox4x32 10"; the last counter and key are the
// digits of pi.
constexpr KnownAnswer kKnownAnswers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(Random, GivesThePublishedWordsOfPhilox) {
  for (const KnownAnswer& known : kKnownAnswers) {
    const RandomKey key{.seed = std::uint64_t{known.key[1]} << 32 | known.key[0],
                        .purpose = static_cast<Purpose>(known.counter[3]),
                        .epoch = known.counter[2],
                        .step = known.counter[1]};
    EXPECT_EQ(random_block(key, known.counter[0]), known.words);
  }
}

TEST(Random, NumbersAreTheWordsOfTheBlocksInOrder) {
  const RandomKey key{.seed = 42};
  for (std::uint32_t index = 0; index < 40; ++index) {
    EXPECT_EQ(random_bits(key, index), random_block(key, index / 4)[index % 4]);
    EXPECT_EQ(random_uniform(key, index), std::ldexp(static_cast<float>(random_bits(key, index) >> 8), -24));
  }
}

TEST(Random, SeedPurposeEpochAndStepEachChangeTheNumbers) {
  const std::vector<RandomKey> keys = {
      {}, {.seed = 1}, {.seed = std::uint64_t{1} << 32}, {.purpose = Purpose::kShuffle}, {.epoch = 1}, {.step = 1}};
  std::set<std::uint32_t> first;
  for (const RandomKey& key : keys) first.insert(random_bits(key, 0));
  EXPECT_EQ(first.size(), keys.size());
}

TEST(Random, UniformNumbersLieInZeroToOneAndFillItEvenly) {
  constexpr std::uint32_t kNumbers = 1'000'000;
  constexpr std::size_t kCells = 100;
  std::vector<double> counts(kCells);
  double sum = 0;
  for (std::uint32_t i = 0; i < kNumbers; ++i) {
    const float u = random_uniform({.seed = 3}, i);
    ASSERT_GE(u, 0.0F);
    ASSERT_LT(u, 1.0F);
    ++counts[static_cast<std::size_t>(u * kCells)];
    sum += static_cast<double>(u);
  }
  EXPECT_NEAR(sum / kNumbers, 0.5, 5 * std::sqrt(1.0 / 12 / kNumbers));
  constexpr double kExpected = static_cast<double>(kNumbers) / kCells;
  double chi_square = 0;
  for (const double count : counts) chi_square += (count - kExpected) * (count - kExpected) / kExpected;
  EXPECT_NEAR(chi_square, kCells - 1, 5 * std::sqrt(2.0 * (kCells - 1)));
}

}  // namespace
}  // namespace bprop
