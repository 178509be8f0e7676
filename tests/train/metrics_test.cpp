// SPDX-License-Identifier: Apache-2.0
//
// Metrics against values of scikit-learn 1.9.1 on the same rows. Intervals against the definition of the influence –
// the metric's derivative with respect to a row's sample_weight, by central differences of scikit-learn – and, for the
// AUC, against DeLong's placement values counted pair by pair.
#include "bprop/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "checkpoint/temporary_folder.h"
#include "train/row_scores.h"
#include "train/tables.h"

namespace bprop {
namespace {

using training::RowScores;
using Numbers = std::vector<double>;

TargetColumn classes(std::size_t count) {
  TargetColumn target{.name = "class", .task = Task::kClasses};
  for (std::size_t k = 0; k < count; ++k) target.classes.push_back(std::to_string(k));
  target.one_hot = count > 2;
  return target;
}

// Ten rows of two classes, with ties across and within them.
const Numbers kPairAnswers = {0, 0, 1, 1, 0, 1, 0, 1, 1, 0};
const Numbers kPair = {.1, .4, .35, .8, .5, .5, .2, .9, .65, .5};

// Nine rows of three classes.
const std::vector<std::size_t> kThreeAnswers = {0, 1, 2, 1, 1, 0, 2, 1, 0};
const Numbers kThree = {.7, .2,  .1, .3,  .4, .3, .1, .2, .7, .2, .5, .3,  .6, .3,
                        .1, .25, .5, .25, .2, .2, .6, .1, .8, .1, .5, .25, .25};

Numbers one_hot(const std::vector<std::size_t>& answers, std::size_t count) {
  Numbers targets(answers.size() * count);
  for (std::size_t n = 0; n < answers.size(); ++n) targets[n * count + answers[n]] = 1;
  return targets;
}

template <class T>
void expect_score(RowScores<T>& scores, Metric metric, double value, double low, double high, double within = 1e-9) {
  SCOPED_TRACE(name(metric));
  const Score score = scores.score(metric);
  EXPECT_EQ(score.metric, metric);
  EXPECT_NEAR(score.value, value, within);
  EXPECT_NEAR(score.low, low, within);
  EXPECT_NEAR(score.high, high, within);
  EXPECT_EQ(scores.value(metric), score.value);
}

TEST(Metrics, OfTwoClassesAreScikitLearns) {
  const TargetColumn target = classes(2);
  RowScores<double> scores(target, 1, {.rows = 10, .probabilities = true});
  scores.add(4, kPair.data(), kPairAnswers.data());  // rows come in turn
  scores.add(6, kPair.data() + 4, kPairAnswers.data() + 4);
  EXPECT_DOUBLE_EQ(scores.value(Metric::kAccuracy), 0.7);
  EXPECT_DOUBLE_EQ(scores.value(Metric::kBalancedAccuracy), 0.7);
  expect_score(scores, Metric::kLogLoss, 0.4727880339981031, 0.27936687436690066, 0.6662091936293055);
  expect_score(scores, Metric::kAuc, 0.84, 0.5755864025118356, 1);
  expect_score(scores, Metric::kF1, 0.7272727272727273, 0.41429667759428085, 1);
  EXPECT_THAT(scores.confusion(), testing::ElementsAre(3, 2, 1, 4));
}

TEST(Metrics, TwoOutputsOfTwoClassesGiveTheSame) {
  TargetColumn target = classes(2);
  target.one_hot = true;
  Numbers both;
  Numbers targets;
  for (std::size_t n = 0; n < kPair.size(); ++n) {
    both.insert(both.end(), {1 - kPair[n], kPair[n]});
    targets.insert(targets.end(), {1 - kPairAnswers[n], kPairAnswers[n]});
  }
  RowScores<double> scores(target, 2, {.rows = 10, .probabilities = true});
  scores.add(10, both.data(), targets.data());
  expect_score(scores, Metric::kAuc, 0.84, 0.5755864025118356, 1);
  expect_score(scores, Metric::kLogLoss, 0.4727880339981031, 0.27936687436690066, 0.6662091936293055);
}

TEST(Metrics, F1IsThatOfTheClassNamed) {
  const TargetColumn target = classes(2);
  RowScores<double> scores(target, 1, {.rows = 10, .positive_class = 0});
  scores.add(10, kPair.data(), kPairAnswers.data());
  EXPECT_NEAR(scores.value(Metric::kF1), 0.6666666666666666, 1e-15);
  EXPECT_TRUE(std::isnan(scores.value(Metric::kLogLoss)));  // nobody said that these are probabilities
}

TEST(Metrics, OfThreeClassesAreScikitLearnsMacroOnes) {
  const TargetColumn target = classes(3);
  RowScores<double> scores(target, 3, {.rows = 9, .probabilities = true});
  const Numbers targets = one_hot(kThreeAnswers, 3);
  scores.add(9, kThree.data(), targets.data());
  EXPECT_NEAR(scores.value(Metric::kAccuracy), 0.7777777777777778, 1e-15);
  EXPECT_NEAR(scores.value(Metric::kBalancedAccuracy), 0.8055555555555555, 1e-15);
  expect_score(scores, Metric::kLogLoss, 0.7044634801552819, 0.4440954587934, 0.9648315015171638);
  expect_score(scores, Metric::kAuc, 0.9027777777777778, 0.7293522849691835, 1);
  expect_score(scores, Metric::kF1, 0.8055555555555555, 0.5651638977225014, 1);
  EXPECT_THAT(scores.confusion(), testing::ElementsAre(2, 1, 0, 1, 3, 0, 0, 0, 2));
}

TEST(Metrics, OfNumbersAreScikitLearns) {
  const Numbers truth = {1, 2, 4, -3, 0.5, 7};
  const Numbers said = {1.5, 1.75, 3, -2, 0.5, 9};
  const TargetColumn target{.name = "y", .task = Task::kNumbers};
  RowScores<double> scores(target, 1, {.rows = 6});
  scores.add(6, said.data(), truth.data());
  expect_score(scores, Metric::kRmse, 1.0257111354242643, 0, 1.50386742, 1e-8);
  expect_score(scores, Metric::kMae, 0.7916666666666666, 0.22001050450540593, 1.3633228288279273);
  expect_score(scores, Metric::kR2, 0.8896576839038601, 0.810498456122302, 0.9688169116854183);
  const Numbers pinball = {0.5458333333333334, 0.3958333333333333, 0.24583333333333332};
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(scores.quantile_score(0.1 + 0.4 * static_cast<double>(i)).value, pinball[i], 1e-14);
  EXPECT_NEAR(scores.quantile_score(0.9).high, 0.5113393352250454, 1e-9);
  EXPECT_EQ(scores.quantile_score(0.9).low, 0);
}

TEST(Metrics, SeveralOutputsCountTogether) {
  const TargetColumn target{.name = "y", .task = Task::kNumbers, .shift = 5, .divisor = 2};
  const Numbers truth = {0, 1, 2, 3};  // two rows of two outputs: 5, 7 and 9, 11 in the target's units
  const Numbers said = {1, 1, 2, 0};   // errors 2, 0, 0, −6
  RowScores<double> scores(target, 2, {.rows = 2});
  scores.add(2, said.data(), truth.data());
  EXPECT_DOUBLE_EQ(scores.value(Metric::kRmse), std::sqrt(10.0));
  EXPECT_DOUBLE_EQ(scores.value(Metric::kMae), 2);
  EXPECT_DOUBLE_EQ(scores.value(Metric::kR2), 1 - 40.0 / 16);
}

TEST(Metrics, EqualScoresSayNothing) {
  const TargetColumn target = classes(2);
  RowScores<double> scores(target, 1, {.rows = 10});
  scores.add(10, Numbers(10, 0.5).data(), kPairAnswers.data());
  expect_score(scores, Metric::kAuc, 0.5, 0.5, 0.5);
}

TEST(Metrics, OfOneClassAloneHaveNoAuc) {
  const TargetColumn target = classes(2);
  RowScores<double> scores(target, 1, {.rows = 3, .probabilities = true});
  scores.add(3, kPair.data(), Numbers{0, 0, 0}.data());
  EXPECT_TRUE(std::isnan(scores.score(Metric::kAuc).value));
  EXPECT_TRUE(std::isnan(scores.score(Metric::kF1).value));  // class 1 neither occurs nor is said
  EXPECT_EQ(scores.value(Metric::kBalancedAccuracy), 1);
}

TEST(Metrics, OfOneRowHaveNoInterval) {
  const TargetColumn target = classes(2);
  RowScores<double> scores(target, 1, {.rows = 1, .probabilities = true});
  scores.add(1, kPair.data(), kPairAnswers.data());
  EXPECT_NEAR(scores.value(Metric::kLogLoss), -std::log(0.9), 1e-15);
  EXPECT_TRUE(std::isnan(scores.score(Metric::kLogLoss).low));
  EXPECT_GT(scores.score(Metric::kAccuracy).high, scores.score(Metric::kAccuracy).low);  // Wilson's is one even then
}

TEST(Metrics, AConfidentMistakeCostsWhatThePrecisionCanTell) {
  const TargetColumn target = classes(2);
  const Numbers one = {1, 1};
  RowScores<double> in_double(target, 1, {.rows = 2, .probabilities = true});
  in_double.add(2, one.data(), Numbers{0, 1}.data());
  EXPECT_NEAR(in_double.value(Metric::kLogLoss), 18.021826694558577, 1e-12);
  const std::vector<float> one_float = {1, 1};
  RowScores<float> in_float(target, 1, {.rows = 2, .probabilities = true});
  in_float.add(2, one_float.data(), std::vector<float>{0, 1}.data());
  EXPECT_NEAR(in_float.value(Metric::kLogLoss), 7.971192359924316, 1e-6);
}

TEST(Metrics, AreFoundByName) {
  for (const Task task : {Task::kClasses, Task::kNumbers}) {
    for (const Metric metric : metrics_of(task)) {
      EXPECT_EQ(metric_named(name(metric)), metric);
      EXPECT_EQ(task_of(metric), task);
    }
    EXPECT_EQ(task_of(default_metric(task)), task);
  }
  EXPECT_EQ(thrown([] { metric_named("roc"); }),
            "UsageError: unknown metric 'roc'; known: accuracy, balanced_accuracy, log_loss, auc, f1, rmse, mae, r2, "
            "subset_accuracy, micro_f1, loss");
}

TEST(TrainingMetric, ChoosesTheBestEpoch) {
  const auto parts = split(sectors(400), {.test = 0.5});
  for (const Metric metric : metrics_of(Task::kClasses)) {
    SCOPED_TRACE(name(metric));
    TrainOptions options = small_options();
    options.epochs = 40;
    options.metric = metric;
    const TrainResult result = train(parts.train, parts.test, options);
    EXPECT_EQ(result.metric, metric);
    // What the history says of the best epoch is what evaluate() says of its weights, and no epoch has a better score.
    const double best = result.epoch(result.best_epoch)->validation_score;
    EXPECT_EQ(best, evaluate(result.model, parts.test).score(metric).value);
    for (const EpochReport& epoch : result.history) {
      EXPECT_TRUE(larger_is_better(metric) ? epoch.validation_score <= best : epoch.validation_score >= best);
    }
  }
}

TEST(TrainingMetric, OfProbabilitiesTurnsLabelSmoothingOff) {
  const auto smoothing = [](std::optional<Metric> metric, std::optional<double> given) {
    TrainOptions options = small_options();
    options.metric = metric;
    options.label_smoothing = given;
    return train(sectors(100), options).model.loss.label_smoothing;
  };
  EXPECT_EQ(smoothing({}, {}), 0.1);
  EXPECT_EQ(smoothing(Metric::kAccuracy, {}), 0.1);
  EXPECT_EQ(smoothing(Metric::kLogLoss, {}), 0);
  EXPECT_EQ(smoothing(Metric::kAuc, {}), 0);
  EXPECT_EQ(smoothing(Metric::kAuc, 0.2), 0.2);
}

TEST(TrainingMetric, MustFitTheTargetAndHaveRows) {
  TrainOptions options = small_options();
  options.metric = Metric::kAuc;
  EXPECT_EQ(thrown([&] { train(curve(100), options); }),
            "UsageError: metric auc needs a target of classes, 'y' holds numbers");
  options.validation = 0;
  EXPECT_EQ(thrown([&] { train(sectors(100), options); }),
            "UsageError: metric is auc, but there are no validation rows to measure it on");
  EXPECT_EQ(thrown([&] { evaluate(train(sectors(100), small_options()).model, sectors(9)).score(Metric::kRmse); }),
            "UsageError: metric rmse is of numbers, the target holds classes");
}

TEST(Evaluate, RefusesAPositiveClassOrQuantileThatCannotBe) {
  const Model three = train(sectors(100), small_options()).model;
  const auto refusal = [&](const EvaluateOptions& options) {
    return thrown([&] { evaluate(three, sectors(9), options); });
  };
  EXPECT_EQ(refusal({.positive_class = "1"}),
            "UsageError: positive_class is '1', which two classes have; 'class' has 3 classes");
  EXPECT_EQ(refusal({.quantiles = {0.5}}), "UsageError: quantiles are of numbers, 'class' has classes");
  const Model number = train(curve(100), small_options()).model;
  EXPECT_EQ(thrown([&] { evaluate(number, curve(9), {.quantiles = {1}}); }),
            "UsageError: quantiles is 1, expected numbers above 0 and below 1");
  EXPECT_EQ(evaluate(number, curve(9), {.quantiles = {0.5}}).quantiles.at(0).value, evaluate(number, curve(9)).mae / 2);
}

}  // namespace
}  // namespace bprop
