// SPDX-License-Identifier: Apache-2.0
//
// Random numbers as a pure function: Philox 4x32-10 (Salmon et al., SC 2011) with the seed as key and {index / 4, step,
// epoch, purpose} as counter. Nothing is drawn in a sequence, so any number is had at once, on any thread, in any
// order.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace bprop {

// What a number is for. Different purposes never share a counter. The values are part of the numerics: append only.
enum class Purpose : std::uint32_t {
  kSplit = 1,       // which rows are held out
  kShuffle = 2,     // the order of the rows in an epoch
  kInitialize = 3,  // weights; step = layer
  kCheck = 4,       // which entries a gradient check looks at
  kTest = 5,        // tests and generated data
  kExercise = 6,    // numbers of exercises; step = kind, epoch = number
  kDropout = 7,     // masks; step = update, epoch = row of the batch
  kImportance = 9,  // which row a permuted column's cells come from; epoch = repeat
};

struct RandomKey {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::kTest;
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;
};

// Four independent 32-bit words: numbers 4·block … 4·block + 3 of the key's sequence.
std::array<std::uint32_t, 4> random_block(const RandomKey& key, std::uint32_t block);

// Number `index` of the key's sequence: 32 bits, or in [0, 1) with 24 bits.
std::uint32_t random_bits(const RandomKey& key, std::uint32_t index);
float random_uniform(const RandomKey& key, std::uint32_t index);

// A keyed bijection of [0, size): where row `position` of the shuffled order lies in the original one. A Feistel
// network on the next even number of bits, walked until it falls inside; no list is kept. size ≤ 2^32. Expected cost:
// under four walks of six blocks (of twelve for up to 64 rows). Of the key, `step` is not read.
class Permutation {
 public:
  Permutation(const RandomKey& key, std::uint64_t size);
  std::uint64_t operator()(std::uint64_t position) const;
  std::uint64_t size() const { return size_; }

  // For passes over most of the rows: works out the rounds of every half once, 24 · √size bytes and less, for the same
  // order. Again with another epoch it allocates nothing.
  void tabulate(std::uint32_t epoch);

 private:
  std::uint32_t round_block(unsigned round, std::uint64_t half) const;

  RandomKey key_;
  std::uint64_t size_;
  unsigned half_bits_;
  std::vector<std::uint32_t> table_;  // [round][half]; empty: not tabulated
};

}  // namespace bprop
