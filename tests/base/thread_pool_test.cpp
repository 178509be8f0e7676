// SPDX-License-Identifier: Apache-2.0
#include "bprop/thread_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/allocation_count.h"
#include "bprop/error.h"

namespace bprop {
namespace {

using testing::Each;
using testing::ThrowsMessage;

class Pool : public testing::TestWithParam<int> {
 protected:
  ThreadPool pool{{.threads = GetParam(), .minimal_work = 0}};
};

TEST_P(Pool, RunsEachPartOnce) {
  for (int parts = 0; parts <= 20; ++parts) {
    std::array<std::atomic<int>, 20> calls{};
    pool.run(parts, [&](int part) { ++calls.at(static_cast<std::size_t>(part)); });
    for (int part = 0; part < 20; ++part) {
      EXPECT_EQ(calls.at(static_cast<std::size_t>(part)), part < parts ? 1 : 0) << parts << " parts, part " << part;
    }
  }
}

TEST_P(Pool, RunsPartPOnThreadPModThreads) {
  const auto threads = static_cast<std::size_t>(pool.threads());
  std::array<std::thread::id, 20> ids;
  pool.run(20, [&](int part) { ids.at(static_cast<std::size_t>(part)) = std::this_thread::get_id(); });
  EXPECT_EQ(ids[0], std::this_thread::get_id());
  for (std::size_t part = threads; part < 20; ++part) EXPECT_EQ(ids.at(part), ids.at(part - threads));
  std::vector<std::uint64_t> expected(threads);
  for (std::size_t part = 0; part < 20; ++part) ++expected[part % threads];
  EXPECT_EQ(pool.parts_run(), expected);
}

TEST_P(Pool, EndsTheOtherPartsThrowsTheFirstErrorAndSurvives) {
  for (const int thrower : {0, 1, 7, 19}) {
    std::atomic<int> calls{0};
    const auto run = [&] {
      pool.run(20, [&](int part) {
        ++calls;
        if (part == thrower) throw std::runtime_error("part failed");
      });
    };
    EXPECT_THAT(run, ThrowsMessage<std::runtime_error>("part failed"));
    EXPECT_EQ(calls, 20) << "part " << thrower << " threw";
  }
  EXPECT_THROW(pool.run(20, [](int) { throw 1; }), int);
  std::atomic<int> calls{0};
  pool.run(20, [&](int) { ++calls; });
  EXPECT_EQ(calls, 20);
}

TEST_P(Pool, SeesTheWritesOfAllPartsAfterManyQuickForks) {
  std::array<std::uint64_t, 7> counts{};  // plain numbers: the thread sanitizer would see a missing fence
  // More threads than processors wait for each other's time slices, thousands of times longer.
  const unsigned forks = pool.threads() <= usable_processors() ? 10000 : 1000;
  for (unsigned fork = 0; fork < forks; ++fork) {
    pool.run(7, [&](int part) { counts.at(static_cast<std::size_t>(part)) += 1; });
  }
  EXPECT_THAT(counts, Each(forks));
}

TEST_P(Pool, WakesAfterItsThreadsFellAsleep) {
  int sum = 0;
  std::array<int, 9> parts{};
  for (int fork = 0; fork < 5; ++fork) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pool.run(9, [&](int part) {
      if (part == 8) std::this_thread::sleep_for(std::chrono::milliseconds(2));  // the caller falls asleep too
      parts.at(static_cast<std::size_t>(part)) = part;
    });
    sum += std::accumulate(parts.begin(), parts.end(), 0);
  }
  EXPECT_EQ(sum, 5 * 36);
}

TEST_P(Pool, AllocatesNothingInARun) {
  std::array<double, 20> results{};
  pool.run(20, [&](int part) { results.at(static_cast<std::size_t>(part)) = part; });
  const std::size_t before = allocation_count();
  for (int fork = 0; fork < 100; ++fork) {
    pool.run(20, [&](int part) { results.at(static_cast<std::size_t>(part)) += part; });
  }
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(results[2], 202);
}

INSTANTIATE_TEST_SUITE_P(Threads, Pool, testing::Values(1, 2, 3, 4, 7));

TEST(AllocationCount, SeesAnAllocation) {
  static std::vector<int> numbers;  // a compiler may leave out what nobody else can see
  const std::size_t before = allocation_count();
  numbers = std::vector<int>(100, 1);
  EXPECT_EQ(allocation_count(), before + 1);
}

TEST(ThreadPool, GivesAThreadAtLeastTheMinimalWork) {
  const ThreadPool pool({.threads = 4, .minimal_work = 100});
  const std::array<std::pair<double, int>, 9> expected = {
      {{0, 1}, {99, 1}, {199, 1}, {200, 2}, {299, 2}, {300, 3}, {400, 4}, {1e9, 4}, {1e300, 4}}};
  for (const auto& [work, parts] : expected) EXPECT_EQ(pool.parts(work), parts) << work;
  EXPECT_EQ(ThreadPool({.threads = 3, .minimal_work = 0}).parts(0), 3);
  EXPECT_EQ(ThreadPool().parts(1e300), 1);
}

TEST(ThreadPool, ZeroThreadsMeansAllUsableProcessors) {
  EXPECT_GE(usable_processors(), 1);
  EXPECT_LE(usable_processors(), static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_EQ(ThreadPool({.threads = 0}).threads(), usable_processors());
  EXPECT_EQ(ThreadPool().threads(), 1);
}

TEST(ThreadPool, RefusesAnImpossibleNumberOfThreads) {
  EXPECT_THAT([] { ThreadPool pool({.threads = -1}); },
              ThrowsMessage<UsageError>("[thread_pool] -1 threads asked for, expected 0 to 1024"));
  EXPECT_THAT([] { ThreadPool pool({.threads = 1025}); },
              ThrowsMessage<UsageError>("[thread_pool] 1025 threads asked for, expected 0 to 1024"));
}

// As a user who may have one thread, or none more than there are, asks for 1024 and prints the sentence. (A limit of
// memory would do as well, but not with a sanitizer, whose shadow memory needs terabytes of addresses.)
[[noreturn]] void ask_for_too_many_threads() {
  constexpr uid_t kNobody = 65534;
  if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) std::_Exit(2);
  const rlimit limits{1, 1};
  if (setrlimit(RLIMIT_NPROC, &limits) != 0) std::_Exit(2);
  try {
    const ThreadPool pool({.threads = 1024});
  } catch (const IoError& error) {
    std::fputs(error.what(), stderr);
    std::_Exit(0);
  }
  std::_Exit(1);
}

TEST(ThreadPool, NamesTheThreadThatTheSystemRefused) {
  EXPECT_EXIT(ask_for_too_many_threads(), testing::ExitedWithCode(0),
              "^\\[thread_pool\\] the system refused thread 2 of 1024: Resource temporarily");
}

}  // namespace
}  // namespace bprop
