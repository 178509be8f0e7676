// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#ifndef BPROP_BENCH_FED_STEPS
#define BPROP_BENCH_FED_STEPS
namespace bprop::bench {
constexpr std::size_t kFedSteps = 64;  // 10 KB
}
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probe.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = HWY_CAPPED(float, 16);

// `rounds` times so many chains of fused multiply-adds; returns the number of floating-point operations. memory:
// factor, term, then the chains' starting values, 16 floats each, all different and unknown to the compiler, which
// therefore cannot merge two chains.
template <std::size_t kChains>
double chains(std::size_t rounds, float* memory) {
  const Tag tag;
  const auto factor = hn::Set(tag, memory[0]);
  const auto term = hn::Set(tag, memory[1]);
  float* const start = memory + 16;
  hn::Vec<Tag> values[kChains];
#pragma GCC unroll 16
  for (std::size_t c = 0; c < kChains; ++c) values[c] = hn::LoadU(tag, start + 16 * c);
  for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (std::size_t c = 0; c < kChains; ++c) values[c] = hn::MulAdd(values[c], factor, term);
  }
#pragma GCC unroll 16
  for (std::size_t c = 0; c < kChains; ++c) hn::StoreU(values[c], tag, start + 16 * c);
  return 2.0 * static_cast<double>(kChains * rounds * hn::Lanes(tag));
}

// Twelve cover a latency of 5 cycles at 2 a cycle and, with factor and term, fit into 16 registers.
double twelve_chains(std::size_t rounds, float* memory) { return chains<12>(rounds, memory); }
double four_chains(std::size_t rounds, float* memory) { return chains<4>(rounds, memory); }

// As a product's tile: 6 factors from memory by 2 registers of a line from memory onto 12 sums, `rounds` times over
// kFedSteps steps; memory holds kFedSteps × (6 factors, 2 lines). Returns the number of floating-point operations.
double fed_sums(std::size_t rounds, float* memory) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  auto s0 = hn::Zero(tag), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
  auto t0 = s0, t1 = s0, t2 = s0, t3 = s0, t4 = s0, t5 = s0;
  for (std::size_t round = 0; round < rounds; ++round) {
    const float* factors = memory;
    const float* lines = memory + bench::kFedSteps * 8;
    for (std::size_t step = 0; step < bench::kFedSteps; ++step, factors += 8, lines += 32) {
      const auto a = hn::LoadU(tag, lines);
      const auto b = hn::LoadU(tag, lines + lanes);
      const auto f0 = hn::Set(tag, factors[0]);
      s0 = hn::MulAdd(f0, a, s0), t0 = hn::MulAdd(f0, b, t0);
      const auto f1 = hn::Set(tag, factors[1]);
      s1 = hn::MulAdd(f1, a, s1), t1 = hn::MulAdd(f1, b, t1);
      const auto f2 = hn::Set(tag, factors[2]);
      s2 = hn::MulAdd(f2, a, s2), t2 = hn::MulAdd(f2, b, t2);
      const auto f3 = hn::Set(tag, factors[3]);
      s3 = hn::MulAdd(f3, a, s3), t3 = hn::MulAdd(f3, b, t3);
      const auto f4 = hn::Set(tag, factors[4]);
      s4 = hn::MulAdd(f4, a, s4), t4 = hn::MulAdd(f4, b, t4);
      const auto f5 = hn::Set(tag, factors[5]);
      s5 = hn::MulAdd(f5, a, s5), t5 = hn::MulAdd(f5, b, t5);
    }
  }
  const auto s = hn::Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), hn::Add(s4, s5));
  const auto t = hn::Add(hn::Add(hn::Add(t0, t1), hn::Add(t2, t3)), hn::Add(t4, t5));
  hn::StoreU(hn::Add(s, t), tag, memory + bench::kFedSteps * 40);
  return 2.0 * 12 * static_cast<double>(rounds * bench::kFedSteps) * static_cast<double>(lanes);
}

