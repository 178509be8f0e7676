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
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      const std::vector<SmallCase> cases = small_cases(activation.id, loss.id);
      std::size_t next = 404 * pair_number(activation.id, loss.id);
      for (int i = 0; i < 4; ++i, next += 101) check_small_case(cases[next % cases.size()], errors);
    }
  }
  EXPECT_EQ(errors.networks, activation_rules().size() * loss_rules().size() * 4);
  EXPECT_LE(errors.share_redrawn(), 0.06);
}

// First, in the middle, last, several, next to each other.
TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithScaleLayersInAnyPlace) {
  SmallWorldErrors errors;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      const std::vector<SmallCase> cases = small_cases(activation.id, loss.id);
      std::size_t next = 404 * pair_number(activation.id, loss.id);
      for (int i = 0; i < 4; ++i, next += 101) {
        SmallCase c = cases[next % cases.size()];
        c.scales = 1 + next % (scale_patterns(c.depth) - 1);
        check_small_case(c, errors);
      }
    }
  }
  EXPECT_EQ(errors.networks, activation_rules().size() * loss_rules().size() * 4);
  EXPECT_LE(errors.share_redrawn(), 0.1);
  EXPECT_GT(errors.single, 1e-3);  // the comparisons did look at something
}

// So many networks of each activation and loss, each changed by change(case, number). What was compared.
template <class Change>
SmallWorldErrors compared(std::size_t each, const Change& change) {
  SmallWorldErrors errors;
  std::size_t number = 0;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      const std::vector<SmallCase> cases = small_cases(activation.id, loss.id);
      for (std::size_t i = 0; i < each; ++i, number += 101) {
        SmallCase c = cases[number % cases.size()];
        change(c, number);
        check_small_case(c, errors);
      }
    }
  }
  EXPECT_EQ(errors.networks, activation_rules().size() * loss_rules().size() * each);
  EXPECT_GT(errors.single, 1e-3);  // the comparisons did look at something
  return errors;
}

// Of every kind, of some inputs or all, one after the other, behind and before scale layers.
TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithEmbeddingLayersInFront) {
  const SmallWorldErrors errors = compared(4, [](SmallCase& c, std::size_t number) {
    c.front = 1 + number % (kFronts - 1);
    c.scales = number % 3 == 0 ? number % scale_patterns(c.depth) : 0;
  });
  EXPECT_LE(errors.share_redrawn(), 0.1);
}

// In any place where there are three numbers or four: of two, u is ±1 but for ε, and all that comes back is rounding.
TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithLayerNormsInAnyPlace) {
  compared(4, [](SmallCase& c, std::size_t number) {
    c.rows = std::min<std::size_t>(c.rows, 2);  // of more, one too often varies too little
    c.bias = true;  // without, one living relu unit only scales what follows, and a norm takes that away
    c.inputs = std::max<std::size_t>(c.inputs, 3);
    c.outputs = std::max<std::size_t>(c.outputs, c.loss == Loss::kGaussianNll ? 4 : 3);  // of two a target
    c.norms = 1 + number % ((2U << c.depth) - 1);
  });
}

TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithBatchNormsInAnyPlace) {
  compared(2, [](SmallCase& c, std::size_t number) { c.batch_norms = 1 + number % ((2U << c.depth) - 1); });
}

TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepInTrainingsWithDropout) {
  compared(1, [](SmallCase& c, std::size_t number) {
    c.dropout = true;
    c.scales = number % scale_patterns(c.depth);
  });
}

// Past dense layers, scale layers and norms, of the input and of embeddings; beside dropout.
TEST(SmallWorldSample, EngineEqualsTapeEqualsComplexStepWithResidualConnections) {
  compared(3, [](SmallCase& c, std::size_t number) {
    c.adds = 1 + number % (kAddPatterns - 1);
    c.depth = 2 + number % 2;
    c.inputs = number % 4 == 0 ? c.inputs : 3;
    c.front = number % 5 == 0 ? 1 + number % (kFronts - 1) : 0;
    c.scales = number % scale_patterns(c.depth);
    c.dropout = number % 3 == 2;
    if (number % 7 != 0) return;
    c.norms = 2;  // with what fits norms, as above
    c.bias = true;
    c.rows = std::min<std::size_t>(c.rows, 2);
  });
}

TEST(SmallWorldSample, CasesHaveNumbersOfTheirOwnAndCoverAllSizes) {
  std::vector<std::uint64_t> numbers;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      for (const SmallCase& c : small_cases(activation.id, loss.id)) numbers.push_back(c.number());
    }
  }
  EXPECT_EQ(numbers.size(), 72'000);
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

}  // namespace
}  // namespace bprop::check
