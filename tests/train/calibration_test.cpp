// SPDX-License-Identifier: Apache-2.0
//
// The temperature: where it can be worked out by hand, against a search of another kind, and what it changes.
#include "bprop/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "checkpoint/model_description.h"
#include "checkpoint/temporary_folder.h"
#include "train/calibrate.h"
#include "train/tables.h"

namespace bprop {
namespace {

using training::best_temperature;
using Numbers = std::vector<double>;
using Answers = std::vector<std::uint32_t>;

TEST(Temperature, MakesOneScoreSayTheShareOfRowsThatAreRight) {
  // Four rows with the score 3 for class 1, three of them right: p = ¾ needs 3 / T = ln 3.
  const auto found = best_temperature<double>(Numbers{3, 3, 3, 3}, Answers{1, 1, 0, 1}, 1);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->temperature, 3 / std::log(3.0), 1e-12);
  EXPECT_NEAR(found->log_loss_after, -0.75 * std::log(0.75) - 0.25 * std::log(0.25), 1e-14);
  EXPECT_NEAR(found->log_loss_before, std::log(1 + std::exp(-3.0)) + 3.0 / 4, 1e-14);
}

TEST(Temperature, OfTwoOutputsIsThatOfTheirDifference) {
  const auto found = best_temperature<double>(Numbers{7, 10, 1, 4, -3, 0, 2, 5}, Answers{1, 1, 0, 1}, 2);
  EXPECT_NEAR(found.value().temperature, 3 / std::log(3.0), 1e-12);
}

double log_loss_at(const Numbers& z, const Answers& answers, std::size_t classes, double temperature) {
  double sum = 0;
  for (std::size_t n = 0; n < answers.size(); ++n) {
    const double right = z[n * classes + answers[n]];
    double total = 0;
    double largest = right;
    for (std::size_t k = 0; k < classes; ++k) largest = std::max(largest, z[n * classes + k]);
    for (std::size_t k = 0; k < classes; ++k) total += std::exp((z[n * classes + k] - largest) / temperature);
    sum += std::log(total) + (largest - right) / temperature;
  }
  return sum / static_cast<double>(answers.size());
}

TEST(Temperature, IsTheLikeliestOfAFineGrid) {
  for (const double size : {0.5, 4.0, 60.0}) {  // too unsure of itself, too sure, far too sure
    Numbers z = random_matrix<double>(5, 40, 4);
    Answers answers;
    for (std::size_t n = 0; n < 40; ++n) {
      const auto row = z.begin() + static_cast<std::ptrdiff_t>(4 * n);
      const auto likeliest = std::max_element(row, row + 4) - row;
      answers.push_back(static_cast<std::uint32_t>(n % 3 == 0 ? n % 4 : static_cast<std::size_t>(likeliest)));
    }
    for (double& score : z) score *= size;
    const auto found = best_temperature<double>(z, answers, 4);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->log_loss_after, log_loss_at(z, answers, 4, found->temperature), 1e-12);
    EXPECT_NEAR(found->log_loss_before, log_loss_at(z, answers, 4, 1), 1e-12);
    for (double t = 0.02; t < 90; t *= 1.01) {
      ASSERT_LE(found->log_loss_after, log_loss_at(z, answers, 4, t) + 1e-14) << "T = " << t;
    }
  }
}

TEST(Temperature, IsNoneWhereEveryRowIsRightOrNothingIsKnown) {
  EXPECT_FALSE(best_temperature<double>(Numbers{1, -2, 3}, Answers{1, 0, 1}, 1));  // the cooler the better
  EXPECT_FALSE(best_temperature<double>(Numbers{1, -2, 3}, Answers{0, 1, 0}, 1));  // the hotter the better
  EXPECT_FALSE(best_temperature<double>(Numbers{0, 0, 0}, Answers{1, 0, 1}, 1));   // no score says anything
  EXPECT_FALSE(best_temperature<double>(Numbers{std::nan("")}, Answers{1}, 1));
}

// Classes with noise, so that validation rows are wrong now and then.
Dataset noisy(std::size_t rows, std::size_t classes, std::uint64_t seed = 1) {
  const Dataset plain = sectors(rows, seed);
  Numbers cells;
  for (std::size_t n = 0; n < rows; ++n) {
    const double label = n % 5 == 0 ? static_cast<double>(n / 5 % classes) : plain.cell(n, 2);
    cells.insert(cells.end(), {plain.cell(n, 0), plain.cell(n, 1), std::min(label, static_cast<double>(classes - 1))});
  }
  return make_dataset({"u", "v", "class"}, cells, "class");
}

TrainOptions overfitting() {
  TrainOptions options = small_options();
  options.layers = "32 tanh";
  options.epochs = 200;
  options.optimizer = Adam{.learning_rate = 0.03};
  options.schedule = Schedule{};
  options.label_smoothing = 0;
  options.keep_best = false;
  return options;
}

