// SPDX-License-Identifier: Apache-2.0
//
// Metrics and predictions on cases that are worked out by hand.
#include "bprop/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "checkpoint/temporary_folder.h"
#include "train/metrics.h"
#include "train/tables.h"

namespace bprop {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

using Numbers = std::vector<double>;

// ŷ = 2 x on a table of numbers, without preprocessing.
Model doubling() { return model_from_toml("layers = \"1 -> 1 no-bias\"\nweights = [[[2]]]\n"); }
Dataset points() { return make_dataset({"x", "y"}, Numbers{1, 1, 2, 4, 3, 9, 4, 6}, "y"); }

TEST(Evaluate, NumbersByHand) {
  const Evaluation e = evaluate(doubling(), points());  // errors 1, 0, −3, 2; mean of y is 5
  EXPECT_EQ(e.task, Task::kNumbers);
  EXPECT_EQ(e.rows, 4);
  EXPECT_DOUBLE_EQ(e.loss, 0.5 * 14 / 4);
  EXPECT_DOUBLE_EQ(e.rmse, std::sqrt(14.0 / 4));
  EXPECT_DOUBLE_EQ(e.mae, 1.5);
  EXPECT_DOUBLE_EQ(e.r2, 1 - 14.0 / 34);  // Σ(y − 5)² = 16 + 1 + 16 + 1
  EXPECT_DOUBLE_EQ(e.trivial_rmse, std::sqrt(34.0 / 4));
}

TEST(Evaluate, R2OfEqualTargetsIsUndefined) {
  const Evaluation e = evaluate(doubling(), points().select({1}));
  EXPECT_TRUE(std::isnan(e.r2));
  EXPECT_EQ(r2_text(e.r2), "undefined");
}

// Scores are the inputs; classes 0, 1, 2.
Model identity_classes() {
  return model_from_toml(R"(layers = "3 -> 3 softmax no-bias"
loss = "cross_entropy"
weights = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
)");
}

TEST(Evaluate, ClassesByHand) {
  const Dataset data = make_dataset({"a", "b", "c", "class"}, Numbers{5, 0, 0, 0,   // right
                                                                      0, 5, 0, 1,   // right
                                                                      0, 0, 5, 1,   // wrong
                                                                      5, 0, 0, 2,   // wrong
                                                                      0, 5, 0, 1},  // right
                                    "class");
  const Evaluation e = evaluate(identity_classes(), data);
  EXPECT_EQ(e.task, Task::kClasses);
  EXPECT_DOUBLE_EQ(e.accuracy, 0.6);
  // Wilson's interval of 3 in 5: R's prop.test(3, 5, correct = FALSE) gives 0.2307 to 0.8824.
  EXPECT_NEAR(e.accuracy_low, 0.2307, 5e-5);
  EXPECT_NEAR(e.accuracy_high, 0.8824, 5e-5);
  EXPECT_DOUBLE_EQ(e.accuracy_interval, (e.accuracy_high - e.accuracy_low) / 2);
  EXPECT_DOUBLE_EQ(e.trivial_accuracy, 0.6);
  EXPECT_EQ(e.trivial_class, "1");
  const double log_sum = std::log(std::exp(5) + 2);
  EXPECT_NEAR(e.loss, (3 * (log_sum - 5) + 2 * log_sum) / 5, 1e-14);
  std::ostringstream text;
  text << e;
  EXPECT_EQ(text.str(), "accuracy 60.0 % (± 32.6) on 5 rows, loss 2.013; most frequent class '1': 60.0 %");
}

TEST(Evaluate, TheIntervalOfAFlawlessModelHasAWidth) {
  const training::Interval all = training::wilson_interval(50, 50);
  EXPECT_NEAR(all.low, 50 / (50 + 1.959963984540054 * 1.959963984540054), 1e-12);  // n / (n + z²)
  EXPECT_EQ(all.high, 1);
  const training::Interval none = training::wilson_interval(0, 50);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 1 - all.low, 1e-12);
}

// 7 rows of class a, 3 of b, and y = 1, …, 10.
Dataset mostly_a() {
  Numbers cells;
  for (int n = 0; n < 10; ++n) cells.insert(cells.end(), {n % 2 + 0.5, n < 7 ? 0.0 : 1.0, n + 1.0});
  return make_dataset({"x", "class", "y"}, cells, "class");
}

TEST(Evaluate, TheSimplestPredictorIsThatOfTrainingNotOfTheRowsEvaluated) {
  TrainOptions options = small_options();
  options.validation = 0;
  const Model model = train(mostly_a(), options).model;
  const Evaluation e = evaluate(model, mostly_a().select({6, 7, 8, 9}));  // class 1 three times, 0 once
  EXPECT_EQ(e.trivial_class, "0");
  EXPECT_DOUBLE_EQ(e.trivial_accuracy, 0.25);
  EXPECT_TRUE(e.trivial_of_training);
}

