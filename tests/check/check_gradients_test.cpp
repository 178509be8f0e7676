// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "bprop/check.h"
#include "check/tape_network.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Numbers = std::vector<double>;

CheckReport checked(const DoubleNetwork& network, const Numbers& input, const Numbers& target,
                    const LossOptions& loss = {}, const CheckOptions& options = {},
                    const DoubleGradients* given = nullptr) {
  return check_gradients<double>(network, input, target, loss, options, given);
}

TEST(CheckGradients, PassesForTheEngineAndNamesEveryTensor) {
  const DoubleNetwork network("2 -> 3 gelu -> 2 softmax no-bias", {.seed = 1});
  const CheckReport report = checked(network, {0.1, -0.5, 0.7, 0.9}, {0, 1, 1, 0}, {.loss = Loss::kCrossEntropy});
  EXPECT_TRUE(report.passed);
  std::vector<std::string> names;
  for (const TensorCheck& tensor : report.tensors) names.push_back(tensor.name);
  EXPECT_THAT(names, ElementsAre("layers.0.weight", "layers.0.bias", "layers.1.weight", "input"));
  EXPECT_EQ(report.tensors[0].entries, 6);
  EXPECT_EQ(report.tensors[0].sampled, 6);
  EXPECT_EQ(report.rows, 2);
  EXPECT_EQ(report.kink_rows, 0);
}

TEST(CheckGradients, SmoothedLabelsAndSumsPassToo) {
  const DoubleNetwork network("2 -> 3 tanh -> 3 softmax", {.seed = 1});
  const LossOptions cross{.loss = Loss::kCrossEntropy, .reduction = Reduction::kSum, .label_smoothing = 0.1};
  EXPECT_TRUE(checked(network, {0.1, -0.5, 0.7, 0.9}, {0, 1, 0, 1, 0, 0}, cross).passed);
  const LossOptions binary{.loss = Loss::kBinaryCrossEntropy, .label_smoothing = 0.3};
  EXPECT_TRUE(checked(network, {0.1, -0.5, 0.7, 0.9}, {0, 1, 0, 1, 0, 0}, binary).passed);
  const LossOptions huber{.loss = Loss::kHuber, .huber_delta = 0.1};
  EXPECT_TRUE(checked(network, {0.1, -0.5, 0.7, 0.9}, {0, 1, 0, 1, 0, 0}, huber).passed);
}

// Which is computed by other kernels than smaller mixes.
TEST(CheckGradients, PassesForAMixOfWholePanels) {
  const DoubleNetwork network("2 -> 64 tanh -> mix 1-64/32:16 mish -> mix 1-32/16:16 -> 1", {.seed = 1});
  EXPECT_TRUE(checked(network, {0.1, -0.5, 0.7, 0.9, 0.3, 0.2}, {1, -1, 0.5}).passed);
}

TEST(CheckGradients, AFloatNetworkIsJudgedAtItsFloatParameters) {
  const Network network("3 -> 5 mish -> 2", {.seed = 4});
  const std::vector<float> input = {0.1F, -0.5F, 0.7F, 0.9F, 1.5F, -0.2F};
  const std::vector<float> target = {0, 1, 1, -1};
  const CheckReport report = check_gradients<float>(network, input, target);
  EXPECT_TRUE(report.passed);
  EXPECT_GT(report.tensors[0].float_error, 0);
  EXPECT_LT(report.tensors[0].double_error, 1e-12);
}

TEST(CheckGradients, TheWorstEntryIsNamedFromOne) {
  const DoubleNetwork network("3 -> 2 tanh -> 2", {.seed = 1});
  const Numbers input = {0.1, -0.5, 0.7};
  const Numbers target = {0.3, 0.4};
  DoubleGradients wrong = gradients<double>(network, input, target);
  wrong.layers[0].d_weights[5] += 1;
  const CheckReport report = checked(network, input, target, {}, {}, &wrong);
  EXPECT_FALSE(report.passed);
  EXPECT_FALSE(report.tensors[0].passed);
  EXPECT_EQ(report.tensors[0].worst_entry, "(2, 3)");
  EXPECT_TRUE(report.tensors[1].passed);
}

