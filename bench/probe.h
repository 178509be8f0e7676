// SPDX-License-Identifier: Apache-2.0
//
// What the processor can do here and now: the measure that every share of these benchmarks refers to.
#pragma once

#include <cstddef>

namespace bprop::bench {

// Fused multiply-adds on full registers of the engine's instruction set, in floating-point operations a second: the sum
// over `threads` threads that run at the same time.
struct Reading {
  double peak = 0;  // 12 independent chains in registers: what shares refer to
  // The same with what a product cannot do without, loads and broadcasts from the first-level cache. A core of one's
  // own does both at the same rate. Where another guest uses its second half, the chains may not notice; this does.
  double fed = 0;
};
// Takes about 2 ms.
Reading read_processor(int threads);

// How much faster 12 chains are than 4. Four keep a pipeline of latency 4 and two units half busy: near 2, at most 2.5
// with latency 5; more means that the compiler has merged chains and read_processor() counts work that nobody does.
double chain_ratio();
inline constexpr double kLargestChainRatio = 2.6;

// Bytes a second that one thread reads from a buffer of so many bytes, over and over.
double read_rate(std::size_t bytes);

// "AVX2": the instruction set of the probe.
const char* probe_target();

}  // namespace bprop::bench
