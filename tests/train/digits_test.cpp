// SPDX-License-Identifier: Apache-2.0
//
// Must show 1 on the library's side, three seeds of it: the bundled digits with default options.
#include <gtest/gtest.h>

#include "bprop/model.h"
#include "checkpoint/temporary_folder.h"
#include "train/digits.h"

namespace bprop {
namespace {

class Digits : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Digits, DefaultOptionsAreRightOnNinetySixOfAHundredUnseenRows) {
  EXPECT_GE(held_out_accuracy(GetParam()), 0.96);
}

TEST_P(Digits, ADefaultRunIsHealthy) {
  const TrainResult result = train(digits(), {.seed = GetParam()});
  for (const Finding& finding : result.findings) ADD_FAILURE() << sentence(finding);
  EXPECT_EQ(result.stop_reason, StopReason::kEpochs);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Digits, testing::Values(1, 2, 3));

class DigitsFile : public TemporaryFolder {};

TEST_F(DigitsFile, TwoEqualTrainingsGiveEqualBytes) {
  const TrainOptions options{.epochs = 3, .seed = 4};
  save(train(digits(), options).model, at("one"));
  save(train(digits(), options).model, at("two"));
  EXPECT_TRUE(get(at("one")) == get(at("two")));
  save(train(digits(), {.epochs = 3, .seed = 5}).model, at("two"));
  EXPECT_FALSE(get(at("one")) == get(at("two")));
}

}  // namespace
}  // namespace bprop