TEST(Evaluate, SoIsTheMean) {
  const Dataset data = make_dataset({"x", "y"}, Numbers{1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5}, "y");  // mean 3
  for (const bool standardize : {true, false}) {
    TrainOptions options = small_options();
    options.validation = 0;
    options.scaling = standardize ? Scaling::kStandard : Scaling::kNone;
    const Evaluation e = evaluate(train(data, options).model, data.select({2, 3}));
    EXPECT_NEAR(e.trivial_rmse, std::sqrt((0.25 + 2.25) / 2), 1e-6);
    EXPECT_TRUE(e.trivial_of_training);
  }
}

TEST(Evaluate, WithoutTrainingRowsTheSimplestPredictorIsThatOfTheRowsEvaluated) {
  EXPECT_FALSE(evaluate(doubling(), points()).trivial_of_training);
  Model old = train(mostly_a(), small_options()).model;  // as a file of an older version has it
  old.preprocessing->target.counts.clear();
  const Evaluation e = evaluate(old, mostly_a().select({6, 7, 8, 9}));
  EXPECT_FALSE(e.trivial_of_training);
  EXPECT_EQ(e.trivial_class, "1");
  EXPECT_THAT(e.warnings, IsEmpty());
}

TEST(Evaluate, AModelWorseThanTheSimplestPredictorIsWarnedOf) {
  Model upside_down = doubling();  // ŷ = 2 x, trained, it says, where the mean was 5
  const Dataset data = points();
  upside_down.preprocessing =
      fit_preprocessing(data, {.task = Task::kNumbers, .scaling = Scaling::kNone, .standardize_target = false})
          .preprocessing;
  EXPECT_THAT(evaluate(upside_down, data).warnings, IsEmpty());
  const Dataset flat = make_dataset({"x", "y"}, Numbers{1, 5.5, 2, 4.5, 3, 5.5}, "y");
  EXPECT_THAT(evaluate(upside_down, flat).warnings,
              ElementsAre("on these rows the model is worse than always saying 5, the mean of training"));
  Model wrong = identity_classes();
  const Dataset classes =
      make_dataset({"a", "b", "c", "class"}, Numbers{0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 2}, "class");
  wrong.preprocessing = fit_preprocessing(classes, {.scaling = Scaling::kNone}).preprocessing;
  EXPECT_THAT(evaluate(wrong, classes).warnings,
              ElementsAre("on these rows the model is worse than always saying '0'"));
}

TEST(Evaluate, AVeryBadR2IsShownInFewDigits) {
  EXPECT_EQ(r2_text(0.85091), "0.8509");
  EXPECT_EQ(r2_text(-9.99), "-9.9900");
  EXPECT_EQ(r2_text(-1.23456e36), "-1.235e+36");
}

TEST(Evaluate, SaysNumbersInOneLine) {
  std::ostringstream text;
  text << evaluate(doubling(), points());
  EXPECT_EQ(text.str(), "RMSE 1.871, MAE 1.5, R² 0.5882 on 4 rows, loss 1.75; always the mean: RMSE 2.915");
}

TEST(Evaluate, LabelSmoothingIsLeftOutOfTheLoss) {
  Model smoothed = identity_classes();
  smoothed.loss.label_smoothing = 0.5;
  const Dataset data = make_dataset({"a", "b", "c", "class"}, Numbers{5, 0, 0, 0, 0, 5, 0, 1, 0, 0, 5, 2}, "class");
  EXPECT_EQ(evaluate(smoothed, data).loss, evaluate(identity_classes(), data).loss);
}

TEST(Evaluate, NumbersAreInTheTargetsOwnUnits) {
  const Dataset data = curve(200);
  TrainOptions options = small_options();
  options.epochs = 30;
  const Model model = train(data, options).model;
  const Predictions p = predict(model, data);
  double squares = 0;
  for (std::size_t n = 0; n < 200; ++n) squares += std::pow(p.values[n] - data.cell(n, 2), 2);
  const Evaluation e = evaluate(model, data);
  EXPECT_NEAR(e.rmse, std::sqrt(squares / 200), 1e-6);
  EXPECT_GT(e.r2, 0.5);
  EXPECT_GE(e.trivial_rmse, e.rmse / std::sqrt(1 - e.r2));  // the mean of training against that of these rows
  EXPECT_NEAR(p.values[0], 10, 6);                          // y is about 10
}

