// SPDX-License-Identifier: Apache-2.0
//
// The three products at 512 × 512 × 512 as a share of the fused-multiply-add peak measured in the same run, and the
// activations. Each share is the best of several rounds, peak and product taking turns, so that a change of clock or a
// busy neighbour meets both. Ends with 1 if a share is below 0.5.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels_bench.cpp"
#define HWY_DISABLED_TARGETS (HWY_AVX3 | HWY_AVX3_DL)  // as src/linalg/CMakeLists.txt
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// `rounds` times 12 independent chains of fused multiply-adds on full registers; returns the number of floating-point
// operations. Twelve cover a latency of 5 cycles at 2 a cycle and, with factor and term, fit into 16 registers.
double multiply_add_chains(std::size_t rounds, float* sink) {
  const HWY_CAPPED(float, 16) tag;
  constexpr std::size_t kChains = 12;
  const auto factor = hn::Set(tag, sink[0]);
  const auto term = hn::Set(tag, sink[1]);
  auto c0 = hn::Set(tag, 0.0F);
  auto c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0, c10 = c0, c11 = c0;
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
  const auto sum = hn::Add(hn::Add(hn::Add(c0, c1), hn::Add(c2, c3)), hn::Add(hn::Add(c4, c5), hn::Add(c6, c7)));
  hn::StoreU(hn::Add(sum, hn::Add(hn::Add(c8, c9), hn::Add(c10, c11))), tag, sink);
  return 2.0 * kChains * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(tag));
}

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include "base/aligned_buffer.h"
#include "base/random.h"
#include "bprop/arithmetic.h"
#include "linalg/kernels.h"
#include "linalg/panels.h"

namespace bprop {

HWY_EXPORT(multiply_add_chains);

namespace {

constexpr std::size_t kSize = 512;
constexpr double kProductFlops = 2.0 * kSize * kSize * kSize;
constexpr int kRounds = 30;
constexpr double kSmallestShare = 0.5;

// The thread's processor time: on a busy machine the clock on the wall counts others' work too.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds_of(const auto& work) {
  const double begin = processor_seconds();
  work();
  return processor_seconds() - begin;
}

// Floating-point operations a second of one core, about 5 ms a call.
double measured_peak() {
  alignas(64) float sink[16] = {0.5F, 0.25F};
  double flops = 0;
  const double seconds = seconds_of([&] { flops = HWY_DYNAMIC_DISPATCH(multiply_add_chains)(2'000'000, sink); });
  benchmark::DoNotOptimize(sink);
  return flops / seconds;
}

AlignedBuffer<float> random_matrix(std::uint64_t seed) {
  AlignedBuffer<float> matrix(kSize * kSize);
  for (std::uint32_t i = 0; i < matrix.size(); ++i) matrix[i] = random_uniform({.seed = seed}, i) - 0.5F;
  return matrix;
}

// The best of all rounds; Google Benchmark calls a benchmark several times.
struct Best {
  double product = 0;
  double peak = 0;
  double share() const { return product / peak; }
};
std::map<std::string, Best> best_of;

// Runs `work` as a benchmark and puts its share of the peak beside it.
void run_with_share(benchmark::State& state, const std::string& name, const auto& work) {
  Best& best = best_of[name];
  for (int round = 0; round < kRounds; ++round) {
    best.peak = std::max(best.peak, measured_peak());
    best.product = std::max(best.product, kProductFlops / seconds_of(work));
  }
  for (auto _ : state) work();
  state.counters["GFLOP/s"] = best.product * 1e-9;
  state.counters["peak_GFLOP/s"] = best.peak * 1e-9;
  state.counters["share"] = best.share();
}

// z = a Wᵀ + b
void forward_product(benchmark::State& state) {
  const AlignedBuffer<float> a = random_matrix(1);
  const AlignedBuffer<float> w = random_matrix(2);
  const AlignedBuffer<float> bias(kSize);
  AlignedBuffer<float> out(kSize * kSize);
  const linalg::Kernels<float>& kernels = linalg::float_kernels(native_arithmetic());
  run_with_share(state, "forward_product", [&] {
    kernels.product(a.data(), kSize, kSize, w.data(), bias.data(), out.data(), {0, linalg::panels(kSize)}, {0, kSize});
    benchmark::ClobberMemory();
  });
}
BENCHMARK(forward_product);

// d_input = delta W: the same kernel on the transposed twin, without bias
void input_gradient(benchmark::State& state) {
  const AlignedBuffer<float> delta = random_matrix(3);
  const AlignedBuffer<float> twin = random_matrix(4);
  AlignedBuffer<float> out(kSize * kSize);
  const linalg::Kernels<float>& kernels = linalg::float_kernels(native_arithmetic());
  run_with_share(state, "input_gradient", [&] {
    kernels.product(delta.data(), kSize, kSize, twin.data(), nullptr, out.data(), {0, linalg::panels(kSize)},
                    {0, kSize});
    benchmark::ClobberMemory();
  });
}
BENCHMARK(input_gradient);

// d_weights = deltaᵀ a
void weight_gradient(benchmark::State& state) {
  const AlignedBuffer<float> a = random_matrix(5);
  const AlignedBuffer<float> delta = random_matrix(6);
  AlignedBuffer<float> d_w(kSize * kSize);
  const linalg::Kernels<float>& kernels = linalg::float_kernels(native_arithmetic());
  run_with_share(state, "weight_gradient", [&] {
    kernels.weight_gradient(a.data(), delta.data(), kSize, kSize, d_w.data(), {0, linalg::panels(kSize)}, {0, kSize});
    benchmark::ClobberMemory();
  });
}
BENCHMARK(weight_gradient);

void activate(benchmark::State& state, Activation activation) {
  const AlignedBuffer<float> z = random_matrix(7);
  AlignedBuffer<float> a(z.size());
  const linalg::Kernels<float>& kernels = linalg::float_kernels(native_arithmetic());
  constexpr std::size_t kInCache = 4096;
  for (auto _ : state) {
    kernels.activate(activation, z.data(), a.data(), kInCache);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kInCache));
}

int run(int argc, char** argv) {
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.id == Activation::kSoftmax) continue;
    benchmark::RegisterBenchmark(("activate/" + std::string(rule.name)).c_str(), activate, rule.id);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  double smallest_share = 1;
  for (const auto& [name, best] : best_of) smallest_share = std::min(smallest_share, best.share());
  std::printf("smallest share of the peak: %.2f (%s, class %s)\n", smallest_share,
              linalg::float_kernels(native_arithmetic()).target, std::string(bprop::name(native_arithmetic())).c_str());
  return smallest_share >= kSmallestShare ? 0 : 1;
}

}  // namespace
}  // namespace bprop

int main(int argc, char** argv) { return bprop::run(argc, argv); }
#endif  // HWY_ONCE
