// SPDX-License-Identifier: Apache-2.0
//
// Each operation's value against the C library and its derivatives against the complex step, at many points.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <functional>
#include <vector>

#include "bprop/tape.h"
#include "calculus/scalar_functions.h"

namespace bprop {
namespace {

using Complex = std::complex<double>;
constexpr double kStep = 1e-50;

struct UnaryOperation {
  const char* name;
  Tape::Operation operation;
  Variable (*on_tape)(const Variable&);
  Complex (*exact)(Complex);
  double from, to;
};

// The complex Φ of the C++ library does not exist; its difference quotient is tested below.
const UnaryOperation kUnary[] = {
    {"negate", Tape::Operation::kNegate, [](const Variable& x) { return -x; }, [](Complex x) { return -x; }, -5, 5},
    {"exp", Tape::Operation::kExp, exp, [](Complex x) { return std::exp(x); }, -20, 20},
    {"expm1", Tape::Operation::kExpm1, expm1, [](Complex x) { return std::exp(x) - 1.0; }, -3, 3},
    {"log", Tape::Operation::kLog, log, [](Complex x) { return std::log(x); }, 0.01, 50},
    {"log1p", Tape::Operation::kLog1p, log1p, [](Complex x) { return std::log(1.0 + x); }, -0.9, 50},
    {"sin", Tape::Operation::kSin, sin, [](Complex x) { return std::sin(x); }, -7, 7},
    {"cos", Tape::Operation::kCos, cos, [](Complex x) { return std::cos(x); }, -7, 7},
    {"tanh", Tape::Operation::kTanh, tanh, [](Complex x) { return std::tanh(x); }, -5, 5},
    {"sqrt", Tape::Operation::kSqrt, sqrt, [](Complex x) { return std::sqrt(x); }, 0.01, 50},
    {"normal_density", Tape::Operation::kNormalDensity, normal_density,
     [](Complex x) { return std::exp(-x * x / 2.0) / std::sqrt(2 * std::acos(-1.0)); }, -6, 6},
};

class Unary : public testing::TestWithParam<UnaryOperation> {};

TEST_P(Unary, HasTheComplexStepsDerivativeInBothSweeps) {
  const UnaryOperation& it = GetParam();
  for (int i = 0; i <= 200; ++i) {
    Tape tape;
    const Variable x = tape.variable(it.from + (it.to - it.from) * i / 200);
    const Variable f = it.on_tape(x);
    EXPECT_EQ(tape.nodes().back().operation, it.operation);
    const Complex exact = it.exact({x.value(), kStep});
    const double slope = exact.imag() / kStep;
    EXPECT_NEAR(f.value(), exact.real(), 1e-14 * std::max(1.0, std::fabs(exact.real())));
    tape.backward(f);
    EXPECT_NEAR(x.adjoint(), slope, 1e-13 * std::max(1.0, std::fabs(slope))) << it.name << ' ' << x.value();
    tape.forward(x);
    EXPECT_EQ(f.tangent(), x.adjoint());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Unary, testing::ValuesIn(kUnary), [](const auto& test) { return test.param.name; });

TEST(NormalDistribution, HasItsKnownValuesAndTheDifferenceQuotientAsDerivative) {
  // Φ(1.959963984540054) = 0.975: the quantile of 95 % intervals (e.g. Abramowitz & Stegun, table 26.5).
  EXPECT_NEAR(normal_distribution(Variable(1.959963984540054)).value(), 0.975, 1e-15);
  for (int i = -60; i <= 60; ++i) {
    Tape tape;
    const Variable x = tape.variable(i / 10.0);
    tape.backward(normal_distribution(x));
    constexpr double kDifference = 1e-5;
    const auto value = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
    EXPECT_NEAR(x.adjoint(), (value(i / 10.0 + kDifference) - value(i / 10.0 - kDifference)) / (2 * kDifference),
                1e-10);
  }
}

struct BinaryOperation {
  const char* name;
  Tape::Operation operation;
  Variable (*on_tape)(const Variable&, const Variable&);
  Complex (*exact)(Complex, Complex);
};

const BinaryOperation kBinary[] = {
    {"add", Tape::Operation::kAdd, operator+, [](Complex a, Complex b) { return a + b; }},
    {"subtract", Tape::Operation::kSubtract, operator-, [](Complex a, Complex b) { return a - b; }},
    {"multiply", Tape::Operation::kMultiply, operator*, [](Complex a, Complex b) { return a * b; }},
    {"divide", Tape::Operation::kDivide, operator/, [](Complex a, Complex b) { return a / b; }},
    {"power", Tape::Operation::kPower, pow, [](Complex a, Complex b) { return std::exp(b * std::log(a)); }},
};

class Binary : public testing::TestWithParam<BinaryOperation> {};

TEST_P(Binary, HasTheComplexStepsDerivativesInBothSweeps) {
  const BinaryOperation& it = GetParam();
  for (const double a_value : {0.1, 0.9, 1.0, 2.5, 7.0}) {
    for (const double b_value : {-2.0, -0.3, 0.5, 1.0, 3.0}) {
      Tape tape;
      const Variable a = tape.variable(a_value);
      const Variable b = tape.variable(b_value);
      const Variable f = it.on_tape(a, b);
      EXPECT_EQ(tape.nodes().back().operation, it.operation);
      tape.backward(f);
      const double d_a = it.exact({a_value, kStep}, b_value).imag() / kStep;
      const double d_b = it.exact(a_value, {b_value, kStep}).imag() / kStep;
      EXPECT_NEAR(a.adjoint(), d_a, 1e-13 * std::max(1.0, std::fabs(d_a)));
      EXPECT_NEAR(b.adjoint(), d_b, 1e-13 * std::max(1.0, std::fabs(d_b)));
      tape.forward(a);
      EXPECT_EQ(f.tangent(), a.adjoint());
      tape.forward(b);
      EXPECT_EQ(f.tangent(), b.adjoint());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Binary, testing::ValuesIn(kBinary), [](const auto& test) { return test.param.name; });

TEST(Power, OfANegativeBaseWithAConstantExponentHasARealDerivativeInBothSweeps) {
  Tape tape;
  const Variable x = tape.variable(-3);
  const Variable f = pow(x, 2.0) + pow(x, 3.0) + pow(x, 1.0) + pow(x, 0.0);
  EXPECT_EQ(f.value(), 9 - 27 - 3 + 1);
  tape.backward(f);
  EXPECT_EQ(x.adjoint(), -6 + 27 + 1);
  tape.forward(x);
  EXPECT_EQ(f.tangent(), -6 + 27 + 1);
}

TEST(Power, AtBaseZeroIsFinite) {
  Tape tape;
  const Variable x = tape.variable(0);
  const Variable n = tape.variable(2);
  tape.backward(pow(x, n));
  EXPECT_EQ(x.adjoint(), 0);
  EXPECT_EQ(n.adjoint(), 0);
}

}  // namespace
}  // namespace bprop
