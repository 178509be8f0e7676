// SPDX-License-Identifier: Apache-2.0
//
// Options of train() that cannot be, and what train() makes of data and architecture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "checkpoint/temporary_folder.h"
#include "data/csv_table.h"
#include "train/tables.h"

namespace bprop {
namespace {

std::string refusal(const TrainOptions& options, const Dataset& data = curve(20)) {
  return thrown([&] { train(data, options); });
}

TEST(TrainOptions, ThatCannotBeAreRefusedInOneSentence) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal({.epochs = 0}), "UsageError: epochs is 0, expected at least 1");
  EXPECT_EQ(refusal({.batch = 0}), "UsageError: batch is 0, expected at least 1");
  EXPECT_EQ(refusal({.validation = 1}), "UsageError: validation is 1, expected a share from 0 to below 1");
  EXPECT_EQ(refusal({.min_change = -1}), "UsageError: min_change is -1, expected a norm above 0, or 0 for never");
  EXPECT_EQ(refusal({.time_limit = inf}), "UsageError: time_limit is inf, expected seconds above 0, or 0 for none");
  EXPECT_EQ(refusal({.learning_rate = -0.1}), "UsageError: learning_rate is -0.1, expected a number above 0");
  EXPECT_EQ(refusal({.patience = 3, .validation = 0}),
            "UsageError: patience is 3 epochs, but there are no validation rows to measure progress on");
  EXPECT_EQ(refusal({.loss = Loss::kHuber, .label_smoothing = 0.1}),
            "UsageError: label_smoothing is 0.1, but loss huber has no labels to smooth");
  EXPECT_EQ(refusal({.layers = "3 -> 1"}), "UsageError: [architecture] \"3 -> 1\" has 3 inputs, the data has 2");
}

TEST(TrainOptions, ALossOfClassesNeedsClasses) {
  EXPECT_EQ(refusal({.loss = Loss::kCrossEntropy}, curve(100)),
            "UsageError: loss cross_entropy needs a target of classes, 'y' holds numbers (--task classes makes them "
            "classes)");
}

TEST(TrainOptions, WithoutRowsThereIsNothingToTrainOn) {
  const Dataset data = curve(20);
  const Model model = train(data, small_options()).model;
  EXPECT_EQ(thrown([&] { train_from(model, data.select({}), data, small_options()); }),
            "UsageError: " + data.source() + ": there are no rows to train on");
}

TEST(TrainOptions, TheDataDecideLossAndOutput) {
  EXPECT_EQ(train(curve(50), small_options()).model.loss.loss, Loss::kHalfSquaredError);
  const Model classes = train(sectors(50), small_options()).model;
  EXPECT_EQ(classes.loss.loss, Loss::kCrossEntropy);
  EXPECT_EQ(classes.architecture().text(), "2 -> 8 tanh -> 3 softmax");
}

TEST(TrainOptions, TwoOutputsAreMadeForTwoClassesWhenTheArchitectureWantsThem) {
  const Dataset data = make_dataset({"x", "c"}, std::vector<double>{1, 0, 2, 1, 3, 0, 4, 1, 5, 1, 6, 0}, "c");
  TrainOptions options = small_options();
  options.layers = "1 -> 4 tanh -> 2 softmax";
  EXPECT_EQ(train(data, options).model.loss.loss, Loss::kCrossEntropy);
  options.layers = "4 tanh";
  EXPECT_EQ(train(data, options).model.loss.loss, Loss::kBinaryCrossEntropy);
}

TEST(TrainOptions, TheSeedDecidesEverything) {
  TrainOptions options = small_options();
  const std::vector<float> weights = all_weights(train(sectors(60), options).model);
  EXPECT_EQ(all_weights(train(sectors(60), options).model), weights);
  options.seed = 2;
  EXPECT_NE(all_weights(train(sectors(60), options).model), weights);
}

TEST(TrainOptions, DoublePrecisionTrainsADoubleNetwork) {
  TrainOptions options = small_options();
  options.precision = Precision::kDouble;
  const Model model = train(curve(60), options).model;
  const std::vector<double> exact = all_weights<double>(model);
  options.precision = Precision::kFloat;
  const std::vector<float> single = all_weights(train(curve(60), options).model);
  ASSERT_EQ(exact.size(), single.size());
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(exact[i], single[i], 1e-3);
}

TEST(TrainOptions, ValidationRowsOfTheCallerAreNotTrainedOn) {
  const Dataset data = curve(60);
  TrainOptions options = small_options();
  options.keep_best = false;
  const TrainResult one = train(data, curve(40, 2), options);
  const TrainResult other = train(data, curve(40, 3), options);
  EXPECT_EQ(one.train_rows, 60);
  EXPECT_EQ(one.validation_rows, 40);
  EXPECT_EQ(all_weights(one.model), all_weights(other.model));
  EXPECT_NE(one.history[0].validation_loss, other.history[0].validation_loss);
}

TEST(TrainFrom, GoesOnFromTheWeightsWithTheModelsPreprocessing) {
  const Dataset data = curve(100);
  const TrainTest parts = split(data, {.test = 0.2, .seed = 1});
  const TrainResult first = train(parts.train, parts.test, small_options());
  const TrainResult second = train_from(first.model, parts.test, parts.train, small_options());
  EXPECT_EQ(second.model.preprocessing, first.model.preprocessing);
  EXPECT_NE(all_weights(second.model), all_weights(first.model));
  EXPECT_LT(second.history.back().train_loss, first.history.front().train_loss);
  EXPECT_EQ(second.train_rows, 20);
}