TEST(CheckGradients, EachFactorOfAScaleLayerIsJudgedByItself) {
  DoubleNetwork network("3 -> scale -> 2 tanh -> scale", {.seed = 1});
  network.set_weights(0, Numbers{0.5, -2, 3});
  const Numbers input{0.3, -0.4, 0.5}, target{1, -1};
  EXPECT_TRUE(checked(network, input, target).passed);
  auto wrong = gradients<double>(network, input, target);
  wrong.layers[0].d_weights[1] *= -1;
  const CheckReport report = checked(network, input, target, {}, {}, &wrong);
  EXPECT_FALSE(report.passed);
  EXPECT_EQ(report.tensors[0].worst_entry, "(2, 1)");
  EXPECT_EQ(report.tensors[0].entries, 3U);
}

TEST(CheckGradients, OnlyAsManyEntriesAsAskedForAreSampled) {
  const DoubleNetwork network("4 -> 5 tanh", {.seed = 1});
  const Numbers input = {0.1, -0.5, 0.7, 1};
  const Numbers target = {0, 0, 0, 0, 1};
  EXPECT_EQ(checked(network, input, target, {}, {.sampled_entries = 7}).tensors[0].sampled, 7);
  EXPECT_EQ(checked(network, input, target, {}, {.sampled_entries = 0}).tensors[0].sampled, 20);
}

// Two units with z = x and z = −x; a row with x = 0 lies at both kinks.
DoubleNetwork two_rectifiers() {
  DoubleNetwork network("1 -> 2 relu no-bias", {.initializer = Initializer::kZeros});
  network.set_weights(0, Numbers{1, -1});
  return network;
}

TEST(CheckGradients, ThreadsChangeNoNumber) {
  const DoubleNetwork network("3 -> 20 tanh -> 4", {.seed = 5});
  const Numbers input = {0.1, -0.5, 0.7, 0.9, 1.5, -0.2};
  const Numbers target = {0, 1, 1, -1, 0.5, 0.25, -2, 0};
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  std::ostringstream alone, together;
  alone << checked(network, input, target);
  together << checked(network, input, target, {}, {.pool = &pool});
  EXPECT_EQ(together.str(), alone.str());
  EXPECT_THAT(pool.parts_run(), testing::Each(testing::Gt(0U)));
}

TEST(Gradients, ThreadsChangeNoBit) {
  const Network network("3 -> 20 tanh -> 40 relu -> 4", {.seed = 5});
  const std::vector<float> input = {0.1F, -0.5F, 0.7F, 0.9F, 1.5F, -0.2F};
  const std::vector<float> target = {0, 1, 1, -1, 0.5F, 0.25F, -2, 0};
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  const Gradients alone = gradients<float>(network, input, target);
  const Gradients together = gradients<float>(network, input, target, {}, &pool);
  EXPECT_EQ(together.d_input, alone.d_input);
  EXPECT_EQ(together.layers[1].d_weights, alone.layers[1].d_weights);
  EXPECT_GT(pool.parts_run()[1], 0U);
}

TEST(CheckGradients, RowsAtAKinkAreLeftOutAndCounted) {
  const CheckReport report = checked(two_rectifiers(), {0.5, 0, 0.00009, -2}, {1, 0, 1, 0, 1, 0, 1, 0});
  EXPECT_EQ(report.rows, 2);
  EXPECT_EQ(report.kink_rows, 2);
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(checked(two_rectifiers(), {0.5, 0.00009}, {1, 0, 1, 0}, {}, {.kink_distance = 1e-6}).kink_rows, 0);
}

// A fix: the loss of such a row is a constant, which the tape refused to differentiate.
TEST(CheckGradients, ARowThatMeetsOnlyDeadUnitsHasNoGradientAndPasses) {
  DoubleNetwork network("1 -> 1 relu no-bias", {.initializer = Initializer::kZeros});
  network.set_weights(0, Numbers{-1});
  const CheckReport report = checked(network, {0.5}, {1});
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.rows, 1);
  const check::TapeGradients tape = check::tape_gradients(network, Numbers{0.5}, Numbers{1}, {});
  EXPECT_EQ(tape.d_weights[0][0], 0);
  EXPECT_EQ(tape.d_input[0], 0);
  EXPECT_EQ(tape.loss, 0.5);
}

