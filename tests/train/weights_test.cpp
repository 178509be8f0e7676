// SPDX-License-Identifier: Apache-2.0
//
// Weights of rows and classes: against the tape, against rows that are there twice or not at all, and against each
// other.
#include "bprop/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/trainer.h"
#include "check/tape_network.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using Numbers = std::vector<double>;

template <class T>
std::vector<T> parameters_of(const BasicNetwork<T>& network) {
  return all_weights<T>(Model{network});
}

// Rows of targets that suit every loss: each adds up to 1.
Numbers shares(std::size_t rows, std::size_t columns) {
  Numbers targets(rows * columns, 0.0);
  for (std::size_t n = 0; n < rows; ++n) targets[n * columns + n % columns] = 1;
  return targets;
}

// What a step with rate 1 takes off the parameters: the gradient.
Numbers gradient_by_step(const DoubleNetwork& start, const LossOptions& loss, const Numbers& x, const Numbers& y,
                         const Numbers& weights, double& value) {
  DoubleNetwork network = start;
  DoubleTrainer trainer(network, {.batch = 600, .loss = loss, .optimizer = Sgd{.learning_rate = 1}});
  value = trainer.step(x, y, weights);
  Numbers gradient = parameters_of(start);
  const Numbers after = parameters_of(network);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= after[i];
  return gradient;
}

// Σ wᵢ ∂lᵢ from one tape a row, in the order of all_weights().
Numbers gradient_by_tape(const DoubleNetwork& network, const LossOptions& loss, const Numbers& x, const Numbers& y,
                         const Numbers& weights, double& value) {
  Numbers sum(parameters_of(network).size());
  const std::size_t in = network.inputs();
  const std::size_t out = network.outputs();
  value = 0;
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const auto row =
        check::tape_gradients(network, std::span(x).subspan(n * in, in), std::span(y).subspan(n * out, out), loss);
    value += weights[n] * row.loss;
    std::size_t i = 0;
    for (std::size_t k = 0; k < row.d_weights.size(); ++k) {
      for (const double g : row.d_weights[k]) sum[i++] += weights[n] * g;
      for (const double g : row.d_bias[k]) sum[i++] += weights[n] * g;
    }
  }
  return sum;
}

void expect_near(const Numbers& a, const Numbers& b, double within) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], within) << "parameter " << i;
}

TEST(Weights, GiveTheTapesGradientForEveryLossPairedAndNot) {
  const Numbers x = random_matrix<double>(3, 6, 2);
  const Numbers weights = {0.5, 0, 3, 1, 0.25, 2};
  constexpr double kSum = 6.75;
  for (const LossRule& rule : loss_rules()) {
    const std::size_t outputs = rule.id == Loss::kGaussianNll ? 2 : 3;
    const Numbers y = shares(6, outputs);
    for (const char* output : {"identity", "softmax", "sigmoid", "exp"}) {
      const std::string layers = "2 -> 4 tanh -> " + std::to_string(outputs) + " " + output;
      const DoubleNetwork network(Architecture::parse(layers), {.seed = 5});
      const LossOptions loss{.loss = rule.id};
      double by_step = 0;
      double by_tape = 0;
      const Numbers step = gradient_by_step(network, loss, x, y, weights, by_step);
      Numbers tape = gradient_by_tape(network, loss, x, y, weights, by_tape);
      for (double& g : tape) g /= kSum;
      SCOPED_TRACE(std::string(rule.name) + " after " + output);
      EXPECT_NEAR(by_step, by_tape / kSum, 1e-14);
      expect_near(step, tape, 1e-14);
    }
  }
}

TEST(Weights, AreFactorsOfASum) {
  const Numbers x = random_matrix<double>(3, 4, 2);
  const Numbers y = shares(4, 3);
  const DoubleNetwork network(Architecture::parse("2 -> 4 tanh -> 3 softmax"), {.seed = 5});
  const LossOptions loss{.loss = Loss::kCrossEntropy, .reduction = Reduction::kSum};
  for (const Numbers& weights : {Numbers{0.5, 0, 3, 1}, Numbers{2, 2, 2, 2}}) {  // equal ones are not none here
    double by_step = 0;
    double by_tape = 0;
    expect_near(gradient_by_step(network, loss, x, y, weights, by_step),
                gradient_by_tape(network, loss, x, y, weights, by_tape), 1e-14);
    EXPECT_NEAR(by_step, by_tape, 1e-13);
  }
}

// Each of these rows as often as the counts say.
Numbers repeated(const Numbers& rows, std::size_t columns, const std::vector<std::size_t>& counts) {
  Numbers all;
  for (std::size_t n = 0; n < counts.size(); ++n) {
    for (std::size_t i = 0; i < counts[n]; ++i) {
      const auto row = rows.begin() + static_cast<std::ptrdiff_t>(n * columns);
      all.insert(all.end(), row, row + static_cast<std::ptrdiff_t>(columns));
    }
  }
  return all;
}

