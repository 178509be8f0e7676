// SPDX-License-Identifier: Apache-2.0
//
// What an update of a whole flat buffer promises: segments' factors, decoupled decay, and the same bits for any cut.
#include "optim/update.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/random.h"

namespace bprop::optim {
namespace {

std::vector<float> numbers(std::uint32_t seed, std::size_t size) {
  std::vector<float> all(size);
  for (std::size_t i = 0; i < size; ++i) all[i] = random_uniform({.seed = seed}, static_cast<std::uint32_t>(i)) - 0.5F;
  return all;
}

std::vector<Optimizer> all_optimizers() {
  std::vector<Optimizer> all;
  for (const OptimizerRule& rule : optimizer_rules()) all.push_back(optimizer_named(rule.name));
  return all;
}

TEST(Update, GivesTheSameBitsOnAnyNumberOfThreads) {
  constexpr std::size_t kSize = 16 * 37;
  const std::vector<Segment> segments = {{.begin = 0, .size = 16 * 30, .decay_factor = 1},
                                         {.begin = 16 * 30, .size = 16, .rate_factor = 2, .decay_factor = 0},
                                         {.begin = 16 * 31, .size = 16 * 6, .decay_factor = 0.5}};
  for (const Optimizer& optimizer : all_optimizers()) {
    const auto run = [&](ThreadPool* pool) {
      std::vector<float> w = numbers(1, kSize);
      OptimizerState<float> state(optimizer, kSize);
      for (std::uint32_t step = 0; step < 4; ++step) {
        const std::vector<float> g = numbers(2 + step, kSize);
        update(float_updates(Arithmetic::kFma), pool, optimizer, 0.01, 0.1, segments, std::span(w),
               std::span<const float>(g), state);
      }
      return w;
    };
    const std::vector<float> alone = run(nullptr);
    for (const int threads : {1, 2, 3, 4, 7}) {
      ThreadPool pool({.threads = threads, .minimal_work = 0});
      EXPECT_EQ(std::memcmp(run(&pool).data(), alone.data(), kSize * sizeof(float)), 0)
          << rule(optimizer).name << " on " << threads << " threads";
      for (const std::uint64_t parts : pool.parts_run()) EXPECT_EQ(parts, threads == 1 ? 0U : 4U);
    }
  }
}

TEST(Update, OfASegmentUsesItsRateAndDecayFactors) {
  const std::vector<Segment> segments = {{.begin = 0, .size = 16},
                                         {.begin = 16, .size = 16, .rate_factor = 0.5},
                                         {.begin = 32, .size = 16, .decay_factor = 0},
                                         {.begin = 48, .size = 16, .rate_factor = 0}};
  std::vector<double> w(64, 3.0);
  const std::vector<double> g(64, 0.25);
  const Optimizer optimizer = Sgd{};
  OptimizerState<double> state(optimizer, 64);
  update(double_updates(Arithmetic::kFma), nullptr, optimizer, 0.5, 0.125, segments, std::span(w),
         std::span<const double>(g), state);
  EXPECT_DOUBLE_EQ(w[0], 3 * (1 - 0.5 * 0.125) - 0.5 * 0.25);
  EXPECT_DOUBLE_EQ(w[16], 3 * (1 - 0.25 * 0.125) - 0.25 * 0.25);
  EXPECT_DOUBLE_EQ(w[32], 3 - 0.5 * 0.25);
  EXPECT_DOUBLE_EQ(w[48], 3);
}

TEST(Update, TouchesNothingOutsideTheSegments) {
  std::vector<double> w(48, 1.0);
  const std::vector<double> g(48, 1.0);
  const Optimizer optimizer = Adam{};
  OptimizerState<double> state(optimizer, 48);
  const std::vector<Segment> segments = {{.begin = 16, .size = 16}};
  update(double_updates(Arithmetic::kFma), nullptr, optimizer, 0.1, 0, segments, std::span(w),
         std::span<const double>(g), state);
  for (std::size_t i = 0; i < 48; ++i) {
    const bool inside = i >= 16 && i < 32;
    EXPECT_EQ(w[i] != 1, inside);
    EXPECT_EQ(state.first[i] != 0, inside);
  }
  EXPECT_EQ(state.updates, 1U);
}

TEST(OptimizerState, KeepsAsManyNumbersAWeightAsTheRuleSays) {
  for (const Optimizer& optimizer : all_optimizers()) {
    const OptimizerState<float> state(optimizer, 32);
    EXPECT_EQ(state.first.size() + state.second.size(), 32 * rule(optimizer).states) << rule(optimizer).name;
  }
}

// Decoupled decay shrinks the weight itself: unlike l2, it does not pass through Adam's division by √ŝ.
TEST(WeightDecay, IsDecoupledFromTheGradientsStatistics) {
  for (const Optimizer& optimizer : all_optimizers()) {
    const std::vector<Segment> segments = {{.begin = 0, .size = 16}};
    std::vector<double> plain(16, 2.0);
    std::vector<double> decayed(16, 2.0);
    OptimizerState<double> plain_state(optimizer, 16);
    OptimizerState<double> decayed_state(optimizer, 16);
    for (int step = 1; step <= 5; ++step) {
      const std::vector<double> g(16, 0.3 * step);
      const double before_plain = plain[0];
      const double before_decayed = decayed[0];
      update(double_updates(Arithmetic::kFma), nullptr, optimizer, 0.1, 0, segments, std::span(plain),
             std::span<const double>(g), plain_state);
      update(double_updates(Arithmetic::kFma), nullptr, optimizer, 0.1, 0.25, segments, std::span(decayed),
             std::span<const double>(g), decayed_state);
      const double own = std::holds_alternative<AdamW>(optimizer) ? 0.01 : 0;
      const double plain_move = plain[0] - before_plain * (1 - 0.1 * own);
      const double decayed_move = decayed[0] - before_decayed * (1 - 0.1 * (own + 0.25));
      EXPECT_NEAR(plain_move, decayed_move, 1e-15) << rule(optimizer).name << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace bprop::optim