TEST(CheckGradients, ACheckOfNoRowsDoesNotPass) {
  const CheckReport report = checked(two_rectifiers(), {0}, {1, 0});
  EXPECT_EQ(report.rows, 0);
  EXPECT_EQ(report.kink_rows, 1);
  EXPECT_FALSE(report.passed);
}

TEST(CheckGradients, AKinkOfTheLossIsCountedToo) {
  const CheckReport report =
      checked(two_rectifiers(), {0.5, 0.75}, {0.5, 0, 0.5, 0.25}, {.loss = Loss::kAbsoluteError});
  EXPECT_EQ(report.kink_rows, 1);
  EXPECT_EQ(report.rows, 1);
}

TEST(CheckGradients, GivenGradientsCannotBeCheckedOnRowsAtAKink) {
  const Numbers input = {0.5, 0};
  const Numbers target = {1, 0, 1, 0};
  const DoubleGradients given = gradients<double>(two_rectifiers(), input, target);
  EXPECT_EQ(thrown([&] { checked(two_rectifiers(), input, target, {}, {}, &given); }),
            "UsageError: [check_gradients] 1 rows lie at a kink; given gradients can be checked on rows without");
}

TEST(CheckGradients, WrongSizesAreRefused) {
  EXPECT_EQ(thrown([&] { checked(two_rectifiers(), {0.5, 1}, {1, 0}); }),
            "ShapeError: [check_gradients] 2 inputs and 2 targets, expected (N x 1) and (N x 2), N at least 1");
  EXPECT_EQ(thrown([&] { checked(two_rectifiers(), {}, {}); }),
            "ShapeError: [check_gradients] 0 inputs and 0 targets, expected (N x 1) and (N x 2), N at least 1");
  DoubleGradients given = gradients<double>(two_rectifiers(), Numbers{0.5}, Numbers{1, 0});
  given.d_input.clear();
  EXPECT_EQ(thrown([&] { checked(two_rectifiers(), {0.5}, {1, 0}, {}, {}, &given); }),
            "ShapeError: [check_gradients] input has 0 entries, expected 1");
}

TEST(CheckGradients, TheReportIsATableThatSaysWhatIsWrong) {
  const DoubleNetwork network("1 -> 1 tanh", {.seed = 1});
  std::ostringstream right;
  right << checked(network, {0.5}, {1});
  EXPECT_THAT(right.str(), HasSubstr("layers.0.weight"));
  EXPECT_THAT(right.str(), HasSubstr("1 row checked, 0 left out at a kink: passed"));
  EXPECT_THAT(right.str(), Not(HasSubstr("WRONG")));
  DoubleGradients given = gradients<double>(network, Numbers{0.5}, Numbers{1});
  given.layers[0].d_bias[0] *= 2;
  std::ostringstream wrong;
  wrong << checked(network, {0.5}, {1}, {}, {}, &given);
  EXPECT_THAT(wrong.str(), HasSubstr("WRONG"));
  EXPECT_THAT(wrong.str(), HasSubstr(": failed"));
}

TEST(TapeGradients, TheJudgeKnowsTheDerivativeOfATextbookUnit) {
  // CS231n notes, "optimization-2": sigmoid neuron w (2, −3), b −3, x (−1, −2): ∂w −.19661193, −.39322387 and so on;
  // here as ∂L/∂w of L = |σ − (−1)| whose outer derivative is 1.
  DoubleNetwork network("2 -> 1 sigmoid", {.initializer = Initializer::kZeros});
  network.set_weights(0, Numbers{2, -3});
  network.set_bias(0, Numbers{-3});
  const check::TapeGradients g =
      check::tape_gradients(network, Numbers{-1, -2}, Numbers{-1}, {.loss = Loss::kAbsoluteError});
  EXPECT_NEAR(g.d_weights[0][0], -.19661193, 5e-9);
  EXPECT_NEAR(g.d_weights[0][1], -.39322387, 5e-9);
  EXPECT_NEAR(g.d_bias[0][0], .19661193, 5e-9);
  EXPECT_NEAR(g.d_input[0], .39322387, 5e-9);
  EXPECT_NEAR(g.d_input[1], -.58983580, 5e-9);
}

}  // namespace
}  // namespace bprop
