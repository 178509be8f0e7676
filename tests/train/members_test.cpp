// SPDX-License-Identifier: Apache-2.0
//
// Several networks of one recipe, merged into one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/merged.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

TrainOptions three_members() {
  TrainOptions options = small_options();
  options.layers = "6 tanh, 5 tanh";
  options.epochs = 4;
  options.members = 3;
  return options;
}

TEST(Members, AreTheirOwnTrainingsMerged) {
  const Dataset all = sectors(100), validation = sectors(40);
  const TrainResult result = train(all, validation, three_members());
  ASSERT_EQ(result.members.size(), 3);
  EXPECT_EQ(result.model.architecture().text(), "2 -> 18 tanh -> mix 1-18/6:5 tanh -> 3 softmax");
  TrainOptions one = three_members();
  one.members = 1;
  std::vector<Network> networks;
  for (std::uint64_t member = 0; member < 3; ++member) {
    one.seed = three_members().seed + member * 0x9E3779B97F4A7C15;
    const TrainResult alone = train(all, validation, one);
    networks.push_back(std::get<Network>(alone.model.network));
    EXPECT_EQ(result.members[member].best_epoch, alone.best_epoch);
    EXPECT_EQ(result.members[member].validation_score, alone.epoch(alone.best_epoch)->validation_score);
  }
  EXPECT_EQ(all_weights(result.model), all_weights(Model{merged<float>(networks)}));
  EXPECT_NE(networks[0].weights(0), networks[1].weights(0));
}

TEST(Members, WithoutValidationRowsEachHasAnotherFoldAndAllRowsAreLearntFrom) {
  const TrainResult result = train(sectors(100), three_members());
  EXPECT_EQ(result.train_rows, 100);
  EXPECT_EQ(result.validation_rows, 0);
  std::size_t seen = 0;
  double right = 0;
  for (const Member& member : result.members) {
    EXPECT_EQ(member.train_rows + member.validation_rows, 100);
    EXPECT_EQ(member.epochs, 4);
    seen += member.validation_rows;
    right += member.validation_score * static_cast<double>(member.validation_rows);
  }
  EXPECT_EQ(seen, 100);
  EXPECT_NEAR(result.members_score(), right / 100, 1e-12);
}

TEST(Members, WithAShareOfZeroDifferBySeedAloneAndHaveNoScore) {
  TrainOptions options = three_members();
  options.validation = 0;
  const TrainResult result = train(sectors(100), options);
  EXPECT_THAT(result.members, Each(Field(&Member::train_rows, 100)));
  EXPECT_TRUE(std::isnan(result.members_score()));
}

TEST(Members, OfNumbersHaveTheRootOfTheMeanSquare) {
  TrainOptions options = three_members();
  options.metric = Metric::kRmse;
  const TrainResult result = train(curve(90), options);
  double squares = 0;
  for (const Member& member : result.members) {
    squares += member.validation_score * member.validation_score * static_cast<double>(member.validation_rows);
  }
  EXPECT_NEAR(result.members_score(), std::sqrt(squares / 90), 1e-12);
}

TEST(Members, HaveTheSameBitsForAnyNumberOfThreads) {
  ThreadPool two({.threads = 2});
  TrainOptions parallel = three_members();
  parallel.pool = &two;
  EXPECT_EQ(all_weights(train(sectors(100), three_members()).model), all_weights(train(sectors(100), parallel).model));
}

