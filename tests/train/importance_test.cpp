// SPDX-License-Identifier: Apache-2.0
#include "bprop/importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/random.h"
#include "bprop/error.h"
#include "bprop/evaluate.h"
#include "train/tables.h"

namespace bprop {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// The same table with each cell of `column` taken from row source(n).
template <class Source>
Dataset with_column_from(const Dataset& data, std::size_t column, const Source& source, double shift = 0) {
  std::vector<std::string> names;
  for (const Column& c : data.columns()) names.push_back(c.name);
  std::vector<double> cells;
  for (std::size_t n = 0; n < data.rows(); ++n) {
    for (std::size_t c = 0; c < names.size(); ++c) {
      cells.push_back(c == column ? data.cell(source(n), c) + shift : data.cell(n, c));
    }
  }
  return make_dataset(names, cells, names[*data.target()]);
}

// u with missing cells, so that it is two inputs.
Dataset with_missing(const Dataset& data) {
  std::vector<double> cells;
  for (std::size_t n = 0; n < data.rows(); ++n) {
    for (std::size_t c = 0; c < 3; ++c) cells.push_back(c == 0 && n % 7 == 0 ? kMissing : data.cell(n, c));
  }
  return make_dataset({"u", "v", data.columns()[2].name}, cells, data.columns()[2].name);
}

TrainOptions in_double() {
  TrainOptions options = small_options();
  options.precision = Precision::kDouble;
  options.epochs = 30;
  return options;
}

// A plain loop over tables whose cells have changed places, each scored by evaluate().
void expect_drops_of_a_plain_loop(const Dataset& rows, const Model& model, Metric metric) {
  const ImportanceOptions options{.gradient = false, .metric = metric, .repeats = 3, .seed = 5};
  const Importance found = importance(model, rows, options);
  const double before = evaluate(model, rows).score(metric).value;
  EXPECT_NEAR(found.score, before, 1e-12);
  ASSERT_EQ(found.columns.size(), 2);
  for (std::size_t c = 0; c < 2; ++c) {
    double sum = 0;
    double squares = 0;
    for (std::uint32_t repeat = 0; repeat < 3; ++repeat) {
      const Permutation order({.seed = 5, .purpose = Purpose::kImportance, .epoch = repeat}, rows.rows());
      const Dataset shuffled = with_column_from(rows, c, order);
      const double after = evaluate(model, shuffled).score(metric).value;
      const double drop = larger_is_better(metric) ? before - after : after - before;
      sum += drop;
      squares += drop * drop;
    }
    EXPECT_NEAR(found.columns[c].drop, sum / 3, 1e-12) << c;
    EXPECT_NEAR(found.columns[c].deviation, std::sqrt((squares - sum * sum / 3) / 2), 1e-7) << c;
    EXPECT_GT(found.columns[c].drop, 0) << c;
    EXPECT_TRUE(std::isnan(found.columns[c].gradient));
  }
}

TEST(Importance, DropsOfClassesAreThoseOfAPlainLoopOverPermutedTables) {
  const Model model = train(sectors(200), in_double()).model;
  expect_drops_of_a_plain_loop(sectors(120, 7), model, Metric::kAccuracy);
  expect_drops_of_a_plain_loop(sectors(120, 7), model, Metric::kLogLoss);
}

TEST(Importance, AllInputsOfAColumnArePermutedTogether) {
  const Model model = train(with_missing(curve(200)), in_double()).model;
  ASSERT_EQ(model.architecture().inputs(), 3);
  expect_drops_of_a_plain_loop(with_missing(curve(120, 7)), model, Metric::kRmse);
}

// Central differences of what predict() says, in the cells' own units.
double gradient_by_differences(const Model& model, const Dataset& rows, std::size_t column) {
  constexpr double kStep = 1e-5;
  const auto itself = [](std::size_t n) { return n; };
  const Predictions more = predict(model, with_column_from(rows, column, itself, kStep));
  const Predictions less = predict(model, with_column_from(rows, column, itself, -kStep));
  double slopes = 0;
  for (std::size_t i = 0; i < more.values.size(); ++i) slopes += std::fabs(more.values[i] - less.values[i]);
  double mean = 0;
  double squares = 0;
  const auto count = static_cast<double>(rows.rows());
  for (std::size_t n = 0; n < rows.rows(); ++n) mean += rows.cell(n, column) / count;
  for (std::size_t n = 0; n < rows.rows(); ++n) squares += std::pow(rows.cell(n, column) - mean, 2) / count;
  return (more.classes.empty() ? 1 : 0.5) * slopes / (2 * kStep) / count * std::sqrt(squares);
}

void expect_gradients_of_differences(const Model& model, const Dataset& rows) {
  const Importance found = importance(model, rows, {.permutation = false});
  for (std::size_t c = 0; c < 2; ++c) {
    const double expected = gradient_by_differences(model, rows, c);
    EXPECT_GT(expected, 0.01);
    EXPECT_NEAR(found.columns[c].gradient, expected, 1e-6 * expected) << c;
    EXPECT_TRUE(std::isnan(found.columns[c].drop));
  }
}

TEST(Importance, GradientsOfNumbersAreDifferencesInTheTargetsOwnUnits) {
  expect_gradients_of_differences(train(curve(200), in_double()).model, curve(90, 7));
}

// 300 rows: more than are worked on at a time.
TEST(Importance, GradientsOfProbabilitiesAreDifferencesAtTheModelsTemperature) {
  Model model = train(sectors(200), in_double()).model;
  expect_gradients_of_differences(model, sectors(300, 7));
  model.temperature = 2.5;
  expect_gradients_of_differences(model, sectors(50, 7));
}

TEST(Importance, GradientsOfOneSigmoidAreThoseOfItsProbability) {
  TrainOptions options = in_double();
  options.layers = "2 -> 6 tanh -> 1 sigmoid";
  const auto upper = [](const Dataset& data) {
    std::vector<double> cells;
    for (std::size_t n = 0; n < data.rows(); ++n) {
      for (const double cell : {data.cell(n, 0), data.cell(n, 1), data.cell(n, 2) > 10 ? 1.0 : 0.0}) {
        cells.push_back(cell);
      }
    }
    return make_dataset({"u", "v", "upper"}, cells, "upper");
  };
  const Model model = train(upper(curve(200)), options).model;
  ASSERT_EQ(model.architecture().outputs(), 1);
  expect_gradients_of_differences(model, upper(curve(60, 7)));
}

TEST(Importance, GradientsInFloatAreThoseInDoubleToItsPrecision) {
  const TrainOptions options = small_options();
  const Model model = train(curve(200), options).model;
  Model exact = model;
  const auto& network = std::get<Network>(model.network);
  DoubleNetwork wide(network.architecture());
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    const std::vector<float> w = network.weights(k);
    const std::vector<float> b = network.bias(k);
    wide.set_weights(k, std::vector<double>(w.begin(), w.end()));
    wide.set_bias(k, std::vector<double>(b.begin(), b.end()));
  }
  exact.network = wide;
  const Importance single = importance(model, curve(90, 7), {.permutation = false});
  const Importance twice = importance(exact, curve(90, 7), {.permutation = false});
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(single.columns[c].gradient, twice.columns[c].gradient, 1e-5 * twice.columns[c].gradient);
  }
}