TEST(Weights, CountRowsAlsoInABatchOfSeveralLeaves) {
  constexpr std::size_t kManyRows = 300;  // two leaves; 400 rows of weight 1 are others
  const Numbers x = random_matrix<double>(3, kManyRows, 2);
  const Numbers y = shares(kManyRows, 3);
  std::vector<std::size_t> counts(kManyRows);
  for (std::size_t n = 0; n < kManyRows; ++n) counts[n] = n < 100 ? 0 : 2;
  const Numbers weights(counts.begin(), counts.end());
  const DoubleNetwork network(Architecture::parse("2 -> 4 tanh -> 3 softmax"), {.seed = 5});
  const LossOptions loss{.loss = Loss::kCrossEntropy};
  double weighted = 0;
  double plain = 0;
  const Numbers a = gradient_by_step(network, loss, x, y, weights, weighted);
  const Numbers twice_x = repeated(x, 2, counts);
  const Numbers twice_y = repeated(y, 3, counts);
  const Numbers b = gradient_by_step(network, loss, twice_x, twice_y, {}, plain);
  expect_near(a, b, 1e-14);
  EXPECT_NEAR(weighted, plain, 1e-14);
}

TEST(Weights, OfEqualSizeGiveTheBitsOfNone) {
  const std::vector<float> x = random_matrix<float>(3, 50, 2);
  const std::vector<float> y = random_matrix<float>(4, 50, 1);
  const auto after = [&](const Numbers& weights) {
    Network network(Architecture::parse("2 -> 4 tanh -> 1"), {.seed = 5});
    Trainer trainer(network, {.batch = 50});
    for (int i = 0; i < 3; ++i) trainer.step(x, y, weights);
    return parameters_of(network);
  };
  EXPECT_EQ(after({}), after(Numbers(50, 0.3)));
  Numbers other(50, 0.3);
  other[7] = 0.4;
  EXPECT_NE(after({}), after(other));
}

TEST(Weights, ThatCannotBeAreRefused) {
  Network network(Architecture::parse("1 -> 1"));
  Trainer trainer(network, {.batch = 2});
  const std::vector<float> x = {1, 2};
  const auto refusal = [&](const Numbers& weights) { return thrown([&] { trainer.step(x, x, weights); }); };
  EXPECT_EQ(refusal({1}), "ShapeError: [trainer.step] 1 weights, expected one for each of 2 rows");
  EXPECT_EQ(refusal({1, -2}), "UsageError: [trainer.step] a row's weight is -2, expected a number from 0");
  EXPECT_EQ(refusal({std::nan(""), 1}), "UsageError: [trainer.step] a row's weight is nan, expected a number from 0");
  EXPECT_EQ(refusal({0, 0}),
            "UsageError: [trainer.step] the rows' weights add up to 0, expected a finite number above 0");
  EXPECT_EQ(trainer.report().step, 0);
}

// u, v, weight, y: the curve with a weight of 0, 1 or 2 for each row.
constexpr std::size_t kTableRows = 30;
Dataset weighted_curve(const std::vector<std::size_t>& counts, bool as_rows) {
  const Dataset plain = curve(kTableRows);
  Numbers cells;
  for (std::size_t n = 0; n < kTableRows; ++n) {
    for (std::size_t i = 0; i < (as_rows ? counts[n] : 1); ++i) {
      cells.insert(cells.end(), {plain.cell(n, 0), plain.cell(n, 1), static_cast<double>(as_rows ? 1 : counts[n]),
                                 plain.cell(n, 2)});
    }
  }
  return make_dataset({"u", "v", "weight", "y"}, cells, "y");
}

TrainOptions full_batches() {
  TrainOptions options = small_options();
  options.optimizer = GradientDescent{.learning_rate = 0.1};
  options.schedule = Schedule{};
  options.epochs = 20;
  options.precision = Precision::kDouble;
  options.scaling = Scaling::kNone;  // means and deviations count rows, not weights
  options.row_weights = "weight";
  return options;
}

TEST(RowWeights, AreRowsThatAreThereSoOften) {
  std::vector<std::size_t> counts(kTableRows);
  for (std::size_t n = 0; n < kTableRows; ++n) counts[n] = n % 3;
  const Dataset none = curve(1).select({});
  const TrainResult weighted = train(weighted_curve(counts, false), none, full_batches());
  const TrainResult repeated = train(weighted_curve(counts, true), none, full_batches());
  EXPECT_EQ(weighted.train_rows, 20);
  EXPECT_EQ(repeated.train_rows, 30);
  expect_near(all_weights<double>(weighted.model), all_weights<double>(repeated.model), 1e-12);
  EXPECT_NEAR(weighted.history.back().train_loss, repeated.history.back().train_loss, 1e-12);
  EXPECT_THAT(weighted.warnings, testing::ElementsAre("column 'weight': 10 training rows of weight 0 are left out"));
}

