// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probe.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = HWY_CAPPED(float, 16);

// `rounds` times 12 chains of fused multiply-adds; returns the number of floating-point operations. Twelve cover a
// latency of 5 cycles at 2 a cycle and, with factor and term, fit into 16 registers. memory: factor, term, then 12
// starting values of 16 floats, all different and unknown to the compiler, which therefore cannot merge two chains.
double twelve_chains(std::size_t rounds, float* memory) {
  const Tag tag;
  const auto factor = hn::Set(tag, memory[0]);
  const auto term = hn::Set(tag, memory[1]);
  float* start = memory + 16;
  auto c0 = hn::LoadU(tag, start), c1 = hn::LoadU(tag, start + 16), c2 = hn::LoadU(tag, start + 32);
  auto c3 = hn::LoadU(tag, start + 48), c4 = hn::LoadU(tag, start + 64), c5 = hn::LoadU(tag, start + 80);
  auto c6 = hn::LoadU(tag, start + 96), c7 = hn::LoadU(tag, start + 112), c8 = hn::LoadU(tag, start + 128);
  auto c9 = hn::LoadU(tag, start + 144), c10 = hn::LoadU(tag, start + 160), c11 = hn::LoadU(tag, start + 176);
  for (std::size_t round = 0; round < rounds; ++round) {
    c0 = hn::MulAdd(c0, factor, term);
    c1 = hn::MulAdd(c1, factor, term);
    c2 = hn::MulAdd(c2, factor, term);
    c3 = hn::MulAdd(c3, factor, term);
    c4 = hn::MulAdd(c4, factor, term);
    c5 = hn::MulAdd(c5, factor, term);
    c6 = hn::MulAdd(c6, factor, term);
    c7 = hn::MulAdd(c7, factor, term);
    c8 = hn::MulAdd(c8, factor, term);
    c9 = hn::MulAdd(c9, factor, term);
    c10 = hn::MulAdd(c10, factor, term);
    c11 = hn::MulAdd(c11, factor, term);
  }
  hn::StoreU(c0, tag, start), hn::StoreU(c1, tag, start + 16), hn::StoreU(c2, tag, start + 32);
  hn::StoreU(c3, tag, start + 48), hn::StoreU(c4, tag, start + 64), hn::StoreU(c5, tag, start + 80);
  hn::StoreU(c6, tag, start + 96), hn::StoreU(c7, tag, start + 112), hn::StoreU(c8, tag, start + 128);
  hn::StoreU(c9, tag, start + 144), hn::StoreU(c10, tag, start + 160), hn::StoreU(c11, tag, start + 176);
  return 2.0 * 12 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(tag));
}

// The same with 4 chains.
double four_chains(std::size_t rounds, float* memory) {
  const Tag tag;
  const auto factor = hn::Set(tag, memory[0]);
  const auto term = hn::Set(tag, memory[1]);
  float* start = memory + 16;
  auto c0 = hn::LoadU(tag, start), c1 = hn::LoadU(tag, start + 16), c2 = hn::LoadU(tag, start + 32);
  auto c3 = hn::LoadU(tag, start + 48);
  for (std::size_t round = 0; round < rounds; ++round) {
    c0 = hn::MulAdd(c0, factor, term);
    c1 = hn::MulAdd(c1, factor, term);
    c2 = hn::MulAdd(c2, factor, term);
    c3 = hn::MulAdd(c3, factor, term);
  }
  hn::StoreU(c0, tag, start), hn::StoreU(c1, tag, start + 16), hn::StoreU(c2, tag, start + 32);
  hn::StoreU(c3, tag, start + 48);
  return 2.0 * 4 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(tag));
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
HWY_EXPORT(sum);
HWY_EXPORT(target_name);

namespace bench {
namespace {

constexpr double kWindow = 1.5e-3;             // seconds that all threads of a probe run
constexpr std::size_t kRoundsAtOnce = 40'000;  // about 60 µs; asking for the processor time takes half of one

struct alignas(64) ChainMemory {
  ChainMemory() {
    std::iota(std::begin(values), std::end(values), 1.0F);
    values[0] = 0.5F;  // the chains tend to 0.5, far from subnormal numbers
    values[1] = 0.25F;
  }
  float values[16 + 12 * 16];
};

volatile float sink;  // results go here, so that nothing is left out

// The calling thread's rate by its own processor time.
double rate_of_this_thread(const auto& chains) {
  ChainMemory memory;
  double flops = 0;
  const double begin = now(1);
  double seconds = 0;
  while (seconds < kWindow) {
    flops += chains(memory.values);
    seconds = now(1) - begin;
  }
  sink = memory.values[16];
  return flops / seconds;
}

double twelve(float* memory) { return HWY_DYNAMIC_DISPATCH(twelve_chains)(kRoundsAtOnce, memory); }
double four(float* memory) { return HWY_DYNAMIC_DISPATCH(four_chains)(kRoundsAtOnce, memory); }

}  // namespace

double fma_peak(int threads) {
  if (threads == 1) return rate_of_this_thread(twelve);
  std::atomic<int> arrived = 0;
  std::atomic<double> rate = 0;
  const auto count = [&] {
    ChainMemory memory;
    double flops = 0;
    ++arrived;
    while (arrived < threads) std::this_thread::yield();  // all begin together
    const double begin = now(threads);
    double seconds = 0;
    while (seconds < kWindow) {
      flops += twelve(memory.values);
      seconds = now(threads) - begin;
    }
    sink = memory.values[16];
    rate += flops / seconds;
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(count);
  count();
  others.clear();
  return rate;
}

double chain_ratio() {
  double of_twelve = 0;
  double of_four = 0;
  // The best of each, since a busy neighbour slows them differently; of many where the first ones look wrong.
  for (int round = 0; round < 10 || (round < 200 && of_twelve > kLargestChainRatio * of_four); ++round) {
    of_twelve = std::max(of_twelve, rate_of_this_thread(twelve));
    of_four = std::max(of_four, rate_of_this_thread(four));
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