// u, noise, and a copy of the target.
Dataset with_copy(std::size_t rows, std::uint64_t seed) {
  const Dataset data = curve(rows, seed);
  const std::vector<double> noise = random_matrix<double>(seed + 100, rows, 1);
  std::vector<double> cells;
  for (std::size_t n = 0; n < rows; ++n) {
    for (const double cell : {data.cell(n, 0), noise[n], data.cell(n, 2), data.cell(n, 2)}) cells.push_back(cell);
  }
  return make_dataset({"u", "noise", "copy", "y"}, cells, "y");
}

TEST(Importance, ACopyOfTheTargetComesFirstAndNoiseWithinTwoDeviationsOfNothing) {
  TrainOptions options = small_options();
  options.layers = "";
  options.epochs = 40;
  const Model model = train(with_copy(1000, 1), options).model;
  const Importance found = importance(model, with_copy(500, 7));
  EXPECT_EQ(by_importance(found).front(), 2);
  const ColumnImportance& noise = found.columns[1];
  EXPECT_LT(std::fabs(noise.drop), 2 * noise.deviation);
  EXPECT_GT(found.columns[2].drop, 1);
  EXPECT_LT(noise.gradient, 0.05 * found.columns[2].gradient);
}

TEST(Importance, AColumnThatNoUnitReadsHasNone) {
  Model model = train(sectors(100), in_double()).model;
  auto& network = std::get<DoubleNetwork>(model.network);
  std::vector<double> w = network.weights(0);
  for (std::size_t i = 1; i < w.size(); i += 2) w[i] = 0;
  network.set_weights(0, w);
  const Importance found = importance(model, sectors(80, 7));
  EXPECT_EQ(found.columns[1].drop, 0);
  EXPECT_EQ(found.columns[1].deviation, 0);
  EXPECT_EQ(found.columns[1].gradient, 0);
  EXPECT_GT(found.columns[0].gradient, 0);
}

TEST(Importance, ThreadsChangeNoBit) {
  const Model model = train(sectors(200), small_options()).model;
  const Dataset rows = sectors(100, 7);
  ThreadPool three({.threads = 3, .minimal_work = 0});
  const Importance alone = importance(model, rows, {.metric = Metric::kLogLoss});
  const Importance together = importance(model, rows, {.metric = Metric::kLogLoss, .pool = &three});
  for (std::size_t c = 0; c < 2; ++c) {
    for (double ColumnImportance::* number :
         {&ColumnImportance::drop, &ColumnImportance::deviation, &ColumnImportance::gradient}) {
      EXPECT_EQ(std::memcmp(&(alone.columns[c].*number), &(together.columns[c].*number), sizeof(double)), 0);
    }
  }
}

TEST(Importance, OfManyRowsEvenlySpacedOnesAreTaken) {
  const Model model = train(sectors(100), small_options()).model;
  const Dataset rows = sectors(100, 7);
  std::vector<std::uint32_t> every_second;
  for (std::uint32_t n = 0; n < 100; n += 2) every_second.push_back(n);
  const Importance some = importance(model, rows, {.most_rows = 50});
  EXPECT_EQ(some.rows, 50);
  EXPECT_EQ(some.columns[0].drop, importance(model, rows.select(every_second)).columns[0].drop);
}

TEST(Importance, RefusesWhatCannotBe) {
  const Model model = train(sectors(100), small_options()).model;
  const Dataset rows = sectors(20, 7);
  const auto sentence = [&](const Dataset& data, const ImportanceOptions& options) -> std::string {
    try {
      importance(model, data, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(sentence(rows, {.repeats = 0}), "repeats is 0, expected at least 1");
  EXPECT_EQ(sentence(rows.select({3}), {}), "there are 1 rows, expected at least 2 to tell columns apart");
  EXPECT_EQ(sentence(rows, {.metric = Metric::kRmse}), "metric rmse needs a target of numbers, 'class' holds classes");
  EXPECT_THAT(sentence(make_dataset({"u", "v"}, std::vector<double>{1, 2}), {}), testing::HasSubstr("no target"));
}

}  // namespace
}  // namespace bprop