TEST(RowWeights, AreNoInput) {
  const std::vector<std::size_t> counts(kTableRows, 2);
  const TrainResult result = train(weighted_curve(counts, false), full_batches());
  EXPECT_THAT(result.model.preprocessing->feature_names(), testing::ElementsAre("u", "v"));
  // Equal weights are none, and the table without the column gives the same bits.
  TrainOptions without = full_batches();
  without.row_weights = "";
  EXPECT_EQ(all_weights<double>(result.model), all_weights<double>(train(curve(kTableRows), without).model));
}

// Three classes of very different sizes, and a weight.
Dataset rare() {
  const Dataset plain = sectors(120);
  Numbers cells;
  for (std::size_t n = 0; n < 120; ++n) {
    const double label = plain.cell(n, 2);
    if (label == 2 && n % 6 != 0) continue;
    cells.insert(cells.end(), {plain.cell(n, 0), plain.cell(n, 1), label == 1 ? 0.5 : 1.0, label});
  }
  return make_dataset({"u", "v", "weight", "class"}, cells, "class");
}

TEST(ClassWeights, AreWeightsOfRows) {
  TrainOptions by_class = small_options();
  by_class.class_weights.given = {{"1", 0.5}};
  by_class.row_weights = "3";  // by number, as people count
  Numbers ones;
  for (std::size_t n = 0; n < rare().rows(); ++n) {
    ones.insert(ones.end(), {rare().cell(n, 0), rare().cell(n, 1), 1.0, rare().cell(n, 3)});
  }
  TrainOptions by_row = small_options();
  by_row.row_weights = "weight";
  EXPECT_EQ(all_weights(train(make_dataset({"u", "v", "weight", "class"}, ones, "class"), by_class).model),
            all_weights(train(rare(), by_row).model));
}

TEST(ClassWeights, BalancedAreRowsOverClassesTimesRowsOfTheClass) {
  const Dataset data = rare();
  const Dataset none = data.select({});
  Numbers sums(3);
  double all = 0;
  for (std::size_t n = 0; n < data.rows(); ++n) {
    sums[static_cast<std::size_t>(data.cell(n, 3))] += data.cell(n, 2);
    all += data.cell(n, 2);
  }
  TrainOptions balanced = small_options();
  balanced.row_weights = "weight";
  balanced.class_weights.balanced = true;
  TrainOptions given = small_options();
  given.row_weights = "weight";
  for (std::size_t k = 0; k < 3; ++k) given.class_weights.given.emplace_back(std::to_string(k), all / (3 * sums[k]));
  const TrainResult result = train(data, none, balanced);
  EXPECT_EQ(all_weights(result.model), all_weights(train(data, none, given).model));
  given.class_weights = {};
  EXPECT_NE(all_weights(result.model), all_weights(train(data, none, given).model));
}

TEST(ClassWeights, HelpARareClass) {
  TrainOptions options = small_options();
  options.epochs = 40;
  options.row_weights = "weight";
  const auto recall_of_rare = [&] {
    const Evaluation e = evaluate(train(rare(), options).model, sectors(600, 7));
    return static_cast<double>(e.confusion[8]) / static_cast<double>(e.confusion[6] + e.confusion[7] + e.confusion[8]);
  };
  const double plain = recall_of_rare();
  options.class_weights.given = {{"2", 20}};
  EXPECT_GT(recall_of_rare(), plain);
}

TEST(WeightsOfATable, ThatCannotBeAreRefusedInOneSentence) {
  const auto refusal = [](const Dataset& data, const std::string& column, const ClassWeights& weights) {
    TrainOptions options = small_options();
    options.row_weights = column;
    options.class_weights = weights;
    return thrown([&] { train(data, data.select({}), options); });
  };
  const auto with = [](double weight) {
    return make_dataset({"x", "w", "y"}, Numbers{1, 0, 1.5, 2, weight, 2.5, 3, 0, 3.5}, "y");
  };
  EXPECT_EQ(refusal(with(1), "weights", {}),
            "UsageError: table: there is no column 'weights'; its 3 columns are x, w, y");
  EXPECT_EQ(refusal(with(1), "y", {}), "UsageError: row_weights is 'y', which is the target");
  EXPECT_EQ(refusal(with(-1), "w", {}),
            "FormatError: table, row 2, column 'w': the weight is -1, expected a number from 0");
  EXPECT_EQ(refusal(with(std::nan("")), "w", {}),
            "FormatError: table, row 2, column 'w': the weight is missing, expected a number from 0");
  EXPECT_EQ(refusal(with(0), "w", {}),
            "FormatError: table, column 'w': the weight is 0 in every training row, expected one above 0");
  EXPECT_EQ(refusal(with(1), "", {.balanced = true}),
            "UsageError: class_weights need a target of classes, 'y' holds numbers");
  EXPECT_EQ(refusal(rare(), "", {.given = {{"7", 1}}}),
            "UsageError: class_weights is 7=1, but the target 'class' has no class '7'");
  EXPECT_EQ(refusal(rare(), "", {.given = {{"1", 0}}}), "UsageError: class_weights is 1=0, expected weights above 0");
}

}  // namespace
}  // namespace bprop
