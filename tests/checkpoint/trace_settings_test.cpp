// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/trace_settings.h"

#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <variant>

namespace bprop::checkpoint {
namespace {

TEST(TraceSettings, EveryNumberOfEveryOptimizerIsKept) {
  for (const OptimizerRule& rule : optimizer_rules()) {
    TraceSettings settings{.optimizer = optimizer_named(rule.name), .l2 = 0.1, .weight_decay = 0.2, .clip = 0.3};
    settings.freeze_biases = true;
    const auto bytes = [](Optimizer& optimizer) {
      return std::visit([](auto& o) { return std::as_writable_bytes(std::span(&o, 1)); }, optimizer);
    };
    const std::span<std::byte> numbers = bytes(settings.optimizer);
    ASSERT_EQ(numbers.size() % sizeof(double), 0) << "they are all doubles";
    for (std::size_t i = 0; i < numbers.size(); i += sizeof(double)) {
      const double other = 0.125 + 0.001 * static_cast<double>(i);
      std::memcpy(numbers.data() + i, &other, sizeof(double));
    }
    TraceSettings read = parse_settings(settings_text(settings), "x").value_or_throw();
    ASSERT_EQ(read.optimizer.index(), settings.optimizer.index());
    EXPECT_EQ(std::memcmp(bytes(read.optimizer).data(), numbers.data(), numbers.size()), 0) << rule.name;
    EXPECT_EQ(read.l2, 0.1);
    EXPECT_EQ(read.weight_decay, 0.2);
    EXPECT_EQ(read.clip, 0.3);
    EXPECT_TRUE(read.freeze_biases);
  }
}

TEST(TraceSettings, EveryRateIsKept) {
  TraceSettings settings{.optimizer = GradientDescent{}};
  settings.rates = {.parametrization = Parametrization::kNtk, .biases = 2, .scales = 3, .embeddings = 4};
  EXPECT_EQ(parse_settings(settings_text(settings), "x").value_or_throw().rates, settings.rates);
}

}  // namespace
}  // namespace bprop::checkpoint
