// SPDX-License-Identifier: Apache-2.0
#include "bprop/recipe_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "bprop/error.h"
#include "bprop/folds.h"
#include "bprop/train.h"

namespace bprop {
namespace {

// y = xor of the signs of two numbers, or their sum: one is for hidden units, the other is not.
Dataset table(std::size_t rows, bool linear) {
  std::vector<double> cells;
  for (std::size_t row = 0; row < rows; ++row) {
    const double a = std::sin(static_cast<double>(3 * row + 1));
    const double b = std::cos(static_cast<double>(7 * row + 2));
    cells.insert(cells.end(), {a, b, linear ? a + b : (a > 0) != (b > 0) ? 1.5 : -0.5});
  }
  return make_dataset({"a", "b", "y"}, cells, "y");
}

TrainOptions short_recipe(Preset preset) {
  return resolved({.preset = preset, .task = Task::kNumbers, .epochs = 12, .batch = 16}, Task::kNumbers);
}

TEST(ChoiceFolds, AreFiveForASmallTableByTheDefaultPresetAlone) {
  const Dataset small = table(120, true);
  EXPECT_EQ(choice_folds({}, small), 5u);
  EXPECT_EQ(choice_folds({.preset = Preset::kFast}, small), 0u);
  EXPECT_EQ(choice_folds({}, table(1000, true)), 0u);
  EXPECT_EQ(choice_folds({.choose = 3}, table(1000, true)), 3u);
}

TEST(ChoiceFolds, AreNoneWhereAPartOfARecipeOrValidationIsAskedFor) {
  const Dataset small = table(120, true);
  EXPECT_EQ(choice_folds({.layers = "8 relu"}, small), 0u);
  EXPECT_EQ(choice_folds({.learning_rate = 0.1}, small), 0u);
  EXPECT_EQ(choice_folds({.l2 = 0.1}, small), 0u);
  EXPECT_EQ(choice_folds({.patience = 3}, small), 0u);
  EXPECT_EQ(choice_folds({.keep_best = false}, small), 0u);
  EXPECT_EQ(choice_folds({.validation = 0.2}, small), 0u);
  EXPECT_EQ(choice_folds({.calibrate = true}, small), 0u);
}

TEST(ChoiceFolds, AreNoneWhereAClassHasASingleRow) {
  std::vector<double> cells;
  for (int row = 0; row < 40; ++row) cells.insert(cells.end(), {row * 0.5, row == 7 ? 2.0 : row % 2 + 0.0});
  const Dataset data = make_dataset({"x", "y"}, cells, "y");
  EXPECT_EQ(choice_folds({}, data), 0u);
  EXPECT_EQ(choice_folds({.task = Task::kNumbers}, data), 5u);
}

TEST(RecipeChoice, CurveIsTheMeanOfTrainingsOnAllPartsButOne) {
  const Dataset data = table(83, false);
  const TrainOptions recipe = short_recipe(Preset::kPlain);
  const RecipeChoice choice = choose_recipe(data, 4, std::vector{recipe}, {});
  ASSERT_EQ(choice.curve.size(), 12u);
  std::vector<double> squares(12);
  for (const TrainTest& part : split_folds(data, 4, recipe.seed, false)) {
    const TrainResult result = train(part.train, part.test, recipe);
    for (std::size_t epoch = 0; epoch < 12; ++epoch) {
      const double rmse = result.history[epoch].validation_score;
      squares[epoch] += rmse * rmse * static_cast<double>(part.test.rows());
    }
  }
  double least = INFINITY;
  for (std::size_t epoch = 0; epoch < 12; ++epoch) {
    const double score = std::sqrt(squares[epoch] / 83);
    EXPECT_NEAR(choice.curve[epoch].score, score, 1e-12 * score);
    least = std::min(least, score);
  }
  EXPECT_NEAR(choice.best().score, least, 1e-12 * least);
  EXPECT_EQ(choice.curve[choice.best().epoch - 1].score, choice.best().score);
}

TEST(RecipeChoice, TheModelIsThatOfAllRowsUntilTheBestEpoch) {
  const Dataset data = table(90, false);
  TrainOptions options{.preset = Preset::kPlain, .layers = "6 tanh", .schedule = Schedule{}, .epochs = 30, .batch = 8};
  options.choose = 3;
  const TrainResult chosen = train(data, options);
  ASSERT_TRUE(chosen.choice);
  EXPECT_EQ(chosen.stop_reason, StopReason::kChosenEpoch);
  EXPECT_EQ(chosen.epochs, chosen.choice->best().epoch);
  EXPECT_EQ(chosen.train_rows, 90u);
  options.choose = 0;
  options.validation = 0;
  options.epochs = chosen.epochs;
  const Model by_hand = train(data, options).model;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(std::get<Network>(chosen.model.network).weights(layer),
              std::get<Network>(by_hand.network).weights(layer));
  }
}

TEST(RecipeChoice, ReportsHaveTheFoldsMeansAsValidation) {
  const Dataset data = table(60, false);
  TrainOptions options{.preset = Preset::kPlain, .epochs = 9, .batch = 8, .choose = 3};
  const TrainResult chosen = train(data, options);
  for (const EpochReport& report : chosen.history) {
    EXPECT_EQ(report.validation_score, chosen.choice->curve[report.epoch - 1].score);
  }
}

TEST(RecipeChoice, HiddenUnitsAreForWhatIsNotLinear) {
  const std::vector recipes = {short_recipe(Preset::kLinear), short_recipe(Preset::kPlain)};
  EXPECT_EQ(choose_recipe(table(200, false), 4, recipes, {}).best().preset, Preset::kPlain);
}

TEST(RecipeChoice, TheFirstIsTakenUnlessAnotherIsBetterByAStandardError) {
  std::vector recipes(3, short_recipe(Preset::kPlain));
  recipes[0].learning_rate = 0.0031;
  recipes[2].learning_rate = 0.0029;
  const RecipeChoice choice = choose_recipe(table(120, false), 5, recipes, {});
  const auto better = std::ranges::min_element(choice.candidates, {}, &Candidate::score);
  EXPECT_NE(better, choice.candidates.begin()) << "one of nearly the same is ahead";
  EXPECT_LT(choice.candidates[0].score - better->score, better->standard_error);
  EXPECT_EQ(choice.chosen, 0u);
}

TEST(RecipeChoice, ATrainingThatDivergesLeavesTheOtherCandidate) {
  TrainOptions bad = short_recipe(Preset::kPlain);
  bad.learning_rate = 1e30;
  bad.optimizer = Sgd{};
  const RecipeChoice choice = choose_recipe(table(60, false), 3, std::vector{bad, short_recipe(Preset::kLinear)}, {});
  EXPECT_EQ(choice.best().preset, Preset::kLinear);
  EXPECT_EQ(choice.candidates[0].epoch, 0u);
}

TEST(RecipeChoice, AnInterruptionEndsIt) {
  std::atomic<bool> stop = true;
  const TrainResult result = train(table(60, true), {}, TrainObserver{.stop = &stop});
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_FALSE(result.choice);
}

std::string refusal(const TrainOptions& options) {
  try {
    train(table(60, true), options);
    return "nothing";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(RecipeChoice, RefusesWhatNeedsRowsOfValidation) {
  EXPECT_EQ(refusal({.choose = 1}), "choose is 1, expected 2 to the number of rows, 60, or 0");
  EXPECT_EQ(refusal({.validation = 0.2, .choose = 5}),
            "validation is 0.2, but choose lays no rows aside, expected one of the two");
  EXPECT_EQ(refusal({.keep_best = false, .choose = 5}), "keep_best is off, but choose trains until the best epoch");
  EXPECT_EQ(refusal({.choose = 5, .calibrate = true}), "calibrate needs validation rows, and choose lays none aside");
  EXPECT_EQ(refusal({.patience = 2, .choose = 5}), "patience is 2, but choose needs every fold's epochs, expected 0");
  const Dataset data = table(60, true);
  EXPECT_THROW(train(data, data, {.choose = 5}), UsageError);
}

}  // namespace
}  // namespace bprop