// Sum of count floats, a multiple of 128, on 8 accumulators: reading is what takes the time.
float sum(const float* values, std::size_t count) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  auto s0 = hn::Zero(tag), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (std::size_t i = 0; i < count; i += 8 * lanes) {
    s0 = hn::Add(s0, hn::LoadU(tag, values + i));
    s1 = hn::Add(s1, hn::LoadU(tag, values + i + lanes));
    s2 = hn::Add(s2, hn::LoadU(tag, values + i + 2 * lanes));
    s3 = hn::Add(s3, hn::LoadU(tag, values + i + 3 * lanes));
    s4 = hn::Add(s4, hn::LoadU(tag, values + i + 4 * lanes));
    s5 = hn::Add(s5, hn::LoadU(tag, values + i + 5 * lanes));
    s6 = hn::Add(s6, hn::LoadU(tag, values + i + 6 * lanes));
    s7 = hn::Add(s7, hn::LoadU(tag, values + i + 7 * lanes));
  }
  const auto all = hn::Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), hn::Add(hn::Add(s4, s5), hn::Add(s6, s7)));
  return hn::GetLane(hn::SumOfLanes(tag, all));
}

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "stopwatch.h"

namespace bprop {

HWY_EXPORT(twelve_chains);
HWY_EXPORT(four_chains);
HWY_EXPORT(fed_sums);
HWY_EXPORT(sum);
HWY_EXPORT(target_name);

namespace bench {
namespace {

constexpr double kWindow = 1e-3;               // seconds that all threads of a probe run
constexpr std::size_t kRoundsAtOnce = 40'000;  // about 60 µs; asking for the processor time takes half of one

struct alignas(64) FedMemory {
  FedMemory() { std::fill(std::begin(values), std::end(values), 1e-3F); }
  float values[kFedSteps * 40 + 16];
};

struct alignas(64) ChainMemory {
  ChainMemory() {
    std::iota(std::begin(values), std::end(values), 1.0F);
    values[0] = 0.5F;  // the chains tend to 0.5, far from subnormal numbers
    values[1] = 0.25F;
  }
  float values[16 + 12 * 16];
};

volatile float sink;  // results go here, so that nothing is left out

// Floating-point operations a second of the calling thread: by its own processor time if it is the only one, else by
// the clock on the wall.
double rate_of(const auto& work, int threads) {
  double flops = 0;
  const double begin = now(threads);
  double seconds = 0;
  while (seconds < kWindow) {
    flops += work();
    seconds = now(threads) - begin;
  }
  return flops / seconds;
}

double rate_of_twelve(int threads) {
  ChainMemory memory;
  const double rate =
      rate_of([&] { return HWY_DYNAMIC_DISPATCH(twelve_chains)(kRoundsAtOnce, memory.values); }, threads);
  sink = memory.values[16];
  return rate;
}

double rate_of_four() {
  ChainMemory memory;
  const double rate = rate_of([&] { return HWY_DYNAMIC_DISPATCH(four_chains)(kRoundsAtOnce, memory.values); }, 1);
  sink = memory.values[16];
  return rate;
}

double rate_of_fed(int threads) {
  FedMemory memory;
  const double rate =
      rate_of([&] { return HWY_DYNAMIC_DISPATCH(fed_sums)(kRoundsAtOnce / kFedSteps, memory.values); }, threads);
  sink = memory.values[kFedSteps * 40];
  return rate;
}

}  // namespace

Reading read_processor(int threads) {
  if (threads == 1) return {.peak = rate_of_twelve(1), .fed = rate_of_fed(1)};
  std::atomic<int> arrived = 0;
  std::atomic<double> peak = 0;
  std::atomic<double> fed = 0;
  const auto read = [&] {
    ++arrived;
    while (arrived < threads) std::this_thread::yield();  // all begin together
    peak += rate_of_twelve(threads);
    fed += rate_of_fed(threads);
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(read);
  read();
  others.clear();
  return {.peak = peak, .fed = fed};
}

double chain_ratio() {
  double of_twelve = 0;
  double of_four = 0;
  // The best of each, since a busy neighbour slows them differently; of many where the first ones look wrong.
  for (int round = 0; round < 10 || (round < 200 && of_twelve > kLargestChainRatio * of_four); ++round) {
    of_twelve = std::max(of_twelve, rate_of_twelve(1));
    of_four = std::max(of_four, rate_of_four());
  }
  return of_twelve / of_four;
}

double read_rate(std::size_t bytes) {
  const std::vector<float> values(bytes / sizeof(float) / 128 * 128, 1.0F);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    double read = 0;
    const double begin = now(1);
    double seconds = 0;
    while (seconds < 5e-3) {
      sink = HWY_DYNAMIC_DISPATCH(sum)(values.data(), values.size());
      read += static_cast<double>(values.size() * sizeof(float));
      seconds = now(1) - begin;
    }
    best = std::max(best, read / seconds);
  }
  return best;
}

const char* probe_target() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

}  // namespace bench
}  // namespace bprop
#endif  // HWY_ONCE