TEST(Evaluate, ThreadsDoNotChangeANumber) {
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  const Dataset data = sectors(700);
  const Model model = train(data, small_options()).model;
  EXPECT_EQ(evaluate(model, data, &pool).loss, evaluate(model, data).loss);
  EXPECT_EQ(predict(model, data, &pool).values, predict(model, data).values);
}

TEST(Evaluate, NeedsRowsAndATarget) {
  const Dataset data = sectors(50);
  const Model trained = train(data, small_options()).model;
  EXPECT_EQ(thrown([&] { evaluate(trained, data.select({})); }), "UsageError: there are no rows to evaluate");
  const Dataset without = make_dataset({"x"}, Numbers{1, 2});
  EXPECT_NE(thrown([&] { evaluate(doubling(), without); }), "");
  EXPECT_EQ(thrown([] { evaluate(doubling()); }),
            "UsageError: the model has no rows of its own ('input' in a network typed by hand); name a data file");
  const Model no_target = model_from_toml("layers = \"1 -> 1\"\nweights = [[[2]]]\ninput = [1]\n");
  EXPECT_EQ(thrown([&] { evaluate(no_target); }), "UsageError: the network typed by hand has no 'target'");
}

TEST(Evaluate, ColumnsMustFitANetworkWithoutPreprocessing) {
  const Dataset wide = make_dataset({"a", "b", "y"}, Numbers{1, 2, 3, 4, 5, 6.5}, "y");
  EXPECT_EQ(thrown([&] { evaluate(doubling(), wide); }),
            "ShapeError: " + wide.source() +
                ": the columns make 2 inputs, the network has 1 (a model without preprocessing takes the columns as "
                "they are)");
}

TEST(Evaluate, AnExerciseIsEvaluatedOnItsOwnRows) {
  const Model model =
      model_from_toml("layers = \"1 -> 1 no-bias\"\nweights = [[[2]]]\ninput = [[1], [2]]\ntarget = [[1], [4]]\n");
  EXPECT_DOUBLE_EQ(evaluate(model).rmse, std::sqrt(0.5));
  EXPECT_THAT(predict(model).values, ElementsAre(2, 4));
}

TEST(Predict, NumbersHaveNoClasses) {
  const Predictions p = predict(doubling(), points());
  EXPECT_THAT(p.values, ElementsAre(2, 4, 6, 8));
  EXPECT_THAT(p.classes, IsEmpty());
  EXPECT_THAT(p.chosen, IsEmpty());
  EXPECT_FALSE(p.probabilities);
  EXPECT_EQ(p.outputs, 1);
}

TEST(Predict, ATableWithoutTargetIsEnough) {
  const Dataset data = sectors(100);
  const Model model = train(data, small_options()).model;
  Numbers cells;
  for (std::size_t n = 0; n < 100; ++n) {
    cells.push_back(data.cell(n, 1));  // columns in another order
    cells.push_back(data.cell(n, 0));
  }
  const Dataset inputs = make_dataset({"v", "u"}, cells);
  EXPECT_EQ(predict(model, inputs).values, predict(model, data).values);
  EXPECT_THAT(predict(model, inputs).classes, ElementsAre("0", "1", "2"));
}

TEST(Predict, TwoClassesOfOneSigmoidGiveTwoColumns) {
  Numbers cells;
  for (int n = 0; n < 40; ++n) cells.insert(cells.end(), {n - 19.5, n < 20 ? 3.0 : 7.0});
  const Dataset data = make_dataset({"x", "class"}, cells, "class");
  TrainOptions options = small_options();
  options.epochs = 100;
  const Model model = train(data, options).model;
  EXPECT_EQ(model.architecture().text(), "1 -> 8 tanh -> 1 sigmoid");
  const Predictions p = predict(model, data);
  EXPECT_THAT(p.classes, ElementsAre("3", "7"));
  EXPECT_TRUE(p.probabilities);
  for (std::size_t n = 0; n < 40; ++n) {
    EXPECT_NEAR(p.values[2 * n] + p.values[2 * n + 1], 1, 1e-12);
    EXPECT_EQ(p.chosen[n], p.values[2 * n + 1] >= 0.5 ? 1 : 0);
  }
  EXPECT_EQ(p.chosen[0], 0);
  EXPECT_EQ(p.chosen[39], 1);
}

TEST(EncodedRows, ChoosesRowsByPosition) {
  const EncodedRows<double> rows = encoded_rows<double>(doubling(), points(), std::vector<std::uint32_t>{2, 0});
  EXPECT_EQ(rows.rows, 2);
  EXPECT_THAT(rows.input, ElementsAre(3, 1));
  EXPECT_THAT(rows.target, ElementsAre(9, 1));
}

}  // namespace
}  // namespace bprop
