// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "bprop/error.h"
#include "bprop/optimizer.h"

namespace bprop {
namespace {

TEST(OptimizerRules, StandInTheOrderOfTheAlternativesWithAllTheirWords) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < optimizer_rules().size(); ++i) {
    const OptimizerRule& candidate = optimizer_rules()[i];
    for (const std::string_view words :
         {candidate.name, candidate.formula, candidate.formula_latex, candidate.defaults, candidate.reference}) {
      EXPECT_FALSE(words.empty()) << candidate.name;
    }
    const Optimizer optimizer = optimizer_named(candidate.name);
    EXPECT_EQ(optimizer.index(), i);
    EXPECT_EQ(&rule(optimizer), &candidate);
    names.insert(candidate.name);
  }
  EXPECT_EQ(names.size(), std::variant_size_v<Optimizer>);
}

TEST(OptimizerRules, TheirDefaultsAreThoseOfTheStructs) {
  const auto rate_in_words = [](const OptimizerRule& rule) {
    const std::string words(rule.defaults);
    const std::string lead = "η = ";
    return words.substr(0, lead.size()) == lead ? std::stod(words.substr(lead.size())) : learning_rate(Adam{});
  };
  for (const OptimizerRule& candidate : optimizer_rules()) {
    EXPECT_EQ(learning_rate(optimizer_named(candidate.name)), rate_in_words(candidate)) << candidate.name;
  }
  EXPECT_EQ(std::get<Adam>(optimizer_named("adam")).beta2, 0.999);
  EXPECT_EQ(std::get<AdamW>(optimizer_named("adamw")).weight_decay, 0.01);
}

TEST(OptimizerRules, AnUnknownNameIsRefusedWithTheKnownOnes) {
  EXPECT_THAT([] { (void)optimizer_named("Adam"); },
              testing::ThrowsMessage<UsageError>(
                  "unknown optimizer 'Adam'; known: gd, sgd, momentum, nesterov, rmsprop, adam, adamw"));
}

TEST(LearningRate, IsReadAndSetInEveryOptimizer) {
  for (const OptimizerRule& candidate : optimizer_rules()) {
    Optimizer optimizer = optimizer_named(candidate.name);
    set_learning_rate(optimizer, 0.0625);
    EXPECT_EQ(learning_rate(optimizer), 0.0625);
    EXPECT_EQ(rule(optimizer).name, candidate.name);
  }
}

}  // namespace
}  // namespace bprop
