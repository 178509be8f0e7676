// SPDX-License-Identifier: Apache-2.0
//
// Losses with a say about the target and the outputs: counts, quantiles, variances, margins, hard rows. Scores against
// scikit-learn 1.9.1 and scipy 1.17.1 (norm.logpdf) on the same rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/check.h"
#include "bprop/held_out.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Numbers = std::vector<double>;

Dataset four_rows() { return make_dataset({"x", "y"}, Numbers{0, 1, 1, 2, -1, 0, 2, 9}, "y"); }

// Counts of the rate e^u, u in [−1, 1): the n with P(count < n) ≤ chance < P(count ≤ n).
Dataset counts(std::size_t rows) {
  const Numbers drawn = random_matrix<double>(3, rows, 2);
  Numbers cells;
  for (std::size_t n = 0; n < rows; ++n) {
    const double u = drawn[2 * n];
    const double chance = (drawn[2 * n + 1] + 1) / 2;
    double p = std::exp(-std::exp(u));
    double count = 0;
    for (double sum = p; sum < chance && count < 100; sum += p) p *= std::exp(u) / ++count;
    cells.insert(cells.end(), {u, count});
  }
  return make_dataset({"u", "y"}, cells, "y");
}

TrainOptions with(Loss loss) {
  TrainOptions options = small_options();
  options.loss = loss;
  return options;
}

TEST_F(TemporaryFolder, LossesOfNumbersComeBackFromTheirFilesWithEqualPredictions) {
  for (const Loss loss : {Loss::kPoisson, Loss::kQuantile, Loss::kGaussianNll}) {
    TrainOptions options = with(loss);
    if (loss == Loss::kQuantile) options.quantiles = Numbers{0.1, 0.5, 0.9};
    const Model model = train(counts(80), options).model;
    save(model, at("model"));
    const Model again = load_model(at("model"));
    EXPECT_EQ(again.loss.quantiles, model.loss.quantiles);
    EXPECT_EQ(*again.preprocessing, *model.preprocessing) << rule(loss).name;
    EXPECT_EQ(predict(again, counts(20)).values, predict(model, counts(20)).values);
  }
}

TEST(Poisson, FindsTheRateOfEachRow) {
  TrainOptions options = with(Loss::kPoisson);
  options.epochs = 60;
  const TrainResult result = train(counts(2000), options);
  EXPECT_EQ(result.metric, Metric::kLoss);
  const TargetColumn& target = result.model.preprocessing->target;
  EXPECT_EQ(target.task, Task::kNumbers);
  EXPECT_EQ(target.shift, 0);
  EXPECT_DOUBLE_EQ(target.divisor, *target.mean);
  const Dataset new_rows = make_dataset({"u"}, Numbers{-1, 0, 1}, "");
  const Predictions rates = predict(result.model, new_rows);
  EXPECT_NEAR(rates.values[0], std::exp(-1), 0.15);
  EXPECT_NEAR(rates.values[1], 1, 0.15);
  EXPECT_NEAR(rates.values[2], std::exp(1), 0.35);
  EXPECT_THAT(rates.parts, IsEmpty());
}

TEST(Poisson, RefusesACountBelowZeroWithItsRow) {
  const Dataset wrong = make_dataset({"u", "y"}, Numbers{1, 2, 2, 0, 3, -1, 4, 5}, "y");
  EXPECT_THAT(thrown([&] { (void)train(wrong, wrong.select({}), with(Loss::kPoisson)); }),
              HasSubstr("row 3, column 'y': the target is -1, expected a count, 0 or more, as the loss poisson needs"));
  const Model model = train(counts(40), with(Loss::kPoisson)).model;
  EXPECT_THAT(thrown([&] { (void)evaluate(model, wrong); }), HasSubstr("the target is -1"));
}

