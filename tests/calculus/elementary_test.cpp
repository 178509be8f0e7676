// SPDX-License-Identifier: Apache-2.0
//
// Our float functions against the C library's in double, whose error is far below a float's ulp; sampled over the whole
// range of floats where the function is neither 0 nor infinite. The worst error in ulp is a property of the test.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>

#include "calculus/float_scalar.h"

namespace bprop::reference {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint32_t kStride = 397;  // every 397th float: under a second a function

// |result − exact| in units of the last place of a float of exact's size (the smallest subnormal at least).
double error_in_ulp(float result, double exact) {
  if (std::fabs(exact) > static_cast<double>(std::numeric_limits<float>::max())) {
    return std::fabs(result) >= std::numeric_limits<float>::max() ? 0 : HUGE_VAL;
  }
  const int exponent = exact == 0 ? -126 : std::max(std::ilogb(exact), -126);
  return std::fabs(static_cast<double>(result) - exact) / std::ldexp(1.0, exponent - 23);
}

struct Worst {
  double ulp = 0;
  float at = 0;
};

// Over the positive floats in [from, to], or their negatives.
template <class Ours, class Exact>
void look_for_worst(Worst& worst, float from, float to, float sign, const Ours& ours, const Exact& exact) {
  const auto last = std::bit_cast<std::uint32_t>(to);
  for (std::uint32_t bits = std::bit_cast<std::uint32_t>(from); bits <= last; bits += kStride) {
    const float x = sign * std::bit_cast<float>(bits);
    const double error = error_in_ulp(ours(x), exact(static_cast<double>(x)));
    if (!(error <= worst.ulp)) worst = {error, x};
  }
}

template <class Scalar>
class Elementary : public testing::Test {
 protected:
  static void expect_at_most(double ulp, const Worst& worst) {
    testing::Test::RecordProperty("worst_ulp", std::to_string(worst.ulp));
    testing::Test::RecordProperty("worst_at", std::to_string(worst.at));
    EXPECT_LE(worst.ulp, ulp) << "at " << worst.at;
  }
};
using Classes = testing::Types<FloatScalar<true>, FloatScalar<false>>;
TYPED_TEST_SUITE(Elementary, Classes);

#define OURS(function) [](float x) { return function(TypeParam::of(x)).value; }

TYPED_TEST(Elementary, ExpErrsByAtMost4Ulp) {
  const auto exact = [](double x) { return std::exp(x); };
  Worst worst;
  look_for_worst(worst, 0.0F, 90.0F, 1.0F, OURS(exp), exact);
  look_for_worst(worst, 0.0F, 110.0F, -1.0F, OURS(exp), exact);
  this->expect_at_most(4, worst);
  EXPECT_EQ(exp(TypeParam::of(kInfinity)).value, kInfinity);
  EXPECT_EQ(exp(TypeParam::of(-kInfinity)).value, 0.0F);
  EXPECT_EQ(exp(TypeParam::of(0.0F)).value, 1.0F);
  EXPECT_TRUE(std::isnan(exp(TypeParam::of(kNan)).value));
}

TYPED_TEST(Elementary, Expm1ErrsByAtMost4Ulp) {
  const auto exact = [](double x) { return std::expm1(x); };
  Worst worst;
  look_for_worst(worst, 0.0F, 90.0F, 1.0F, OURS(expm1), exact);
  look_for_worst(worst, 0.0F, 110.0F, -1.0F, OURS(expm1), exact);
  this->expect_at_most(4, worst);
  EXPECT_EQ(expm1(TypeParam::of(kInfinity)).value, kInfinity);
  EXPECT_EQ(expm1(TypeParam::of(-kInfinity)).value, -1.0F);
  EXPECT_TRUE(std::isnan(expm1(TypeParam::of(kNan)).value));
}

TYPED_TEST(Elementary, LogErrsByAtMost4Ulp) {
  Worst worst;
  look_for_worst(worst, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(), 1.0F, OURS(log),
                 [](double x) { return std::log(x); });
  this->expect_at_most(4, worst);
  EXPECT_EQ(log(TypeParam::of(0.0F)).value, -kInfinity);
  EXPECT_EQ(log(TypeParam::of(-0.0F)).value, -kInfinity);
  EXPECT_EQ(log(TypeParam::of(1.0F)).value, 0.0F);
  EXPECT_EQ(log(TypeParam::of(kInfinity)).value, kInfinity);
  for (const float x : {-1e-45F, -1.0F, -1e38F, -kInfinity, kNan}) {
    EXPECT_TRUE(std::isnan(log(TypeParam::of(x)).value)) << x;
  }
}

TYPED_TEST(Elementary, Log1pErrsByAtMost4Ulp) {
  const auto exact = [](double x) { return std::log1p(x); };
  Worst worst;
  look_for_worst(worst, 0.0F, std::numeric_limits<float>::max(), 1.0F, OURS(log1p), exact);
  look_for_worst(worst, 0.0F, std::nextafter(1.0F, 0.0F), -1.0F, OURS(log1p), exact);
  this->expect_at_most(4, worst);
  EXPECT_EQ(log1p(TypeParam::of(kInfinity)).value, kInfinity);
  for (const float x : {-2.0F, -kInfinity, kNan}) EXPECT_TRUE(std::isnan(log1p(TypeParam::of(x)).value)) << x;
}

TYPED_TEST(Elementary, TanhErrsByAtMost4Ulp) {
  const auto exact = [](double x) { return std::tanh(x); };
  Worst worst;
  look_for_worst(worst, 0.0F, 20.0F, 1.0F, OURS(tanh), exact);
  look_for_worst(worst, 0.0F, 20.0F, -1.0F, OURS(tanh), exact);
  this->expect_at_most(4, worst);
  for (const float x : {20.0F, 1e4F, 1e30F, kInfinity}) {
    EXPECT_EQ(tanh(TypeParam::of(x)).value, 1.0F) << x;
    EXPECT_EQ(tanh(TypeParam::of(-x)).value, -1.0F) << x;
  }
  EXPECT_TRUE(std::isnan(tanh(TypeParam::of(kNan)).value));
}

// Neighbours of the zeros and everything between up to 1,000; beyond, to 2^15, in ulp of 1.
TYPED_TEST(Elementary, CosAndSinErrByAtMost4Ulp) {
  const auto exact_cos = [](double x) { return std::cos(x); };
  const auto exact_sin = [](double x) { return std::sin(x); };
  Worst of_cos;
  Worst of_sin;
  for (const float sign : {1.0F, -1.0F}) {
    look_for_worst(of_cos, 0.0F, 1000.0F, sign, OURS(cos), exact_cos);
    look_for_worst(of_sin, 0.0F, 1000.0F, sign, OURS(sin), exact_sin);
    for (int n = 1; n < 300; ++n) {
      const auto zero = static_cast<float>(n * std::numbers::pi / 2);
      for (const float at : {std::nextafter(zero, 0.0F), zero, std::nextafter(zero, kInfinity)}) {
        look_for_worst(of_cos, at, at, sign, OURS(cos), exact_cos);
        look_for_worst(of_sin, at, at, sign, OURS(sin), exact_sin);
      }
    }
  }
  this->expect_at_most(4, of_cos);
  this->expect_at_most(4, of_sin);
  for (float x = 1000.0F; x < 32768.0F; x += 0.7F) {
    ASSERT_NEAR(static_cast<double>(cos(TypeParam::of(x)).value), std::cos(static_cast<double>(x)), 0x1p-22) << x;
    ASSERT_NEAR(static_cast<double>(sin(TypeParam::of(-x)).value), std::sin(static_cast<double>(-x)), 0x1p-22) << x;
  }
  for (const float x : {1e5F, 1e10F, 3e38F}) EXPECT_LE(std::fabs(cos(TypeParam::of(x)).value), 1.0F) << x;
  for (const float x : {kInfinity, -kInfinity, kNan}) {
    EXPECT_TRUE(std::isnan(cos(TypeParam::of(x)).value)) << x;
    EXPECT_TRUE(std::isnan(sin(TypeParam::of(x)).value)) << x;
  }
}

TYPED_TEST(Elementary, NormalDistributionErrsByAtMost4Ulp) {
  const auto exact = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  Worst worst;
  look_for_worst(worst, 0.0F, 20.0F, 1.0F, OURS(normal_distribution), exact);
  look_for_worst(worst, 0.0F, 20.0F, -1.0F, OURS(normal_distribution), exact);
  this->expect_at_most(4, worst);
  EXPECT_EQ(normal_distribution(TypeParam::of(0.0F)).value, 0.5F);
  for (const float x : {20.0F, 1e4F, 1e30F, kInfinity}) {
    EXPECT_EQ(normal_distribution(TypeParam::of(x)).value, 1.0F) << x;
    EXPECT_EQ(normal_distribution(TypeParam::of(-x)).value, 0.0F) << x;
  }
  EXPECT_TRUE(std::isnan(normal_distribution(TypeParam::of(kNan)).value));
}

TYPED_TEST(Elementary, NormalDensityErrsByAtMost4Ulp) {
  const auto exact = [](double x) { return std::exp(-0.5 * x * x) * 0.3989422804014326779; };
  Worst worst;
  look_for_worst(worst, 0.0F, 20.0F, 1.0F, OURS(normal_density), exact);
  look_for_worst(worst, 0.0F, 20.0F, -1.0F, OURS(normal_density), exact);
  this->expect_at_most(4, worst);
  EXPECT_EQ(normal_density(TypeParam::of(kInfinity)).value, 0.0F);
  EXPECT_TRUE(std::isnan(normal_density(TypeParam::of(kNan)).value));
}

}  // namespace
}  // namespace bprop::reference
