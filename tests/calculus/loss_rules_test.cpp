// SPDX-License-Identifier: Apache-2.0
//
// The numbers of the losses of one output; those that look at rows are tested with the kernels (tests/linalg).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bprop/loss.h"
#include "calculus/scalar_functions.h"

namespace bprop {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

scalar::Complex complex_value(Loss loss, scalar::Complex s, double y, double parameter) {
#define BPROP_CASE(Rule) \
  case Loss::k##Rule: return scalar::Rule::value(s, scalar::Complex(y), scalar::Complex(parameter));
  switch (loss) {
    BPROP_ELEMENTWISE_LOSSES(BPROP_CASE)
    default: break;
  }
#undef BPROP_CASE
  return 0;
}

class LossOfOneOutput : public testing::TestWithParam<Loss> {
 protected:
  const LossRule& it = rule(GetParam());
  LossOptions options{.loss = GetParam(), .huber_delta = 0.7, .focal_gamma = 1.5, .quantiles = {0.3}};
  double parameter = loss_parameter(options, 0);
  double value(double s, double y) const { return it.value(s, y, parameter); }
  double slope(double s, double y) const { return it.derivative(s, y, parameter); }

  // Scores around the target, never within 1e-6 of s = y or of Huber's corners.
  template <class Visit>
  void at_many_points(const Visit& visit) const {
    for (const double y : {0.0, 0.3, 1.0}) {
      for (int i = -600; i <= 600; ++i) {
        if (i != 0) visit(y + i / 31.0 + 1e-5, y);
      }
    }
  }
};

TEST_P(LossOfOneOutput, DerivativeIsTheComplexStepOfTheValue) {
  constexpr double kStep = 1e-50;
  at_many_points([&](double s, double y) {
    const scalar::Complex l = complex_value(it.id, {s, kStep}, y, parameter);
    EXPECT_DOUBLE_EQ(l.real(), value(s, y));
    EXPECT_NEAR(slope(s, y), l.imag() / kStep, 1e-12 * std::max(1.0, std::fabs(slope(s, y)))) << s << ' ' << y;
  });
}

TEST_P(LossOfOneOutput, DerivativeWhereScoreAndTargetMeetIsTheComplexStepOfTheValue) {
  for (const double y : {0.0, 0.3, 1.0}) {
    EXPECT_NEAR(slope(y, y), complex_value(it.id, {y, 1e-50}, y, parameter).imag() / 1e-50, 1e-15) << y;
  }
}

TEST_P(LossOfOneOutput, DerivativeIsTheCentralDifferenceOfTheValue) {
  constexpr double kStep = 1e-6;
  at_many_points([&](double s, double y) {
    const double steep = it.id == Loss::kPoisson ? std::fabs(s * slope(s, y)) : 0;  // s ± step is rounded, too
    const double rounding = 8 * 0x1p-53 * std::max({1.0, value(s, y), steep}) / kStep;
    EXPECT_NEAR(slope(s, y), (value(s + kStep, y) - value(s - kStep, y)) / (2 * kStep), 1e-9 + rounding)
        << s << ' ' << y;
  });
}

TEST_P(LossOfOneOutput, IsNeverNegativeAndFiniteFarOut) {
  for (const double y : {0.0, 0.3, 1.0}) {
    for (const double s : {-1e4, -745.0, -1.0, -1e-3, -1e-9, -1e-300, 0.0, 1e-300, 1e-9, 1e-3, 0.3, 1.0, 745.0, 1e4}) {
      if (it.id == Loss::kPoisson && s > 709) continue;  // e^s is beyond double
      EXPECT_GE(value(s, y), 0) << s << ' ' << y;
      EXPECT_TRUE(std::isfinite(value(s, y))) << s << ' ' << y;
      EXPECT_TRUE(std::isfinite(slope(s, y))) << s << ' ' << y;
    }
  }
}

TEST_P(LossOfOneOutput, GivesNanForNan) {
  EXPECT_TRUE(std::isnan(value(kNan, 0.5)));
  EXPECT_TRUE(std::isnan(slope(kNan, 0.5)));
}

TEST_P(LossOfOneOutput, GrowsToInfinityUnlessTheTargetLiesThere) {
  if (it.id == Loss::kPoisson) {
    EXPECT_EQ(it.limits, "y = 0: 0, +inf; y > 0: +inf, +inf; NaN at ±inf itself");
    EXPECT_EQ(value(-1e4, 0), 0);
    EXPECT_GT(value(700, 0), 1e300);
    EXPECT_EQ(value(-1e4, 0.25), 2500);
    EXPECT_GT(value(700, 3), 1e300);
  } else if (it.target == LossTarget::kClasses) {
    EXPECT_EQ(it.limits, "y = 0: 0, +inf; y = 1: +inf, 0");
    EXPECT_EQ(value(-kInfinity, 0), 0);
    EXPECT_EQ(value(kInfinity, 0), kInfinity);
    EXPECT_EQ(value(-kInfinity, 1), kInfinity);
    EXPECT_EQ(value(kInfinity, 1), 0);
  } else {
    EXPECT_EQ(it.limits, "+inf, +inf");
    EXPECT_EQ(value(-kInfinity, 0.3), kInfinity);
    EXPECT_EQ(value(kInfinity, 0.3), kInfinity);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LossOfOneOutput,
                         testing::Values(Loss::kHalfSquaredError, Loss::kSquaredError, Loss::kAbsoluteError,
                                         Loss::kHuber, Loss::kLogCosh, Loss::kBinaryCrossEntropy, Loss::kPoisson,
                                         Loss::kQuantile, Loss::kHinge, Loss::kBinaryFocal),
                         [](const auto& test) { return std::string(rule(test.param).name); });

TEST(Losses, HaveTheirTextbookValues) {
  const auto value = [](Loss loss, double s, double y) {
    return rule(loss).value(s, y, loss_parameter({.loss = loss}, 0));
  };
  EXPECT_EQ(value(Loss::kHalfSquaredError, 3, 1), 2);
  EXPECT_EQ(value(Loss::kSquaredError, 3, 1), 4);
  EXPECT_EQ(value(Loss::kAbsoluteError, -3, 1), 4);
  EXPECT_EQ(value(Loss::kHuber, 0.5, 0), 0.125);
  EXPECT_EQ(value(Loss::kHuber, -3, 1), 3.5);
  EXPECT_DOUBLE_EQ(value(Loss::kLogCosh, 2, 0.5), std::log(std::cosh(1.5)));
  EXPECT_DOUBLE_EQ(value(Loss::kBinaryCrossEntropy, 0, 1), std::log(2));
  EXPECT_DOUBLE_EQ(value(Loss::kBinaryCrossEntropy, 2, 0.25),
                   -0.25 * std::log(1 / (1 + std::exp(-2))) - 0.75 * std::log(1 - 1 / (1 + std::exp(-2))));
}

TEST(AbsoluteError, HasDerivativeZeroWhereScoreAndTargetMeet) {
  EXPECT_EQ(rule(Loss::kAbsoluteError).kink, "s = y: 0");
  EXPECT_EQ(rule(Loss::kAbsoluteError).derivative(2, 2, 0), 0);
  EXPECT_EQ(rule(Loss::kAbsoluteError).derivative(2.5, 2, 0), 1);
  EXPECT_EQ(rule(Loss::kAbsoluteError).derivative(1.5, 2, 0), -1);
}

TEST(Huber, JoinsParabolaAndLineAtTheThreshold) {
  for (const double delta : {0.25, 1.0, 3.0}) {
    const auto value = [&](double s) { return rule(Loss::kHuber).value(s, 0, delta); };
    const auto slope = [&](double s) { return rule(Loss::kHuber).derivative(s, 0, delta); };
    EXPECT_EQ(value(delta), 0.5 * delta * delta);
    EXPECT_EQ(value(-delta), 0.5 * delta * delta);
    EXPECT_NEAR(value(delta * (1 + 1e-12)), value(delta), 1e-11);
    EXPECT_EQ(slope(delta), delta);
    EXPECT_EQ(slope(-delta), -delta);
    EXPECT_EQ(slope(100 * delta), delta);
    EXPECT_EQ(slope(-100 * delta), -delta);
  }
}

TEST(LogCosh, KeepsItsDigitsNearZero) {
  // log cosh d = d²/2 − d⁴/12 + d⁶/45 − …
  for (const double d : {1e-150, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2}) {
    const double series = d * d / 2 * (1 - d * d / 6 + d * d * d * d * 2 / 45);
    EXPECT_NEAR(rule(Loss::kLogCosh).value(d, 0, 0) / series, 1, 1e-12) << d;
    EXPECT_NEAR(rule(Loss::kLogCosh).value(0, d, 0) / series, 1, 1e-12) << d;
  }
  EXPECT_EQ(rule(Loss::kLogCosh).value(5, 5, 0), 0);
  for (const double d : {0.999, 1.0, 1.001, 3.0, 20.0}) {
    EXPECT_NEAR(rule(Loss::kLogCosh).value(d, 0, 0), std::log(std::cosh(d)), 1e-15 * std::max(1.0, d)) << d;
  }
  EXPECT_DOUBLE_EQ(rule(Loss::kLogCosh).value(1e4, 0, 0), 1e4 - std::log(2));
}

TEST(BinaryCrossEntropy, KeepsItsDigitsWhereThePredictionIsSureAndRight) {
  for (const double s : {10.0, 30.0, 100.0, 700.0}) {
    EXPECT_NEAR(rule(Loss::kBinaryCrossEntropy).value(s, 1, 0) / std::exp(-s), 1, 1e-4) << s;
    EXPECT_NEAR(rule(Loss::kBinaryCrossEntropy).value(-s, 0, 0) / std::exp(-s), 1, 1e-4) << s;
  }
  EXPECT_EQ(rule(Loss::kBinaryCrossEntropy).value(1e4, 0, 0), 1e4);
  EXPECT_EQ(rule(Loss::kBinaryCrossEntropy).value(-1e4, 1, 0), 1e4);
}

}  // namespace
}  // namespace bprop
