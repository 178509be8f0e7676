// SPDX-License-Identifier: Apache-2.0
//
// Ranks as threads, and what they do together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <string>
#include <vector>

#include "base/collectives.h"
#include "bprop/error.h"
#include "bprop/ranks.h"

namespace bprop {
namespace {

template <class Body>
std::string failure_of(std::size_t ranks, const Body& body) {
  try {
    run_ranks(ranks, body);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(LocalRanks, EachRankRunsOnceAndKnowsItsNumber) {
  std::atomic<int> sum = 0;
  run_ranks(5, [&](Communicator& ranks) {
    EXPECT_EQ(ranks.ranks(), 5U);
    sum += 1 << ranks.rank();
  });
  EXPECT_EQ(sum, 31);
}

TEST(LocalRanks, MessagesBetweenTwoComeInTheirOrderWhoeverElseSends) {
  run_ranks(4, [](Communicator& ranks) {
    if (ranks.rank() > 0) {
      for (int i = 0; i < 100; ++i) ranks.send(0, std::as_bytes(std::span(&i, 1)));
      return;
    }
    for (std::size_t from = ranks.ranks() - 1; from > 0; --from) {
      for (int i = 0; i < 100; ++i) {
        int received = -1;
        ranks.receive(from, std::as_writable_bytes(std::span(&received, 1)));
        EXPECT_EQ(received, i);
      }
    }
  });
}

TEST(LocalRanks, AllHaveWhatRankZeroHad) {
  for (std::size_t count = 1; count <= 9; ++count) {
    run_ranks(count, [](Communicator& ranks) {
      std::vector<std::size_t> numbers(1000);
      if (ranks.rank() == 0) std::iota(numbers.begin(), numbers.end(), std::size_t{7});
      broadcast(&ranks, std::as_writable_bytes(std::span(numbers)));
      EXPECT_EQ(numbers[999], 1006U);
      EXPECT_EQ(agreed(&ranks, ranks.rank() + 3), 3U);
    });
  }
}

TEST(LocalRanks, SumsOfDisjointNumbersAreOnEveryRank) {
  for (std::size_t count = 1; count <= 9; ++count) {
    run_ranks(count, [](Communicator& ranks) {
      std::vector<double> numbers(ranks.ranks() + 1), theirs(numbers.size());
      numbers[ranks.rank()] = 0.1 * static_cast<double>(ranks.rank() + 1);
      add_disjoint(&ranks, numbers, theirs);
      for (std::size_t i = 0; i < ranks.ranks(); ++i) EXPECT_EQ(numbers[i], 0.1 * static_cast<double>(i + 1));
      EXPECT_EQ(numbers.back(), 0);
    });
  }
}

TEST(LocalRanks, ANullCommunicatorIsASingleRank) {
  double number = 5, other = 0;
  add_disjoint(nullptr, {&number, 1}, {&other, 1});
  EXPECT_EQ(agreed(nullptr, number), 5);
  EXPECT_TRUE(is_first(nullptr));
}

TEST(LocalRanks, TheFirstFailureEndsThoseThatWaitAndIsThrown) {
  const auto one_fails = [](Communicator& ranks) {
    if (ranks.rank() == 2) throw UsageError("something is wrong with the data");
    double number = 0;
    broadcast(&ranks, std::as_writable_bytes(std::span(&number, 1)));
    ranks.receive(2, std::as_writable_bytes(std::span(&number, 1)));
  };
  EXPECT_EQ(failure_of(4, one_fails), "something is wrong with the data");
}

TEST(LocalRanks, WaitingForARankThatHasEndedIsAnError) {
  const auto receives = [](Communicator& ranks) {
    double number = 0;
    if (ranks.rank() == 0) ranks.receive(1, std::as_writable_bytes(std::span(&number, 1)));
  };
  EXPECT_EQ(failure_of(2, receives), "[communicator] rank 1 has ended");
  const auto sends = [](Communicator& ranks) {
    const double number = 0;
    if (ranks.rank() == 1) ranks.send(0, std::as_bytes(std::span(&number, 1)));
  };
  EXPECT_EQ(failure_of(2, sends), "[communicator] rank 0 has ended");
}

TEST(LocalRanks, ALengthThatIsNotTheSameIsAnError) {
  const auto body = [](Communicator& ranks) {
    std::vector<std::byte> bytes(ranks.rank() + 3);
    if (ranks.rank() == 0) ranks.send(1, bytes);
    if (ranks.rank() == 1) ranks.receive(0, bytes);
  };
  EXPECT_EQ(failure_of(2, body), "[communicator] rank 0 sent 3 bytes, rank 1 expected 4");
}

TEST(LocalRanks, ThereIsAtLeastOneAndNotAnyNumber) {
  EXPECT_EQ(failure_of(0, [](Communicator&) {}), "ranks is 0, expected 1 to 256");
  EXPECT_EQ(failure_of(257, [](Communicator&) {}), "ranks is 257, expected 1 to 256");
}

}  // namespace
}  // namespace bprop
