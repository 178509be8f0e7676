// SPDX-License-Identifier: Apache-2.0
//
// What all ranks of a communicator do together, made of messages between two of them. Every rank makes the same calls
// in the same order; a null communicator is a single rank.
#pragma once

#include <bit>
#include <cstddef>
#include <span>
#include <type_traits>

#include "bprop/communicator.h"

namespace bprop {

inline bool is_first(const Communicator* ranks) { return ranks == nullptr || ranks->rank() == 0; }

// What rank 0 has in `bytes`, on every rank: over a binomial tree, log2(ranks) messages one after the other.
inline void broadcast(Communicator* ranks, std::span<std::byte> bytes) {
  if (ranks == nullptr || bytes.empty()) return;
  const std::size_t me = ranks->rank();
  const std::size_t count = ranks->ranks();
  std::size_t reach = std::bit_ceil(count);  // of a rank that has it: those up to so many behind it
  if (me > 0) {
    reach = me & (~me + 1);
    ranks->receive(me - reach, bytes);
  }
  for (std::size_t step = reach / 2; step > 0; step /= 2) {
    if (me + step < count) ranks->send(me + step, bytes);
  }
}

// Rank 0's value, of any type that is its bytes.
template <class T>
T agreed(Communicator* ranks, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  broadcast(ranks, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

// The sum of all ranks' numbers, on every rank, where at most one rank has anything but 0 in each place: then no order
// of adding rounds. `theirs` is memory for as many numbers.
inline void add_disjoint(Communicator* ranks, std::span<double> numbers, std::span<double> theirs) {
  if (ranks == nullptr || numbers.empty()) return;
  const std::size_t me = ranks->rank();
  for (std::size_t step = 1; step < ranks->ranks(); step *= 2) {
    if ((me & step) != 0) {
      ranks->send(me - step, std::as_bytes(numbers));
      break;
    }
    if (me + step >= ranks->ranks()) continue;
    ranks->receive(me + step, std::as_writable_bytes(theirs.first(numbers.size())));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] += theirs[i];
  }
  broadcast(ranks, std::as_writable_bytes(numbers));
}

// Returns when all ranks have come so far.
inline void wait_for_all(Communicator* ranks) {
  double nothing = 0, theirs = 0;
  add_disjoint(ranks, {&nothing, 1}, {&theirs, 1});
}

}  // namespace bprop