TEST(TrainFrom, TakesTheLossOfTheModelUnlessAnotherIsNamed) {
  TrainOptions options = small_options();
  options.loss = Loss::kHuber;
  const Dataset data = curve(100);
  const Model model = train(data, options).model;
  EXPECT_EQ(train_from(model, data, data, small_options()).model.loss.loss, Loss::kHuber);
  options.loss = Loss::kLogCosh;
  EXPECT_EQ(train_from(model, data, data, options).model.loss.loss, Loss::kLogCosh);
}

TEST(TrainFrom, TakesReductionDeltaAndSmoothingOfTheModelUnlessTheyAreGiven) {
  TrainOptions options = small_options();
  options.loss = Loss::kHuber;
  options.reduction = Reduction::kSum;
  options.huber_delta = 0.5;
  options.learning_rate = 1e-4;
  const Dataset data = curve(100);
  const Model model = train(data, options).model;
  const LossOptions same = train_from(model, data, data, small_options()).model.loss;
  EXPECT_EQ(same.reduction, Reduction::kSum);
  EXPECT_EQ(same.huber_delta, 0.5);
  options.reduction = Reduction::kMean;
  options.huber_delta = 2;
  const LossOptions given = train_from(model, data, data, options).model.loss;
  EXPECT_EQ(given.reduction, Reduction::kMean);
  EXPECT_EQ(given.huber_delta, 2);
}

TEST(TrainFrom, TakesTheSmoothingOfTheModelWithItsLossOnly) {
  TrainOptions options = small_options();
  options.label_smoothing = 0.25;
  const Dataset data = sectors(100);
  const Model model = train(data, options).model;
  EXPECT_EQ(train_from(model, data, data, small_options()).model.loss.label_smoothing, 0.25);
  TrainOptions other = small_options();
  other.loss = Loss::kHalfSquaredError;
  EXPECT_EQ(train_from(model, data, data, other).model.loss.label_smoothing, 0);
}

constexpr const char* kExercise = R"(layers = "2 -> 1"
weights = [[[1, -1]]]
biases = [[0.5]]
input = [[1, 2], [3, 1]]
target = [[0], [1]]
learning_rate = 0.125
freeze = "biases"
)";

TEST(TrainFrom, AnExerciseDoesWhatATextbookDoes) {
  const Model start = model_from_toml(kExercise);
  TrainOptions options = exercise_options(start);
  options.steps = 1;
  const TrainResult result = train_from(start, options);
  // Errors −0.5 and 1.5; mean gradient ½(−0.5 (1, 2) + 1.5 (3, 1)) = (2, 0.25).
  EXPECT_THAT(all_weights<double>(result.model), testing::ElementsAre(1 - 0.25, -1 - 0.03125, 0.5));
  EXPECT_EQ(result.stop_reason, StopReason::kSteps);
  EXPECT_DOUBLE_EQ(result.history[0].train_loss, 0.5 * (0.25 + 2.25) / 2);
  EXPECT_EQ(result.train_rows, 2);
}

TEST(TrainFrom, AnExerciseTakesItsRowsInOrder) {
  const Model start = model_from_toml(kExercise);
  TrainOptions options = exercise_options(start);
  options.optimizer = Sgd{0.125};
  options.batch = 1;
  options.steps = 1;
  const TrainResult result = train_from(start, options);
  EXPECT_THAT(all_weights<double>(result.model), testing::ElementsAre(1 + 0.0625, -1 + 0.125, 0.5));  // the first row
}

TEST(TrainFrom, AnExerciseThatDivergesKeepsItsOwnWeights) {
  const Model start = model_from_toml(kExercise);
  TrainOptions options = exercise_options(start);
  options.learning_rate = 1e30;
  options.epochs = 100;
  const TrainResult result = train_from(start, options);
  EXPECT_EQ(result.stop_reason, StopReason::kDiverged);
  EXPECT_EQ(all_weights<double>(result.model), all_weights<double>(start));
}

TEST(TrainData, RemarksOfTheValidationRowsSaySo) {
  const auto table = [](const std::string& text) {
    return data::parse_csv(text, "t.csv", {.target = "y"}).value_or_throw();
  };
  const Dataset rows = table("k,x,y\na,1,1.5\nb,2,2.5\na,3,3.5\nb,4,4.5\n");
  const Dataset validation = table("k,x,y\nc,1,1.5\nc,2,2.5\na,3,3.5\n");
  EXPECT_THAT(
      train(rows, validation, small_options()).warnings,
      testing::ElementsAre("of the validation rows: column 'k': 2 cells hold a category that training never saw; "
                           "they become zeros"));
}

TEST(TrainFrom, NeedsRowsSomewhere) {
  const Model bare = model_from_toml("layers = \"1 -> 1\"\nweights = [[[1]]]\n");
  EXPECT_EQ(thrown([&] { train_from(bare, exercise_options(bare)); }),
            "UsageError: the model has no rows of its own ('input' in a network typed by hand); name a data file");
}

}  // namespace
}  // namespace bprop