TEST(Calibration, ImprovesTheLogLossOfTheValidationRowsAndChangesNoClass) {
  for (const std::size_t classes : {2U, 3U}) {
    const auto parts = split(noisy(300, classes), {.test = 0.4});
    TrainOptions options = overfitting();
    const TrainResult plain = train(parts.train, parts.test, options);
    options.calibrate = true;
    const TrainResult calibrated = train(parts.train, parts.test, options);
    EXPECT_FALSE(plain.calibration);
    ASSERT_TRUE(calibrated.calibration);
    EXPECT_EQ(all_weights(plain.model), all_weights(calibrated.model));
    EXPECT_GT(calibrated.model.temperature, 1);
    EXPECT_EQ(calibrated.model.temperature, calibrated.calibration->temperature);
    const Evaluation before = evaluate(plain.model, parts.test);
    const Evaluation after = evaluate(calibrated.model, parts.test);
    EXPECT_NEAR(before.loss, calibrated.calibration->log_loss_before, 1e-5 * before.loss);
    EXPECT_NEAR(after.loss, calibrated.calibration->log_loss_after, 1e-5 * after.loss);
    EXPECT_NEAR(after.score(Metric::kLogLoss).value, calibrated.calibration->log_loss_after, 1e-5 * after.loss);
    EXPECT_LT(after.loss, 0.9 * before.loss);
    EXPECT_EQ(after.accuracy, before.accuracy);
    const Predictions p = predict(plain.model, parts.test);
    const Predictions q = predict(calibrated.model, parts.test);
    EXPECT_EQ(p.chosen, q.chosen);
    // p of a class against p of another, to the power of 1/T, is what it has become.
    const double was = std::log(p.values[0] / p.values[1]);
    EXPECT_NEAR(std::log(q.values[0] / q.values[1]), was / calibrated.model.temperature, 1e-4 * std::fabs(was));
  }
}

class CalibratedFile : public TemporaryFolder {};

TEST_F(CalibratedFile, KeepsTheTemperatureWhichMoreTrainingForgets) {
  const auto parts = split(noisy(300, 3), {.test = 0.4});
  TrainOptions options = overfitting();
  options.calibrate = true;
  const Model model = train(parts.train, parts.test, options).model;
  const std::string path = (folder_ / "model.safetensors").string();
  save(model, path);
  const Model loaded = load_model(path);
  EXPECT_EQ(loaded.temperature, model.temperature);
  EXPECT_EQ(predict(loaded, parts.test).values, predict(model, parts.test).values);
  options.calibrate = false;
  options.epochs = 1;
  EXPECT_EQ(train_from(model, parts.train, parts.test, options).model.temperature, 1);
  Model wrong = model;
  wrong.temperature = 0;
  EXPECT_EQ(thrown([&] { save(wrong, path); }), "UsageError: [save] temperature is 0, expected a number above 0");
}

TEST(CalibratedModel, OfATemperatureThatCannotBeIsRefused) {
  Model model{.network = Network(Architecture::parse("1 -> 1"))};
  EXPECT_EQ(checkpoint::description_text(model).find("temperature"), std::string::npos);  // 1 is not written
  model.temperature = 2;
  std::string text = checkpoint::description_text(model);
  EXPECT_EQ(checkpoint::parse_description(text, "m").value_or_throw().temperature, 2);
  const std::size_t at = text.find("\"temperature\":2");
  ASSERT_NE(at, std::string::npos);
  text.insert(at + 14, "-");
  EXPECT_THAT(thrown([&] { checkpoint::parse_description(text, "m").value_or_throw(); }),
              testing::EndsWith("has the temperature -2, expected a number above 0"));
}

TEST(Calibration, SaysWhyThereIsNone) {
  TrainOptions options = small_options();
  options.calibrate = true;
  options.epochs = 100;
  Numbers cells;
  for (int n = 0; n < 40; ++n) cells.insert(cells.end(), {n - 19.5, n < 20 ? 0.0 : 1.0});
  const TrainResult result = train(make_dataset({"x", "class"}, cells, "class"), options);
  EXPECT_FALSE(result.calibration);
  EXPECT_EQ(result.model.temperature, 1);
  EXPECT_THAT(result.warnings, testing::Contains(testing::HasSubstr("no temperature")));
}

TEST(Calibration, NeedsValidationRowsAndProbabilities) {
  TrainOptions options = small_options();
  options.calibrate = true;
  EXPECT_EQ(thrown([&] { train(curve(50), options); }),
            "UsageError: calibrate is temperature, which divides the scores of classes; the loss half_squared_error "
            "has none");
  options.validation = 0;
  EXPECT_EQ(thrown([&] { train(sectors(50), options); }),
            "UsageError: calibrate is temperature, but there are no validation rows to find it on");
}

}  // namespace
}  // namespace bprop
