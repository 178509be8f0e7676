// SPDX-License-Identifier: Apache-2.0
//
// The numbers of the activation rules: derivative against value, by the complex step and by differences; kinks and
// limits as the rule's own words say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "bprop/activation.h"
#include "calculus/rule_words.h"
#include "calculus/scalar_functions.h"

namespace bprop {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Steps of 1/37 over [−30, 30], and both sides of 0 down to 1e-8; never 0 itself, where some rules have their kink.
std::vector<double> points_away_from_kinks() {
  std::vector<double> points;
  for (int i = -1110; i <= 1110; ++i) {
    if (i != 0) points.push_back(i / 37.0);
  }
  for (double size = 1e-8; size < 1; size *= 10) {
    points.push_back(size);
    points.push_back(-size);
  }
  return points;
}

scalar::Complex complex_value(Activation activation, scalar::Complex z) {
#define BPROP_CASE(Rule) \
  case Activation::k##Rule: return scalar::Rule::value(z);
  switch (activation) {
    BPROP_ELEMENTWISE_ACTIVATIONS(BPROP_CASE)
    case Activation::kSoftmax: break;
  }
#undef BPROP_CASE
  return 0;
}

class ElementwiseActivation : public testing::TestWithParam<Activation> {
 protected:
  const ActivationRule& it = rule(GetParam());
  double slope(double z) const { return it.derivative(z, it.value(z)); }
};

TEST_P(ElementwiseActivation, DerivativeIsTheComplexStepOfTheValue) {
  constexpr double kStep = 1e-50;
  for (const double z : points_away_from_kinks()) {
    const scalar::Complex a = complex_value(it.id, {z, kStep});
    EXPECT_DOUBLE_EQ(a.real(), it.value(z)) << z;
    EXPECT_NEAR(slope(z), a.imag() / kStep, it.id == Activation::kExp ? 1e-15 * slope(z) : 1e-12)
        << it.name << " at " << z;
  }
}

TEST_P(ElementwiseActivation, DerivativeIsTheCentralDifferenceOfTheValue) {
  for (const double z : points_away_from_kinks()) {
    const double step = std::min(1e-5, std::fabs(z) / 2);
    const double rounding = 8 * 0x1p-53 * std::max(1.0, std::fabs(it.value(z))) / step;
    const double cubic = it.id == Activation::kExp ? slope(z) * step * step : 0;  // its third derivative is large
    EXPECT_NEAR(slope(z), (it.value(z + step) - it.value(z - step)) / (2 * step), 1e-9 + rounding + cubic)
        << it.name << " at " << z;
  }
}

TEST_P(ElementwiseActivation, AtZeroTakesTheDerivativeThatItsWordsSay) {
  const std::string kink(it.kink);
  if (it.smooth) {
    EXPECT_EQ(kink.substr(0, 4), "none");
    for (const double zero : {0.0, -0.0}) {
      EXPECT_NEAR(slope(zero), complex_value(it.id, {zero, 1e-50}).imag() / 1e-50, 1e-15);
    }
    EXPECT_NEAR(slope(1e-9), slope(-1e-9), 1e-8);
    return;
  }
  const std::string lead = "z = 0: φ' = ";
  ASSERT_EQ(kink.substr(0, lead.size()), lead);
  EXPECT_NEAR(slope(0.0), number_in_words(kink.substr(lead.size())), 5e-5);
  EXPECT_EQ(slope(0.0), slope(-0.0));
  EXPECT_GT(std::fabs(slope(1e-9) - slope(-1e-9)), 0.5) << "it says that there is a kink";
}

TEST_P(ElementwiseActivation, GoesToTheLimitsThatItsWordsSay) {
  const std::vector<std::string> limits = split_words(it.limits, ", ");
  ASSERT_EQ(limits.size(), 2U);
  if (limits[0] == "NaN") {
    EXPECT_TRUE(std::isnan(it.value(kInfinity)) && std::isnan(it.value(-kInfinity)));
    return;
  }
  for (const int sign : {-1, 1}) {
    const double limit = number_in_words(limits[sign < 0 ? 0 : 1]);
    const double at_infinity = it.value(sign * kInfinity);
    if (std::isinf(limit)) {
      EXPECT_EQ(at_infinity, limit);
      EXPECT_GT(std::fabs(it.value(sign * 1e4)), 99);
    } else {
      EXPECT_NEAR(at_infinity, limit, 5e-5);
      EXPECT_NEAR(it.value(sign * 1e4), limit, 1.1e-4);  // softsign is 1e-4 away there
    }
    EXPECT_FALSE(std::isnan(slope(sign * kInfinity)));
  }
}

TEST_P(ElementwiseActivation, IsFiniteWithAFiniteDerivativeFarOut) {
  for (const double z : {-1e4, -800.0, -745.0, -40.0, -0.0, 0.0, 40.0, 745.0, 800.0, 1e4}) {
    if (it.id == Activation::kExp && z > 709) continue;  // beyond double
    EXPECT_TRUE(std::isfinite(it.value(z))) << z;
    EXPECT_TRUE(std::isfinite(slope(z))) << z;
    EXPECT_LT(std::fabs(slope(z)), it.id == Activation::kExp ? 1e18 : 2) << z;
  }
}

TEST_P(ElementwiseActivation, GivesNanForNan) {
  EXPECT_TRUE(std::isnan(it.value(std::numeric_limits<double>::quiet_NaN())));
}

TEST_P(ElementwiseActivation, ReadsZInTheDerivativeOnlyWhereItSaysSo) {
  const double unread = std::numeric_limits<double>::quiet_NaN();
  for (const double z : {-2.0, -0.5, 0.5, 2.0}) {
    EXPECT_EQ(std::isnan(it.derivative(unread, it.value(z))), !it.derivative_from_output) << z;
  }
}

std::vector<Activation> elementwise() {
  std::vector<Activation> all;
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value != nullptr) all.push_back(rule.id);
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(All, ElementwiseActivation, testing::ValuesIn(elementwise()),
                         [](const auto& test) { return std::string(rule(test.param).name); });

TEST(Activations, HaveTheirTextbookValues) {
  const auto value = [](Activation activation, double z) { return rule(activation).value(z); };
  EXPECT_EQ(value(Activation::kSigmoid, 0), 0.5);
  EXPECT_EQ(rule(Activation::kSigmoid).derivative(0, 0.5), 0.25);
  EXPECT_EQ(value(Activation::kRelu, -3), 0);
  EXPECT_EQ(value(Activation::kLeakyRelu, -3), -0.03);
  EXPECT_DOUBLE_EQ(value(Activation::kElu, -1), std::exp(-1) - 1);
  // λ α (e^−1 − 1), Klambauer et al. 2017
  EXPECT_DOUBLE_EQ(value(Activation::kSelu, -1), 1.0507009873554805 * 1.6732632423543772 * (std::exp(-1) - 1));
  EXPECT_DOUBLE_EQ(value(Activation::kGelu, 1), 0.5 * (1 + std::erf(1 / std::sqrt(2.0))));
  EXPECT_DOUBLE_EQ(value(Activation::kSilu, 2), 2 / (1 + std::exp(-2)));
  EXPECT_DOUBLE_EQ(value(Activation::kMish, 1.5), 1.5 * std::tanh(std::log(1 + std::exp(1.5))));
  EXPECT_DOUBLE_EQ(value(Activation::kMish, -1.5), -1.5 * std::tanh(std::log(1 + std::exp(-1.5))));
  EXPECT_DOUBLE_EQ(value(Activation::kSoftplus, 0), std::log(2));
  EXPECT_EQ(value(Activation::kSoftsign, -3), -0.75);
  EXPECT_EQ(value(Activation::kExp, 0), 1);
  EXPECT_DOUBLE_EQ(value(Activation::kExp, -2), 1 / (std::numbers::e * std::numbers::e));
  EXPECT_EQ(value(Activation::kCosine, 0), 1);
}

}  // namespace
}  // namespace bprop
