// SPDX-License-Identifier: Apache-2.0
#include "bprop/tape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "bprop/error.h"

namespace bprop {
namespace {

using testing::ThrowsMessage;

TEST(Tape, ASharedSubExpressionStandsOnItOnceHoweverManyPathsLeadThroughIt) {
  Tape tape;
  const Variable x = tape.variable("x", 1.0);
  Variable f = x;
  for (int level = 0; level < 60; ++level) f = f + f;  // 2^60 paths
  EXPECT_EQ(tape.nodes().size(), 61U);
  EXPECT_EQ(tape.edges(), 120U);
  tape.backward(f);
  EXPECT_EQ(x.adjoint(), std::ldexp(1.0, 60));
  tape.forward(x);
  EXPECT_EQ(f.tangent(), std::ldexp(1.0, 60));
}

TEST(Tape, RecordsEachOperationInOrderWithItsOperandsAndDerivatives) {
  Tape tape;
  const Variable x = tape.variable("x", 3.0);
  const Variable y = tape.variable(5.0);
  const Variable product = x * y;
  (void)exp(product);
  ASSERT_EQ(tape.nodes().size(), 4U);
  EXPECT_EQ(tape.name_of(0), "x");
  EXPECT_EQ(tape.name_of(1), "");
  const Tape::Node& node = tape.nodes()[2];
  EXPECT_EQ(node.operation, Tape::Operation::kMultiply);
  EXPECT_EQ(node.left, 0);
  EXPECT_EQ(node.right, 1);
  EXPECT_EQ(node.value, 15);
  EXPECT_EQ(node.d_left, 5);
  EXPECT_EQ(node.d_right, 3);
  EXPECT_EQ(tape.nodes()[3].left, 2);
  EXPECT_EQ(tape.nodes()[3].right, -1);
}

TEST(Tape, ConstantsMixWithVariablesAndHaveNoDerivative) {
  Tape tape;
  const Variable x = tape.variable(2);
  const Variable c = 7.0;
  const Variable f = c * x + 1.0;
  tape.backward(f);
  EXPECT_EQ(f.value(), 15);
  EXPECT_EQ(x.adjoint(), 7);
  EXPECT_EQ(c.adjoint(), 0);
  EXPECT_EQ(c.tangent(), 0);
}

TEST(Tape, AnExpressionOfConstantsOnlyIsAConstantAndLeavesNoTrace) {
  Tape tape;
  const Variable c = exp(Variable(0.0)) + 2.0 * Variable(3.0);
  EXPECT_EQ(c.value(), 7);
  EXPECT_TRUE(tape.nodes().empty());
  EXPECT_THAT([&] { tape.backward(c); },
              ThrowsMessage<UsageError>("[tape.backward] the result is a constant or stands on another tape"));
  EXPECT_THAT([&] { tape.forward(c); },
              ThrowsMessage<UsageError>("[tape.forward] the seed is a constant or stands on another tape"));
}

TEST(Tape, RefusesVariablesOfAnotherTape) {
  Tape here;
  Tape there;
  const Variable x = here.variable(1);
  const Variable y = there.variable(2);
  EXPECT_THAT([&] { (void)(x * y); }, ThrowsMessage<UsageError>("[tape] a variable of another tape was used"));
  EXPECT_THROW(here.backward(y), UsageError);
  EXPECT_THROW(here.forward(y), UsageError);
}

TEST(Tape, ASweepOverwritesTheOneBefore) {
  Tape tape;
  const Variable x = tape.variable(3);
  const Variable f = x * x;
  const Variable g = 5.0 * x;
  tape.backward(f);
  tape.backward(f);
  EXPECT_EQ(x.adjoint(), 6);
  tape.backward(g);
  EXPECT_EQ(x.adjoint(), 5);
  EXPECT_EQ(f.adjoint(), 0);
  tape.forward(x);
  tape.forward(x);
  EXPECT_EQ(f.tangent(), 6);
  tape.forward(f);
  EXPECT_EQ(g.tangent(), 0);
  EXPECT_EQ(f.tangent(), 1);
}

TEST(Tape, WhatIsRecordedAfterASweepHasNoAdjointYet) {
  Tape tape;
  const Variable x = tape.variable(3);
  tape.backward(x * x);
  const Variable later = x + 1.0;
  EXPECT_EQ(later.adjoint(), 0);
  EXPECT_EQ(later.tangent(), 0);
  tape.backward(later);
  EXPECT_EQ(x.adjoint(), 1);
}

TEST(Tape, ClearForgetsNodesNamesAndSweeps) {
  Tape tape;
  const Variable old = tape.variable("old", 3);
  tape.backward(old * old);
  tape.clear();
  EXPECT_TRUE(tape.nodes().empty());
  EXPECT_EQ(tape.edges(), 0U);
  EXPECT_EQ(tape.name_of(0), "");
  const Variable x = tape.variable("new", 4);
  EXPECT_EQ(x.adjoint(), 0);
  tape.backward(x * x);
  EXPECT_EQ(x.adjoint(), 8);
  EXPECT_EQ(tape.name_of(0), "new");
}

TEST(Tape, SelectFollowsTheBranchThatWasTaken) {
  Tape tape;
  const Variable x = tape.variable(2);
  const Variable y = tape.variable(5);
  tape.backward(select(less(x, y), x * x, y * y));
  EXPECT_EQ(x.adjoint(), 4);
  EXPECT_EQ(y.adjoint(), 0);
  tape.backward(select(greater(x, y), x * x, y * y));
  EXPECT_EQ(x.adjoint(), 0);
  EXPECT_EQ(y.adjoint(), 10);
  EXPECT_TRUE(less_equal(x, 2.0));
}

TEST(Tape, MaximumAndMinimumTakeTheFirstAtATie) {
  Tape tape;
  const Variable a = tape.variable(2);
  const Variable b = tape.variable(2);
  for (const Variable& f : {max(a, b), min(a, b)}) {
    tape.backward(f);
    EXPECT_EQ(a.adjoint(), 1);
    EXPECT_EQ(b.adjoint(), 0);
  }
  tape.backward(max(a, 3.0 * b));
  EXPECT_EQ(b.adjoint(), 3);
  tape.backward(min(a, 3.0 * b));
  EXPECT_EQ(b.adjoint(), 0);
}

// √ has the slope ∞ at 0. Where no path, or only one with the factor 0, leads through it, 0 · ∞ must not become NaN.
TEST(Tape, AnInfiniteSlopeOffThePathDoesNotSpoilTheReverseSweep) {
  Tape tape;
  const Variable x = tape.variable(0);
  const Variable y = tape.variable(3);
  const Variable root = sqrt(x);
  tape.backward(0.0 * root + y);
  EXPECT_EQ(x.adjoint(), 0);
  EXPECT_EQ(y.adjoint(), 1);
  tape.backward(root);
  EXPECT_EQ(x.adjoint(), std::numeric_limits<double>::infinity());
}

TEST(Tape, AnInfiniteSlopeOffThePathDoesNotSpoilTheForwardSweep) {
  Tape tape;
  const Variable x = tape.variable(0);
  const Variable y = tape.variable(3);
  const Variable f = sqrt(x) + y;
  tape.forward(y);
  EXPECT_EQ(f.tangent(), 1);
  tape.forward(x);
  EXPECT_EQ(f.tangent(), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace bprop
