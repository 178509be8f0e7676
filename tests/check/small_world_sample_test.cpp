// SPDX-License-Identifier: Apache-2.0
//
// A sample of the small world that is quick enough for the sanitizers: each activation and loss with a few sizes.
#include <gtest/gtest.h>

#include <algorithm>

#include "check/small_world.h"

namespace bprop::check {
namespace {

TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStep) {
  SmallWorldErrors errors;
  std::size_t next = 0;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      const std::vector<SmallCase> cases = small_cases(activation.id, loss.id);
      for (int i = 0; i < 4; ++i, next += 101) check_small_case(cases[next % cases.size()], errors);
    }
  }
  EXPECT_EQ(errors.networks, 14 * 7 * 4);
  EXPECT_LE(errors.share_redrawn(), 0.06);
}

// First, in the middle, last, several, next to each other.
TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithScaleLayersInAnyPlace) {
  SmallWorldErrors errors;
  std::size_t next = 0;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      const std::vector<SmallCase> cases = small_cases(activation.id, loss.id);
      for (int i = 0; i < 4; ++i, next += 101) {
        SmallCase c = cases[next % cases.size()];
        c.scales = 1 + next % (scale_patterns(c.depth) - 1);
        check_small_case(c, errors);
      }
    }
  }
  EXPECT_EQ(errors.networks, 14 * 7 * 4);
  EXPECT_LE(errors.share_redrawn(), 0.1);
  EXPECT_GT(errors.single, 1e-3);  // the comparisons did look at something
}

// Of every kind, of some inputs or all, one after the other, behind and before scale layers.
TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithEmbeddingLayersInFront) {
  SmallWorldErrors errors;
  std::size_t next = 0;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      const std::vector<SmallCase> cases = small_cases(activation.id, loss.id);
      for (int i = 0; i < 4; ++i, next += 101) {
        SmallCase c = cases[next % cases.size()];
        c.front = 1 + next % (kFronts - 1);
        c.scales = next % 3 == 0 ? next % scale_patterns(c.depth) : 0;
        check_small_case(c, errors);
      }
    }
  }
  EXPECT_EQ(errors.networks, activation_rules().size() * loss_rules().size() * 4);
  EXPECT_LE(errors.share_redrawn(), 0.1);
  EXPECT_GT(errors.single, 1e-3);  // the comparisons did look at something
}

TEST(SmallWorldSample, CasesHaveNumbersOfTheirOwnAndCoverAllSizes) {
  std::vector<std::uint64_t> numbers;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      for (const SmallCase& c : small_cases(activation.id, loss.id)) numbers.push_back(c.number());
    }
  }
  EXPECT_EQ(numbers.size(), 37'632);
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

}  // namespace
}  // namespace bprop::check
