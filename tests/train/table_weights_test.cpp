// SPDX-License-Identifier: Apache-2.0
//
// Weights that a table brings along, by a column or by its classes: against rows that are there as often, and against
// each other.
#include "bprop/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using Numbers = std::vector<double>;

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
  EXPECT_THAT(all_weights<double>(weighted.model),
              testing::Pointwise(testing::DoubleNear(1e-12), all_weights<double>(repeated.model)));
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
