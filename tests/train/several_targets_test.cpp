// SPDX-License-Identifier: Apache-2.0
//
// Models of several targets: numbers, and labels. Metrics against scikit-learn 1.9.1 on the same rows; their intervals
// as in metrics_test.cpp – influences by central differences of scikit-learn with respect to sample_weight, placement
// values for the AUC.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "bprop/error.h"
#include "bprop/folds.h"
#include "bprop/held_out.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"
#include "train/target_scores.h"

namespace bprop {
namespace {

using training::TargetScores;
using Numbers = std::vector<double>;

void expect_score(TargetScores<double>& scores, Metric metric, double value, double low, double high,
                  double within = 1e-8) {
  SCOPED_TRACE(name(metric));
  const Score score = scores.score(metric);
  EXPECT_EQ(score.metric, metric);
  EXPECT_NEAR(score.value, value, 1e-14);
  EXPECT_NEAR(score.low, low, within);
  EXPECT_NEAR(score.high, high, within);
  EXPECT_EQ(scores.value(metric), score.value);
}

TEST(SeveralTargets, OfNumbersHaveScikitLearnsUniformAverages) {
  const std::vector<TargetColumn> targets = {{.name = "a"}, {.name = "b", .shift = 20, .divisor = 10}};
  // The second in standardised numbers: 10, 40, 20, −10, 30, 0 and 12, 30, 26, −4, 33, 8 in its own units.
  const Numbers truth = {1, -1, 2, 2, 4, 0, -3, -3, 0.5, 1, 7, -2};
  const Numbers said = {1.5, -0.8, 1.75, 1, 3, 0.6, -2, -2.4, 0.5, 1.3, 9, -1.2};
  TargetScores<double> scores(targets, 2, {.rows = 6});
  scores.add(4, said.data(), truth.data());
  scores.add(2, said.data() + 8, truth.data() + 8);
  expect_score(scores, Metric::kRmse, 3.7338802493934136, 2.5056470632668395, 4.962113435519988);
  expect_score(scores, Metric::kMae, 3.3125, 1.9859751241171737, 4.639024875882827);
  expect_score(scores, Metric::kR2, 0.8736859848090729, 0.7897284326862286, 0.9576435369319172);
  EXPECT_NEAR(scores.each()[1].value(Metric::kR2), 0.85771429, 1e-8);
}

const Numbers kLabels = {0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0};
const Numbers kSaid = {.2,  .7, .6, .8, .3, .1, .4, .9, .2, .1,  .6,  .3, .9, .2, .45,
                       .55, .8, .4, .3, .4, .7, .7, .5, .1, .35, .65, .8, .6, .1, .2};

std::vector<TargetColumn> three_labels() {
  std::vector<TargetColumn> targets(3);
  for (std::size_t k = 0; k < 3; ++k) {
    targets[k] = {.name = "label" + std::to_string(k), .task = Task::kClasses, .classes = {"no", "yes"}};
  }
  return targets;
}

TEST(SeveralTargets, OfLabelsHaveScikitLearnsMetrics) {
  const std::vector<TargetColumn> targets = three_labels();
  TargetScores<double> scores(targets, 3, {.rows = 10, .probabilities = true});
  scores.add(10, kSaid.data(), kLabels.data());
  expect_score(scores, Metric::kAccuracy, 1 - 5.0 / 30, 0.7244464452917371, 0.9422202213749297);  // 1 − hamming_loss
  expect_score(scores, Metric::kSubsetAccuracy, 0.5, 0.2365930905125640, 0.7634069094874360);  // Wilson's, of 5 of 10
  expect_score(scores, Metric::kF1, 0.7919191919191918, 0.6080721560965618, 0.9757662277418218);
  expect_score(scores, Metric::kMicroF1, 0.8148148148148148, 0.6648538162621548, 0.9647758133674748);
  expect_score(scores, Metric::kLogLoss, 0.4069709280386231, 0.32763577991606035, 0.4863060761611859);
  expect_score(scores, Metric::kAuc, 0.9415873015873016, 0.8734404498506626, 1);
}

TEST(SeveralTargets, AMetricThatOneOfThemLacksIsTheMeanOfTheOthers) {
  const std::vector<TargetColumn> targets = three_labels();
  TargetScores<double> scores(targets, 3, {.rows = 4, .probabilities = true});
  const Numbers truth = {0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1};  // the first label never
  const Numbers said = {.2, .7, .6, .1, .8, .1, .4, .9, .2, .1, .2, .3};
  scores.add(4, said.data(), truth.data());
  EXPECT_TRUE(std::isnan(scores.each()[0].value(Metric::kAuc)));
  EXPECT_DOUBLE_EQ(scores.value(Metric::kAuc), (0.75 + 1) / 2);
}

// y and 1000 y + 7 of tables.h's curve, y again, and a label for each of two directions.
Dataset copies(const TargetNames& target, std::size_t rows = 200) {
  const Dataset one = curve(rows);
  Numbers cells;
  for (std::size_t n = 0; n < rows; ++n) {
    const double u = one.cell(n, 0);
    const double v = one.cell(n, 1);
    const double y = one.cell(n, 2);
    for (const double cell : {u, v, y, 1000 * y + 7, y, u > 0 ? 1.0 : 0.0, v > 0.3 ? 1.0 : 0.0}) cells.push_back(cell);
  }
  const std::vector<std::string> names = {"u", "v", "y", "far", "again", "right", "up"};
  const Dataset table = make_dataset(names, cells, target);
  std::vector<std::string> kept = {"u", "v"};
  for (const std::size_t column : table.targets()) kept.push_back(names[column]);
  Numbers left;
  for (std::size_t n = 0; n < rows; ++n) {
    for (const std::string& column : kept) left.push_back(table.cell(n, *table.find(column)));
  }
  return make_dataset(kept, left, target);
}

TrainOptions symmetric() {
  TrainOptions options = small_options();
  options.layers = "16 tanh";
  options.epochs = 30;
  options.zero_last_layer = true;  // else the outputs begin differently
  return options;
}

TEST(SeveralTargets, TwoCopiesOfATargetGetTheSameAnswers) {
  const TrainResult result = train(copies({"y", "again"}), symmetric());
  EXPECT_EQ(result.metric, Metric::kR2);
  const Dataset rows = copies({"y", "again"}, 50);
  const Predictions said = predict(result.model, rows);
  ASSERT_EQ(said.outputs, 2u);
  for (std::size_t n = 0; n < said.rows; ++n) EXPECT_EQ(said.values[2 * n], said.values[2 * n + 1]);
  const Evaluation evaluation = evaluate(result.model, rows);
  ASSERT_EQ(evaluation.targets.size(), 2u);
  EXPECT_EQ(evaluation.targets[0].rmse, evaluation.targets[1].rmse);
  EXPECT_EQ(evaluation.rmse, evaluation.targets[0].rmse);
  EXPECT_EQ(evaluation.targets[1].target, "again");
  EXPECT_GT(evaluation.r2, 0.5);
}

TEST(SeveralTargets, UnitsOfATargetChangeNothingButItsUnits) {
  const TrainResult result = train(copies({"y", "far"}), symmetric());
  const Dataset rows = copies({"y", "far"}, 50);
  const Predictions said = predict(result.model, rows);
  for (std::size_t n = 0; n < said.rows; ++n) {
    EXPECT_NEAR(said.values[2 * n + 1], 1000 * said.values[2 * n] + 7, 0.2) << "float, and rounding goes its own way";
  }
  const Evaluation evaluation = evaluate(result.model, rows);
  EXPECT_NEAR(evaluation.targets[1].rmse / evaluation.targets[0].rmse, 1000, 0.1);
  EXPECT_NEAR(evaluation.targets[1].r2, evaluation.targets[0].r2, 1e-4);
}

TEST(SeveralTargets, EvaluateEachAsIfItWereAlone) {
  const TrainResult result = train(copies({"right", "up"}), small_options());
  EXPECT_EQ(result.model.loss.loss, Loss::kBinaryCrossEntropy);
  EXPECT_EQ(result.model.architecture().outputs(), 2u);
  const Dataset rows = copies({"right", "up"}, 60);
  const Predictions said = predict(result.model, rows);
  EXPECT_EQ(said.task, Task::kLabels);
  EXPECT_TRUE(said.probabilities);
  const HeldOut held = held_out(result.model, rows);
  ASSERT_EQ(held.targets.size(), 2u);
  const Evaluation& evaluation = held.evaluation;
  std::size_t all_right = 0;
  double log_loss = 0;
  for (std::size_t n = 0; n < 60; ++n) {
    bool right = true;
    for (std::size_t t = 0; t < 2; ++t) {
      const double p = said.values[2 * n + t];
      const bool truth = rows.cell(n, 2 + t) == 1;
      EXPECT_EQ(said.chosen[2 * n + t], p >= 0.5 ? 1u : 0u);
      right = right && truth == (p >= 0.5);
      log_loss -= std::log(truth ? p : 1 - p);
    }
    all_right += right ? 1 : 0;
  }
  EXPECT_DOUBLE_EQ(evaluation.score(Metric::kSubsetAccuracy).value, static_cast<double>(all_right) / 60);
  EXPECT_NEAR(evaluation.score(Metric::kLogLoss).value, log_loss / 120, 1e-6);
  EXPECT_NEAR(evaluation.loss, log_loss / 60, 1e-5) << "losses add over the outputs";
  for (const HeldOut& one : held.targets) {
    std::size_t right = 0;
    for (const ConfusionCell& cell : one.confusion) right += cell.truth == cell.prediction ? cell.rows : 0;
    EXPECT_DOUBLE_EQ(one.evaluation.accuracy, static_cast<double>(right) / 60);
    EXPECT_EQ(one.bins.size(), 10u);
    EXPECT_EQ(one.worst.size(), HeldOut::kWorstRows);
  }
}

TEST(SeveralTargets, OfMarginsAreLabelsFromZeroOn) {
  TrainOptions options = small_options();
  options.loss = Loss::kHinge;
  const TrainResult result = train(copies({"right", "up"}), options);
  const Dataset rows = copies({"right", "up"}, 60);
  const Predictions said = predict(result.model, rows);
  EXPECT_FALSE(said.probabilities);
  const HeldOut held = held_out(result.model, rows);
  ASSERT_EQ(held.targets.size(), 2u);
  for (std::size_t t = 0; t < 2; ++t) {
    std::size_t right = 0;
    for (std::size_t n = 0; n < 60; ++n) {
      const bool yes = said.values[2 * n + t] >= 0;
      EXPECT_EQ(said.chosen[2 * n + t], yes ? 1u : 0u);
      right += yes == (rows.cell(n, 2 + t) == 1) ? 1U : 0U;
    }
    EXPECT_DOUBLE_EQ(held.targets[t].evaluation.accuracy, static_cast<double>(right) / 60);
    EXPECT_GE(held.targets[t].worst.front().said, 0) << "the margin of the class that it says";
  }
}

TEST(SeveralTargets, FoldsAndThreadsGoAlong) {
  const Dataset data = copies({"right", "up"});
  const CrossValidation folds = cross_validate(data, 2, small_options());
  ASSERT_EQ(folds.folds.size(), 2u);
  EXPECT_EQ(folds.scores.size(), metrics_of(Task::kLabels).size());
  EXPECT_TRUE(std::isfinite(folds.score(Metric::kMicroF1).mean));
  ThreadPool three({.threads = 3});
  TrainOptions options = small_options();
  const Model alone = train(data, options).model;
  options.pool = &three;
  EXPECT_EQ(all_weights(train(data, options).model), all_weights(alone));
}

TEST(SeveralTargets, ATemperatureOfLabelsMakesThemLikelier) {
  TrainOptions options = small_options();
  options.calibrate = true;
  options.epochs = 40;
  const TrainResult result = train(copies({"right", "up"}), options);
  ASSERT_TRUE(result.calibration);
  EXPECT_LT(result.calibration->log_loss_after, result.calibration->log_loss_before);
  EXPECT_EQ(result.model.temperature, result.calibration->temperature);
}

TEST(SeveralTargets, OptionsOfOneTargetAreRefused) {
  const Dataset labels = copies({"right", "up"});
  const auto refusal = [](const Dataset& data, const TrainOptions& options) -> std::string {
    try {
      train(data, options);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "nothing";
  };
  TrainOptions options = small_options();
  options.loss = Loss::kCrossEntropy;
  EXPECT_EQ(refusal(labels, options),
            "loss cross_entropy is of one class among several, expected binary_cross_entropy for labels");
  for (const Loss loss : {Loss::kPoisson, Loss::kQuantile, Loss::kGaussianNll}) {
    options.loss = loss;
    EXPECT_EQ(refusal(labels, options), fmt::format("loss {} is of a single target, there are 2", rule(loss).name));
  }
  options = small_options();
  options.class_weights.balanced = true;
  EXPECT_EQ(refusal(labels, options), "class_weights need one target, not 2");
  options = small_options();
  options.row_weights = "up";
  EXPECT_EQ(refusal(labels, options), "row_weights is 'up', which is a target");
  options = small_options();
  options.metric = Metric::kRmse;
  EXPECT_EQ(refusal(labels, options), "metric rmse needs a target of numbers, 'right' holds labels");
  options.metric = Metric::kMicroF1;
  EXPECT_EQ(refusal(copies({"y", "far"}), options), "metric micro_f1 needs a target of labels, 'y' holds numbers");
  const Model model = train(labels, small_options()).model;
  EvaluateOptions positive;
  positive.positive_class = "1";
  EXPECT_THROW(evaluate(model, labels, positive), UsageError);
}

class SeveralTargetsFile : public TemporaryFolder {};

TEST_F(SeveralTargetsFile, ModelsComeBackAsTheyWere) {
  for (const TargetNames& names : {TargetNames{"y", "far"}, TargetNames{"right", "up"}}) {
    const Dataset data = copies(names);
    const Model model = train(data, small_options()).model;
    save(model, at("model"));
    const Model back = load_model(at("model"));
    ASSERT_TRUE(back.preprocessing);
    EXPECT_EQ(*back.preprocessing, *model.preprocessing);
    EXPECT_EQ(predict(back, data).values, predict(model, data).values);
    save(back, at("again"));
    EXPECT_EQ(get(at("again")), get(at("model")));
    const TrainResult on = train_from(back, data, data.select({0, 1, 2, 3, 4, 5, 6, 7}), small_options());
    EXPECT_EQ(on.model.preprocessing->targets().size(), 2u);
  }
}

TEST_F(SeveralTargetsFile, ANetworkWithoutATableIsEvaluatedOnSeveralColumns) {
  const Model raw{.network = Network(Architecture::parse("2 -> 2 identity"), {.initializer = Initializer::kZeros})};
  const Evaluation evaluation = evaluate(raw, copies({"y", "far"}, 20));
  ASSERT_EQ(evaluation.targets.size(), 2u);
  EXPECT_GT(evaluation.targets[1].rmse, 900 * evaluation.targets[0].rmse) << "always 0 in either unit";
  EXPECT_THROW(evaluate(raw, copies({"y", "far", "again"}, 20)), ShapeError);
}

}  // namespace
}  // namespace bprop