TEST(Poisson, HasScikitLearnsDeviance) {
  const Model model = model_from_toml(
      "layers = \"1 -> 1 exp\"\nweights = [[[0.8]]]\nbiases = [[0.5]]\n"
      "loss = \"poisson\"\n");
  const Evaluation e = evaluate(model, four_rows());
  ASSERT_EQ(e.loss_scores.size(), 1);
  EXPECT_EQ(e.loss_scores[0].name, "poisson_deviance");
  EXPECT_NEAR(e.loss_scores[0].value, 0.6931608143573025, 1e-14);
  EXPECT_LT(e.loss_scores[0].low, e.loss_scores[0].value);
}

TEST(Quantile, HasAnOutputALevelWithScikitLearnsPinballLossAndCoverage) {
  const Model model = model_from_toml(
      "layers = \"1 -> 2\"\nweights = [[[1], [2]]]\nbiases = [[-1, 1.5]]\n"
      "loss = \"quantile\"\nquantiles = [0.1, 0.9]\n");
  EXPECT_THAT(predict(model, four_rows()).parts, ElementsAre("q0.1", "q0.9"));
  const Evaluation e = evaluate(model, four_rows().select({0, 1, 3}));
  ASSERT_EQ(e.loss_scores.size(), 3);
  EXPECT_EQ(e.loss_scores[0].name, "pinball_loss_0.1");
  // By hand: y − q = 2, 2, 8 under 0.1; −0.5, −1.5, 3.5 under 0.9.
  EXPECT_NEAR(e.loss_scores[0].value, 0.1 * 12 / 3, 1e-15);
  EXPECT_NEAR(e.loss_scores[1].value, (0.1 * 0.5 + 0.1 * 1.5 + 0.9 * 3.5) / 3, 1e-15);
  EXPECT_EQ(e.loss_scores[2].name, "coverage_0.1_0.9");
  EXPECT_NEAR(e.loss_scores[2].value, 2.0 / 3, 1e-15);
}

TEST(Quantile, PutsLevelsThatCrossInOrder) {
  const Model model = model_from_toml(
      "layers = \"1 -> 3 no-bias\"\nweights = [[[1], [0.5], [-1]]]\n"
      "loss = \"quantile\"\nquantiles = [0.1, 0.5, 0.9]\n");
  EXPECT_THAT(predict(model, four_rows()).values, ElementsAre(0, 0, 0, -1, 0.5, 1, -1, -0.5, 1, -2, 1, 2));
  // RMSE is of the median's place: 0, 0.5, −0.5, 1 against 1, 2, 0, 9.
  EXPECT_NEAR(evaluate(model, four_rows()).rmse, std::sqrt((1 + 2.25 + 0.25 + 64) / 4), 1e-14);
}

TEST(Quantile, HasTheShareOfTargetsBelowItThatItsLevelSays) {
  TrainOptions options = with(Loss::kQuantile);
  options.quantiles = Numbers{0.2, 0.5, 0.8};
  options.epochs = 60;
  const Numbers drawn = random_matrix<double>(5, 1500, 2);
  Numbers cells;
  for (std::size_t n = 0; n < 1500; ++n) cells.insert(cells.end(), {drawn[2 * n], 40 + 7 * drawn[2 * n + 1]});
  const Dataset noise = make_dataset({"u", "y"}, cells, "y");
  const Model model = train(noise, options).model;
  const Predictions p = predict(model, noise);
  for (std::size_t k = 0; k < 3; ++k) {
    double below = 0;
    for (std::size_t n = 0; n < p.rows; ++n) below += cells[2 * n + 1] < p.values[3 * n + k] ? 1 : 0;
    EXPECT_NEAR(below / 1500, (*options.quantiles)[k], 0.05) << k;
  }
}

TEST(Gaussian, HasTheDensityOfScipyAndItsCoverage) {
  const Model model = model_from_toml(
      "layers = \"1 -> 2\"\nweights = [[[2], [0.25]]]\nbiases = [[1, -0.5]]\n"
      "loss = \"gaussian_nll\"\n");
  const Predictions p = predict(model, four_rows());
  EXPECT_THAT(p.parts, ElementsAre("mean", "sd"));
  EXPECT_DOUBLE_EQ(p.values[0], 1);
  EXPECT_NEAR(p.values[1], 0.7788007830714049, 1e-15);
  const Evaluation e = evaluate(model, four_rows());
  ASSERT_EQ(e.loss_scores.size(), 2);
  EXPECT_NEAR(e.loss_scores[0].value, 3.1565667123672245, 1e-14);
  EXPECT_NEAR(e.loss, e.loss_scores[0].value - 0.5 * std::log(2 * M_PI), 1e-14);
  EXPECT_EQ(e.loss_scores[1].value, 0.75);
  EXPECT_NEAR(e.rmse, std::sqrt((0 + 1 + 1 + 16) / 4.0), 1e-14);
}

