// SPDX-License-Identifier: Apache-2.0
//
// The rules on the tape: it differentiates a rule's value itself and must find the derivative that the rule states.
#include "tape/formulas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bprop/activation.h"

namespace bprop {
namespace {

TEST(TapeRules, FindTheDerivativeThatEachActivationStates) {
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value == nullptr) continue;
    for (int i = -400; i <= 400; ++i) {
      if (i == 0 && !rule.smooth) continue;
      Tape tape;
      const std::vector<Variable> z = {tape.variable(i / 13.0)};
      const Variable a = tape_rules::activate(rule.id, z)[0];
      EXPECT_DOUBLE_EQ(a.value(), rule.value(i / 13.0));
      if (rule.id == Activation::kRelu && i < 0) continue;  // a constant 0: nothing stands on the tape
      tape.backward(a);
      EXPECT_NEAR(z[0].adjoint(), rule.derivative(i / 13.0, a.value()),
                  1e-12 * (rule.id == Activation::kExp ? std::max(1.0, a.value()) : 1))
          << rule.name << ' ' << i / 13.0;
    }
  }
}

TEST(TapeRules, FindTheDerivativeThatEachLossStates) {
  for (const LossRule& rule : loss_rules()) {
    if (rule.value == nullptr) continue;
    const LossOptions options{.loss = rule.id, .huber_delta = 0.7, .focal_gamma = 1.5, .quantiles = {0.3}};
    const double parameter = loss_parameter(options, 0);
    for (const double y : {0.0, 0.25, 1.0}) {
      for (int i = -300; i <= 300; ++i) {
        const double s = i / 17.0 + 1e-5;
        Tape tape;
        const std::vector<Variable> scores = {tape.variable(s)};
        const std::vector<double> targets = {y};
        const Variable l = tape_rules::loss(options, scores, targets);
        EXPECT_DOUBLE_EQ(l.value(), rule.value(s, y, parameter));
        const double slope = rule.derivative(s, y, parameter);
        if (rule.id == Loss::kHinge && slope == 0) continue;  // a constant 0: nothing stands on the tape
        tape.backward(l);
        const double size = rule.id == Loss::kPoisson ? std::fabs(slope) : std::fabs(s);
        EXPECT_NEAR(scores[0].adjoint(), slope, 1e-12 * std::max(1.0, size)) << rule.name << ' ' << s << ' ' << y;
      }
    }
  }
}

TEST(TapeRules, SoftmaxHasItsFullJacobian) {
  const std::vector<double> scores = {0.3, -1.2, 1000.0, 999.0};
  Tape tape;
  std::vector<Variable> z;
  for (const double s : scores) z.push_back(tape.variable(s));
  const std::vector<Variable> a = tape_rules::activate(Activation::kSoftmax, z);
  EXPECT_NEAR(a[2].value(), 1 / (1 + std::exp(-1)), 1e-15);
  for (std::size_t j = 0; j < 4; ++j) {
    tape.backward(a[j]);
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(z[k].adjoint(), a[j].value() * ((j == k ? 1.0 : 0.0) - a[k].value()), 1e-15);
    }
  }
}

TEST(TapeRules, CrossEntropyHasTheGradientPMinusYAndSmoothsLabels) {
  const std::vector<double> scores = {0.3, -1.2, 2.0};
  const std::vector<double> targets = {0, 1, 0};
  for (const double smoothing : {0.0, 0.3}) {
    Tape tape;
    std::vector<Variable> s;
    for (const double score : scores) s.push_back(tape.variable(score));
    const Variable l = tape_rules::loss({.loss = Loss::kCrossEntropy, .label_smoothing = smoothing}, s, targets);
    double sum = 0;
    for (const double score : scores) sum += std::exp(score);
    double expected = 0;
    tape.backward(l);
    for (std::size_t k = 0; k < 3; ++k) {
      const double p = std::exp(scores[k]) / sum;
      const double y = (1 - smoothing) * targets[k] + smoothing / 3;
      expected -= y * std::log(p);
      EXPECT_NEAR(s[k].adjoint(), p - y, 1e-15);
    }
    EXPECT_NEAR(l.value(), expected, 1e-15);
  }
}

}  // namespace
}  // namespace bprop
