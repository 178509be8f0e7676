// SPDX-License-Identifier: Apache-2.0
//
// Published derivatives (VECTORS.md) and the lecture notes' chain rules (NOTES.md, row N15).
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/tape.h"

namespace bprop {
namespace {

Variable relu(const Variable& x) { return max(0.0, x); }
Variable sigmoid(const Variable& x) { return 1.0 / (1.0 + exp(-x)); }

// Source: A. Karpathy, micrograd, README.md, "Example usage"; its 24.7041, 138.8338 and 645.5773 recomputed in double.
TEST(Golden, V3MicrogradsReadme) {
  Tape tape;
  const Variable a = tape.variable("a", -4.0);
  const Variable b = tape.variable("b", 2.0);
  Variable c = a + b;
  Variable d = a * b + pow(b, 3.0);
  c = c + (c + 1.0);
  c = c + (1.0 + c + (-a));
  d = d + (d * 2.0 + relu(b + a));
  d = d + (3.0 * d + relu(b - a));
  const Variable e = c - d;
  const Variable f = pow(e, 2.0);
  Variable g = f / 2.0;
  g = g + 10.0 / f;
  tape.backward(g);
  EXPECT_DOUBLE_EQ(g.value(), 24.70408163265306);
  EXPECT_DOUBLE_EQ(a.adjoint(), 138.83381924198252);
  EXPECT_DOUBLE_EQ(b.adjoint(), 645.5772594752186);
  tape.forward(a);
  EXPECT_DOUBLE_EQ(g.tangent(), 138.83381924198252);
  tape.forward(b);
  EXPECT_DOUBLE_EQ(g.tangent(), 645.5772594752186);
}

// Source of the four below: Stanford CS231n, notes "optimization-2".
TEST(Golden, V4ProductOfASum) {
  Tape tape;
  const Variable x = tape.variable(-2);
  const Variable y = tape.variable(5);
  const Variable z = tape.variable(-4);
  const Variable f = (x + y) * z;
  tape.backward(f);
  EXPECT_EQ(f.value(), -12);
  EXPECT_EQ(x.adjoint(), -4);
  EXPECT_EQ(y.adjoint(), -4);
  EXPECT_EQ(z.adjoint(), 3);
}

TEST(Golden, V4SigmoidNeuron) {
  Tape tape;
  const Variable w[] = {tape.variable(2), tape.variable(-3), tape.variable(-3)};
  const Variable x[] = {tape.variable(-1), tape.variable(-2)};
  const Variable f = sigmoid(w[0] * x[0] + w[1] * x[1] + w[2]);
  tape.backward(f);
  EXPECT_DOUBLE_EQ(f.value(), 0.7310585786300049);
  EXPECT_NEAR(w[0].adjoint(), -0.19661193, 5e-9);
  EXPECT_NEAR(w[1].adjoint(), -0.39322387, 5e-9);
  EXPECT_NEAR(w[2].adjoint(), 0.19661193, 5e-9);
  EXPECT_NEAR(x[0].adjoint(), 0.39322387, 5e-9);
  EXPECT_NEAR(x[1].adjoint(), -0.58983580, 5e-9);
}

TEST(Golden, V4GatesOfProductAndMaximum) {
  Tape tape;
  const Variable x = tape.variable(3);
  const Variable y = tape.variable(-4);
  const Variable z = tape.variable(2);
  const Variable w = tape.variable(-1);
  const Variable f = 2.0 * (x * y + max(z, w));
  tape.backward(f);
  EXPECT_EQ(f.value(), -20);
  EXPECT_EQ(x.adjoint(), -8);
  EXPECT_EQ(y.adjoint(), 6);
  EXPECT_EQ(z.adjoint(), 2);
  EXPECT_EQ(w.adjoint(), 0);
}

TEST(Golden, V4StagedExpression) {
  Tape tape;
  const Variable x = tape.variable(3);
  const Variable y = tape.variable(-4);
  const Variable f = (x + sigmoid(y)) / (sigmoid(x) + pow(x + y, 2.0));
  tape.backward(f);
  EXPECT_DOUBLE_EQ(f.value(), 1.5456448841066441);
  EXPECT_DOUBLE_EQ(x.adjoint(), 2.0595697955721652);
  EXPECT_DOUBLE_EQ(y.adjoint(), 1.5922327514838093);
}

// Source: lecture notes 002 and 003 (the printed ∂(xyz)/∂x is an erratum; the result is right).
TEST(Golden, V6AndN15EliminateTheIntermediatesOfXyz) {
  for (const double r_value : {2.0, -0.5, 7.0}) {
    for (const double s_value : {3.0, -1.5}) {
      Tape tape;
      const Variable r = tape.variable("r", r_value);
      const Variable s = tape.variable("s", s_value);
      const Variable x = r;
      const Variable y = r * s;
      const Variable z = s;
      const Variable f = x * y * z;
      tape.backward(f);
      EXPECT_DOUBLE_EQ(s.adjoint(), 2 * r_value * r_value * s_value);
      EXPECT_DOUBLE_EQ(r.adjoint(), 2 * r_value * s_value * s_value);
    }
  }
}

TEST(Golden, N15SineOfASquare) {
  for (const double x_value : {-1.3, 0.0, 0.4, 2.0}) {
    Tape tape;
    const Variable x = tape.variable("x", x_value);
    const Variable f = sin(x * x);
    tape.backward(f);
    EXPECT_DOUBLE_EQ(x.adjoint(), 2 * x_value * std::cos(x_value * x_value));
  }
}

// Note 002, case 1: y = g(x), z = h(y): dz/dx = dz/dy · dy/dx.
TEST(Golden, N15Case1OneChain) {
  Tape tape;
  const Variable x = tape.variable("x", 0.7);
  const Variable y = exp(x);
  const Variable z = y * y * y;
  tape.backward(z);
  EXPECT_DOUBLE_EQ(y.adjoint(), 3 * std::exp(1.4));
  EXPECT_DOUBLE_EQ(x.adjoint(), 3 * std::exp(1.4) * std::exp(0.7));
}

// Note 002, case 2: x = g(s), y = h(s), z = k(x, y): dz/ds = ∂z/∂x · dx/ds + ∂z/∂y · dy/ds.
TEST(Golden, N15Case2TwoWaysFromSToZ) {
  Tape tape;
  const Variable s = tape.variable("s", 1.2);
  const Variable x = s * s;
  const Variable y = sin(s);
  const Variable z = x * y;
  tape.backward(z);
  EXPECT_DOUBLE_EQ(s.adjoint(), std::sin(1.2) * 2 * 1.2 + 1.2 * 1.2 * std::cos(1.2));
}

// Note 003 (its product of two sums is an erratum): f of x, y, z; each of r and s; r and s of u. Six paths from u to f.
TEST(Golden, N15SixPathsFromUToF) {
  Tape tape;
  const double u_value = 0.9;
  const Variable u = tape.variable("u", u_value);
  const Variable r = u * u;
  const Variable s = exp(u);
  const Variable x = r * s;
  const Variable y = r + s;
  const Variable z = r / s;
  const Variable f = x * y + z * z;
  tape.backward(f);
  const double rv = u_value * u_value;
  const double sv = std::exp(u_value);
  const double f_x = rv + sv;
  const double f_y = rv * sv;
  const double f_z = 2 * rv / sv;
  const double r_u = 2 * u_value;
  const double s_u = sv;
  const double six_paths =
      f_x * sv * r_u + f_x * rv * s_u + f_y * r_u + f_y * s_u + f_z / sv * r_u - f_z * rv / (sv * sv) * s_u;
  EXPECT_NEAR(u.adjoint(), six_paths, 1e-14 * std::fabs(six_paths));
  tape.forward(u);
  EXPECT_NEAR(f.tangent(), six_paths, 1e-14 * std::fabs(six_paths));
}

}  // namespace
}  // namespace bprop