TEST(Members, AreSeenAsOneTraining) {
  std::vector<std::size_t> epochs;
  std::size_t begun = 0, total = 0, last_step = 0;
  const TrainObserver observer{.begin = [&](const Model&, std::size_t, std::size_t) { ++begun; },
                               .epoch =
                                   [&](const EpochReport& report) {
                                     epochs.push_back(report.epoch);
                                     last_step = report.step;
                                   },
                               .step = [&](std::size_t, std::size_t of, double) { total = of; }};
  const Dataset validation = sectors(40);
  const TrainResult result = train(sectors(100), validation, three_members(), observer);
  EXPECT_EQ(begun, 1);
  EXPECT_THAT(epochs, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_EQ(last_step, result.steps);
  EXPECT_EQ(result.steps, total_steps(three_members(), 100));
  EXPECT_TRUE(total == 0 || total == result.steps);
  EXPECT_EQ(result.history.size(), 12);
}

TEST(Members, ThatAreFinishedWhenItIsStoppedAreMerged) {
  std::atomic<bool> stop = false;
  const TrainObserver observer{.epoch = [&](const EpochReport& report) { stop = report.epoch == 6; }, .stop = &stop};
  const TrainResult result = train(sectors(100), sectors(40), three_members(), observer);
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_EQ(result.members.size(), 2);
  EXPECT_EQ(result.model.architecture().text(), "2 -> 12 tanh -> mix 1-12/6:5 tanh -> 3 softmax");
}

TEST(Members, HaveNoModelWhenNoneCameToAnEnd) {
  TrainOptions options = three_members();
  options.layers = "6 relu, 5 relu";
  options.optimizer = Sgd{.learning_rate = 1e30};
  options.schedule = Schedule{};
  const TrainResult result = train(sectors(100), options);
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_EQ(result.stop_reason, StopReason::kDiverged);
  EXPECT_TRUE(result.divergence);
  EXPECT_THAT(result.members, Each(Field(&Member::best_epoch, 0)));
}

// A rate that is a few times too large for a line: finite for some epochs, which have a best one among them.
TEST(Members, ThatDivergeAreLeftOutWhateverTheyWereBefore) {
  TrainOptions options = three_members();
  options.layers = "";
  options.epochs = 100;
  options.optimizer = Sgd{.learning_rate = 5};
  options.schedule = Schedule{};
  TrainOptions one = options;
  one.members = 1;
  const TrainResult alone = train(curve(90), curve(30), one);
  ASSERT_EQ(alone.stop_reason, StopReason::kDiverged);
  ASSERT_GT(alone.best_epoch, 0);
  const TrainResult result = train(curve(90), curve(30), options);
  EXPECT_THAT(result.members, Each(Field(&Member::best_epoch, 0)));
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_TRUE(std::isnan(result.members_score()));
}

// The recipe and its epoch are chosen once; then all members learn from all rows until that epoch.
TEST(Members, OfAChosenRecipeLearnFromAllRowsUntilItsEpoch) {
  TrainOptions best;
  best.preset = Preset::kBest;
  EXPECT_EQ(choice_folds(best, sectors(100)), 5);
  EXPECT_EQ(choice_folds(best, sectors(1100)), 0);
  best.choose = 3;
  best.candidates = {Preset::kLinear, Preset::kFast};
  best.epochs = 6;
  const TrainResult result = train(sectors(100), best);
  ASSERT_TRUE(result.choice);
  ASSERT_EQ(result.members.size(), 8);
  for (const Member& member : result.members) {
    EXPECT_EQ(member.train_rows, 100);
    EXPECT_EQ(member.validation_rows, 0);
    EXPECT_EQ(member.best_epoch, result.choice->best().epoch);
  }
  TrainOptions one = best;
  one.members = 1;
  const TrainResult single = train(sectors(100), one);
  EXPECT_EQ(single.choice->best().score, result.choice->best().score);
  EXPECT_EQ(result.model.architecture().inputs(), single.model.architecture().inputs());
  const std::size_t hidden = single.model.architecture().layers.size() - 1;
  EXPECT_EQ(hidden == 0, result.model.architecture().layers.size() == 1);
}

TEST(Members, ThatCannotBeAreRefused) {
  const auto refusal = [](const std::function<void(TrainOptions&)>& change) {
    TrainOptions options = three_members();
    change(options);
    return thrown([&] { train(sectors(100), options); });
  };
  EXPECT_EQ(refusal([](TrainOptions& o) { o.members = 0; }), "UsageError: members is 0, expected 1 to 100");
  EXPECT_EQ(refusal([](TrainOptions& o) { o.members = 101; }), "UsageError: members is 101, expected 1 to 100");
  EXPECT_EQ(refusal([](TrainOptions& o) { o.calibrate = true; }),
            "UsageError: members is 3, but calibrate needs rows that no member has learnt from, expected members 1 or "
            "none of it");
  EXPECT_THAT(refusal([](TrainOptions& o) { o.layers = "4 tanh, layer-norm"; }),
              HasSubstr("cannot be merged: layer 2 is not a dense, scale or dropout layer"));
  EXPECT_EQ(thrown([] { train(sectors(2), three_members()); }),
            "UsageError: members is 3, but there are 2 rows to share out, expected no more");
  const Model start = train(sectors(100), small_options()).model;
  EXPECT_EQ(thrown([&] { train_from(start, sectors(100), sectors(10), three_members()); }),
            "UsageError: members is 3, but a network that is there is trained on by itself, expected 1");
}

}  // namespace
}  // namespace bprop
