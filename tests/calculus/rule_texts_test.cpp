// SPDX-License-Identifier: Apache-2.0
//
// The words of the rules: all there, and names that parse back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "bprop/activation.h"
#include "bprop/error.h"
#include "bprop/loss.h"

namespace bprop {
namespace {

template <class Rule>
void expect_all_words(const Rule& rule) {
  for (const std::string_view words : {rule.name, rule.formula, rule.formula_latex, rule.derivative_text,
                                       rule.derivative_latex, rule.kink, rule.limits, rule.reference}) {
    EXPECT_FALSE(words.empty()) << rule.name;
  }
  for (const std::string_view latex : {rule.formula_latex, rule.derivative_latex}) {
    EXPECT_EQ(std::count(latex.begin(), latex.end(), '{'), std::count(latex.begin(), latex.end(), '}')) << latex;
    for (const char c : latex) EXPECT_LT(static_cast<unsigned char>(c), 128) << latex;
  }
}

TEST(ActivationRules, StandInTheOrderOfTheEnumerationWithAllTheirWords) {
  std::set<std::string_view> names;
  std::size_t index = 0;
  for (const ActivationRule& candidate : activation_rules()) {
    EXPECT_EQ(static_cast<std::size_t>(candidate.id), index++);
    EXPECT_EQ(&rule(candidate.id), &candidate);
    EXPECT_EQ(activation_named(candidate.name), candidate.id);
    EXPECT_EQ(candidate.value == nullptr, candidate.id == Activation::kSoftmax);
    EXPECT_EQ(candidate.derivative == nullptr, candidate.id == Activation::kSoftmax);
    expect_all_words(candidate);
    names.insert(candidate.name);
  }
  EXPECT_EQ(names.size(), 15U);
}

TEST(LossRules, StandInTheOrderOfTheEnumerationWithAllTheirWords) {
  std::set<std::string_view> names;
  std::size_t index = 0;
  for (const LossRule& candidate : loss_rules()) {
    EXPECT_EQ(static_cast<std::size_t>(candidate.id), index++);
    EXPECT_EQ(&rule(candidate.id), &candidate);
    EXPECT_EQ(loss_named(candidate.name), candidate.id);
    const bool of_row = candidate.link == Activation::kSoftmax || candidate.id == Loss::kGaussianNll;
    EXPECT_EQ(candidate.value == nullptr, of_row);
    EXPECT_EQ(candidate.derivative == nullptr, of_row);
    EXPECT_EQ(candidate.parameter.empty(), candidate.parameter_latex.empty());
    EXPECT_EQ(candidate.parameter.empty(), loss_parameter({.loss = candidate.id}, 0) == 0);
    expect_all_words(candidate);
    names.insert(candidate.name);
  }
  EXPECT_EQ(names.size(), 13U);
}

TEST(LossRules, NameTheirLink) {
  EXPECT_EQ(rule(Loss::kCrossEntropy).link, Activation::kSoftmax);
  EXPECT_EQ(rule(Loss::kBinaryCrossEntropy).link, Activation::kSigmoid);
  EXPECT_EQ(rule(Loss::kFocal).link, Activation::kSoftmax);
  EXPECT_EQ(rule(Loss::kBinaryFocal).link, Activation::kSigmoid);
  EXPECT_EQ(rule(Loss::kPoisson).link, Activation::kExp);
  for (const LossRule& candidate : loss_rules()) {
    const bool of_classes = candidate.target == LossTarget::kClasses && candidate.id != Loss::kHinge;
    if (of_classes || candidate.id == Loss::kPoisson) continue;
    EXPECT_EQ(candidate.link, Activation::kIdentity) << candidate.name;
  }
}

TEST(ActivationRules, AnUnknownNameIsRefusedWithTheKnownOnes) {
  for (const std::string wrong : {"", "Relu", "relu ", "swish"}) {
    EXPECT_THAT([&] { (void)activation_named(wrong); },
                testing::ThrowsMessage<UsageError>(
                    "unknown activation '" + wrong +
                    "'; known: identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, mish, softplus, "
                    "softsign, exp, cosine, softmax"));
  }
}

TEST(LossRules, AnUnknownNameIsRefusedWithTheKnownOnes) {
  EXPECT_THAT([] { (void)loss_named("mse"); },
              testing::ThrowsMessage<UsageError>(
                  "unknown loss 'mse'; known: half_squared_error, squared_error, absolute_error, huber, log_cosh, "
                  "binary_cross_entropy, cross_entropy, poisson, quantile, hinge, binary_focal, focal, gaussian_nll"));
}

TEST(Reductions, AreFoundByTheirNames) {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    EXPECT_EQ(reduction_named(name(reduction)), reduction);
  }
  EXPECT_THAT([] { (void)reduction_named("median"); },
              testing::ThrowsMessage<UsageError>("unknown reduction 'median'; known: mean, sum"));
}

}  // namespace
}  // namespace bprop