// Noise of 0.5 on the left, 3 on the right, around 100.
TEST(Gaussian, FindsTheSpreadOfEachRowInTheTargetsUnits) {
  const Numbers drawn = random_matrix<double>(5, 3000, 2);
  Numbers cells;
  for (std::size_t n = 0; n < 3000; ++n) {
    const double u = drawn[2 * n] < 0 ? -1 : 1;
    cells.insert(cells.end(), {u, 100 + 5 * u + (u < 0 ? 0.5 : 3) * drawn[2 * n + 1]});
  }
  TrainOptions options = with(Loss::kGaussianNll);
  options.epochs = 30;
  const Model model = train(make_dataset({"u", "y"}, cells, "y"), options).model;
  const Predictions p = predict(model, make_dataset({"u"}, Numbers{-1, 1}, ""));
  const double of_noise = 1 / std::sqrt(3.0);  // the spread of evenly spread numbers from −1 to 1
  EXPECT_NEAR(p.values[0], 95, 0.2);
  EXPECT_NEAR(p.values[1], 0.5 * of_noise, 0.1);
  EXPECT_NEAR(p.values[2], 105, 0.4);
  EXPECT_NEAR(p.values[3], 3 * of_noise, 0.3);
}

TEST(Hinge, SaysClassesByTheSignAndNoProbabilities) {
  const Model model = model_from_toml("layers = \"1 -> 1 no-bias\"\nweights = [[[1]]]\nloss = \"hinge\"\n");
  // Margins 0.5, −2, 1.5, −0.25 of classes 1, 0, 0, 1: scikit-learn's hinge_loss.
  const Dataset rows = make_dataset({"x", "class"}, Numbers{0.5, 1, -2, 0, 1.5, 0, -0.25, 1}, "class");
  const Predictions p = predict(model, rows);
  EXPECT_FALSE(p.probabilities);
  EXPECT_THAT(p.chosen, ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(p.values, ElementsAre(-0.5, 0.5, 2, -2, -1.5, 1.5, 0.25, -0.25));
  const Evaluation e = evaluate(model, rows);
  EXPECT_DOUBLE_EQ(e.loss, 1.0625);
  EXPECT_EQ(e.accuracy, 0.5);
  EXPECT_TRUE(std::isnan(e.score(Metric::kLogLoss).value));
  EXPECT_EQ(e.score(Metric::kAuc).value, 0.5);
  EXPECT_THAT(held_out(model, rows).bins, IsEmpty());
}

TEST(Hinge, HasNeitherLogLossNorTemperatureNorSmoothLabels) {
  TrainOptions options = with(Loss::kHinge);
  options.metric = Metric::kLogLoss;
  EXPECT_THAT(thrown([&] { (void)train(sectors(60), options); }), HasSubstr("metric log_loss needs probabilities"));
  options = with(Loss::kHinge);
  options.calibrate = true;
  EXPECT_THAT(thrown([&] { (void)train(sectors(60), options); }), HasSubstr("the loss hinge has none"));
  options = with(Loss::kHinge);
  options.label_smoothing = 0.1;
  EXPECT_THAT(thrown([&] { (void)train(sectors(60), options); }), HasSubstr("has no labels to smooth"));
  options = with(Loss::kHinge);
  options.epochs = 40;
  EXPECT_GT(evaluate(train(sectors(300), options).model, sectors(300)).accuracy, 0.9);
}

TEST(Focal, IsTheCrossEntropyTimesThePowerOfWhatIsMissing) {
  const Numbers s = {0.3, -1.2, 2.0};
  const Numbers y = {0, 0, 1};
  DoubleNetwork network(Architecture::parse("3 -> 3 softmax no-bias"), {.initializer = Initializer::kZeros});
  network.set_weights(0, Numbers{1, 0, 0, 0, 1, 0, 0, 0, 1});
  const double plain = loss<double>(network, s, y, {.loss = Loss::kCrossEntropy});
  const double p = std::exp(-plain);
  for (const double gamma : {0.5, 1.0, 2.0, 5.0}) {
    EXPECT_NEAR(loss<double>(network, s, y, {.loss = Loss::kFocal, .focal_gamma = gamma}),
                std::pow(1 - p, gamma) * plain, 1e-15);
  }
  EXPECT_NEAR(loss<double>(network, s, y, {.loss = Loss::kFocal, .focal_gamma = 1e-12}), plain, 1e-11);
  // Lin et al. 2017, section 3.2: at γ = 2 an example of p = 0.9 counts 100 times less.
  EXPECT_NEAR(rule(Loss::kBinaryFocal).value(std::log(9), 1, 2) * 100, -std::log(0.9), 1e-15);
  EXPECT_NEAR(rule(Loss::kBinaryFocal).value(-std::log(9), 0, 2) * 100, -std::log(0.9), 1e-15);
}

TEST(Focal, TrainsBothKindsAndKeepsItsGamma) {
  for (const Loss loss : {Loss::kFocal, Loss::kBinaryFocal}) {
    TrainOptions options = with(loss);
    options.focal_gamma = 1.5;
    options.label_smoothing = 0.05;
    options.epochs = 40;
    const Dataset data = loss == Loss::kFocal
                             ? sectors(300)
                             : make_dataset({"x", "class"}, Numbers{0, 0, 1, 0, 2, 1, 3, 1, 4, 1, 1, 0}, "class");
    const Model model = train(data, data, options).model;
    EXPECT_EQ(model.loss.focal_gamma, 1.5);
    EXPECT_TRUE(predict(model, data).probabilities);
    EXPECT_GT(evaluate(model, data).accuracy, 0.9) << rule(loss).name;
  }
}

TEST(Losses, RefuseATargetAnOutputAndANumberThatCannotBe) {
  EXPECT_EQ(thrown([] { (void)train(curve(40), with(Loss::kFocal)); }),
            "UsageError: loss focal needs a target of classes, 'y' holds numbers (--task classes makes them classes)");
  TrainOptions classes = with(Loss::kGaussianNll);
  classes.task = Task::kClasses;
  EXPECT_EQ(thrown([&] { (void)train(sectors(40), classes); }),
            "UsageError: loss gaussian_nll needs a target of numbers, 'class' holds classes");
  TrainOptions wrong = with(Loss::kQuantile);
  wrong.quantiles = Numbers{0.5, 0.5};
  EXPECT_EQ(thrown([&] { (void)train(curve(40), wrong); }),
            "UsageError: quantiles is 0.5, expected ascending numbers above 0 and below 1");
  wrong = with(Loss::kFocal);
  wrong.focal_gamma = 0;
  EXPECT_EQ(thrown([&] { (void)train(sectors(40), wrong); }),
            "UsageError: focal_gamma is 0, expected a number above 0");
  const DoubleNetwork three(Architecture::parse("1 -> 3"), {});
  EXPECT_EQ(thrown([&] { (void)gradients<double>(three, Numbers{1}, Numbers{1, 1, 1}, {.loss = Loss::kGaussianNll}); }),
            "UsageError: loss gaussian_nll takes 2 outputs a target, mean and log-variance, the network has 3");
  const Model plain = train(curve(40), small_options()).model;
  EXPECT_EQ(thrown([&] { (void)train_from(plain, curve(40), curve(8), with(Loss::kGaussianNll)); }),
            "UsageError: loss gaussian_nll has 2 outputs for the target 'y', the network has 1");
  EXPECT_THAT(thrown([&] { (void)train_from(plain, curve(40), curve(8), with(Loss::kPoisson)); }),
              HasSubstr("loss poisson needs counts"));
}

}  // namespace
}  // namespace bprop
