// SPDX-License-Identifier: Apache-2.0
//
// Float activations and losses against the rules in double, and where they stand at ±1e4, ±inf.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "bprop/loss.h"
#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

constexpr double kUlp = 0x1p-23;  // of numbers in [1, 2)

class AccuracyOf : public EveryTable {
 protected:
  float value(Activation activation, float z) const {
    Buffer in = Buffer(kPanel).fill(0, 0);
    in[3] = z;
    Buffer out(kPanel);
    table.activate(activation, in.data(), out.data(), kPanel);
    return out[3];
  }
  float slope(Activation activation, float z) const {
    Buffer in(kPanel), a(kPanel), ones(kPanel), delta(kPanel);
    in[3] = z;
    ones[3] = 1;
    table.activate(activation, in.data(), a.data(), kPanel);
    table.activate_backward(activation, in.data(), a.data(), ones.data(), delta.data(), kPanel);
    return delta[3];
  }
};

TEST_P(AccuracyOf, ActivationsAndTheirSlopesAreWithin2UlpOfOneOrOfTheValue) {
  constexpr std::size_t kCount = 16 * 20000;
  Buffer z(kCount), a(kCount), ones(kCount), delta(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    z[i] = 40.0F * (static_cast<float>(i) / static_cast<float>(kCount) - 0.5F) + 1e-3F;
    ones[i] = 1;
  }
  for (const Activation activation : elementwise_activations()) {
    table.activate(activation, z.data(), a.data(), kCount);
    table.activate_backward(activation, z.data(), a.data(), ones.data(), delta.data(), kCount);
    double worst_value = 0;
    double worst_slope = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      const double exact = rule(activation).value(static_cast<double>(z[i]));
      const double exact_slope = rule(activation).derivative(static_cast<double>(z[i]), exact);
      const double size = std::max(1.0, std::fabs(exact));
      worst_value = std::max(worst_value, std::fabs(static_cast<double>(a[i]) - exact) / (size * kUlp));
      const double slope_size = activation == Activation::kExp ? size : 1;
      worst_slope = std::max(worst_slope, std::fabs(static_cast<double>(delta[i]) - exact_slope) / (slope_size * kUlp));
    }
    RecordProperty(std::string(rule(activation).name) + "_worst_ulp", std::to_string(worst_value));
    RecordProperty(std::string(rule(activation).name) + "_slope_worst_ulp", std::to_string(worst_slope));
    EXPECT_LE(worst_value, 2) << rule(activation).name;
    EXPECT_LE(worst_slope, 2) << rule(activation).name;
  }
}

TEST_P(AccuracyOf, ActivationsHaveTheRulesLimitsFarOut) {
  for (const Activation activation : elementwise_activations()) {
    for (const float z : {-kInfinity, -1e4F, -0.0F, 0.0F, 1e4F, kInfinity}) {
      const double exact = rule(activation).value(static_cast<double>(z));
      const float ours = value(activation, z);
      if (std::isnan(exact)) {
        EXPECT_TRUE(std::isnan(ours)) << rule(activation).name << ' ' << z;
        continue;
      }
      if (std::isinf(exact)) {
        EXPECT_EQ(static_cast<double>(ours), exact) << rule(activation).name << ' ' << z;
      } else {
        EXPECT_NEAR(static_cast<double>(ours), exact, 4 * kUlp * std::max(1.0, std::fabs(exact)))
            << rule(activation).name << ' ' << z;
      }
      const double exact_slope = rule(activation).derivative(static_cast<double>(z), exact);
      if (std::isinf(exact_slope)) {
        EXPECT_EQ(static_cast<double>(slope(activation, z)), exact_slope) << rule(activation).name << ' ' << z;
        continue;
      }
      EXPECT_NEAR(static_cast<double>(slope(activation, z)), exact_slope, 4 * kUlp)
          << rule(activation).name << ' ' << z;
    }
  }
}

TEST_P(AccuracyOf, LossesAreWithinAFewUlpOfOneOrOfTheValue) {
  for (const LossRule& rule : loss_rules()) {
    if (rule.value == nullptr) continue;
    const LossOptions options{.loss = rule.id, .huber_delta = 0.5, .quantiles = {0.25}};
    const double parameter = loss_parameter(options, 0);
    for (const float y : {0.0F, 0.25F, 1.0F}) {
      for (const float s : {-1e4F, -30.0F, -2.5F, -0.3F, -1e-3F, 0.0F, 1e-3F, 0.3F, 1.0F, 2.5F, 30.0F, 1e4F}) {
        const Buffer scores = [&] {
          Buffer buffer(kPanel);
          buffer[0] = s;
          return buffer;
        }();
        Buffer targets(kPanel), values(kPanel), d_scores(kPanel);
        targets[0] = y;
        table.loss(options, scores.data(), targets.data(), 1, 1, 1.0F, values.data(), d_scores.data());
        const double exact = rule.value(static_cast<double>(s), static_cast<double>(y), parameter);
        const double exact_slope = rule.derivative(static_cast<double>(s), static_cast<double>(y), parameter);
        EXPECT_GE(values[0], 0);
        if (std::isinf(exact)) {
          EXPECT_EQ(static_cast<double>(values[0]), exact);
          EXPECT_EQ(static_cast<double>(d_scores[0]), exact_slope);
          continue;
        }
        EXPECT_NEAR(static_cast<double>(values[0]), exact, 4 * kUlp * std::max(1.0, exact)) << rule.name << ' ' << s;
        EXPECT_NEAR(static_cast<double>(d_scores[0]), exact_slope, 4 * kUlp * std::max(1.0, std::fabs(exact_slope)))
            << rule.name << ' ' << s << ' ' << y;
      }
    }
  }
}

BPROP_INSTANTIATE_EVERY_TABLE(AccuracyOf);

}  // namespace
}  // namespace bprop::linalg
