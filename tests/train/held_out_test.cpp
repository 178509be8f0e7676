// SPDX-License-Identifier: Apache-2.0
#include "bprop/held_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/gradients.h"
#include "train/tables.h"

namespace bprop {
namespace {

constexpr std::size_t kRows = 300;

Model briefly_trained(const Dataset& data) { return train(data, small_options()).model; }

TEST(HeldOut, CountsConfusionsAsAPlainLoopDoes) {
  const Model model = briefly_trained(sectors(200));
  const Dataset rows = sectors(kRows, 7);
  const HeldOut held = held_out(model, rows);
  const Predictions said = predict(model, rows);
  std::size_t counts[3][3] = {};
  for (std::size_t n = 0; n < kRows; ++n) ++counts[static_cast<std::size_t>(rows.cell(n, 2))][said.chosen[n]];
  std::size_t seen = 0;
  std::size_t right = 0;
  for (const ConfusionCell& cell : held.confusion) {
    EXPECT_GT(cell.rows, 0);
    EXPECT_EQ(cell.rows, counts[cell.truth][cell.prediction]) << cell.truth << " as " << cell.prediction;
    seen += cell.rows;
    if (cell.truth == cell.prediction) right += cell.rows;
  }
  EXPECT_EQ(seen, kRows);
  EXPECT_EQ(static_cast<double>(right) / kRows, held.evaluation.accuracy);
  EXPECT_THAT(held.classes, testing::ElementsAre("0", "1", "2"));
}

TEST(HeldOut, PutsEachRowIntoTheBinOfItsProbability) {
  const Model model = briefly_trained(sectors(200));
  const Dataset rows = sectors(kRows, 7);
  const HeldOut held = held_out(model, rows);
  const Predictions said = predict(model, rows);
  ASSERT_EQ(held.bins.size(), 10);
  double error = 0;
  for (const ReliabilityBin& bin : held.bins) {
    std::size_t count = 0;
    double probabilities = 0;
    double right = 0;
    for (std::size_t n = 0; n < kRows; ++n) {
      const double p = said.values[3 * n + said.chosen[n]];
      if (p < bin.low || (p >= bin.high && bin.high < 1)) continue;
      ++count;
      probabilities += p;
      right += static_cast<double>(said.chosen[n]) == rows.cell(n, 2) ? 1 : 0;
    }
    ASSERT_EQ(bin.rows, count) << "from " << bin.low;
    if (count == 0) continue;
    EXPECT_NEAR(bin.said, probabilities / static_cast<double>(count), 1e-12);
    EXPECT_NEAR(bin.actual, right / static_cast<double>(count), 1e-12);
    error += std::abs(probabilities - right) / kRows;
  }
  EXPECT_NEAR(held.calibration_error, error, 1e-12);
  EXPECT_GT(held.calibration_error, 0);
}

// The mean of all rows' losses is the model's own, so each of them is its share.
TEST(HeldOut, TheWorstRowsAreThoseWithTheLargestLossInOrder) {
  const Model model = briefly_trained(sectors(200));
  const Dataset rows = sectors(15, 7);  // fewer than kWorstRows: all of them are there
  const HeldOut held = held_out(model, rows);
  ASSERT_EQ(held.worst.size(), 15);
  double sum = 0;
  for (std::size_t i = 0; i < held.worst.size(); ++i) {
    const WorstRow& worst = held.worst[i];
    EXPECT_GE(held.worst[i == 0 ? 0 : i - 1].loss, worst.loss);
    EXPECT_EQ(worst.truth, rows.text(worst.row, 2));
    EXPECT_EQ(worst.where, rows.where(worst.row));
    sum += worst.loss;
  }
  EXPECT_NEAR(sum / 15, held.evaluation.loss, 1e-5);
}

TEST(HeldOut, OfNumbersHasPointsTenthsAndErrorsInTheTargetsUnits) {
  const Model model = briefly_trained(curve(200));
  const Dataset rows = curve(kRows, 7);
  const HeldOut held = held_out(model, rows);
  const Predictions said = predict(model, rows);
  ASSERT_EQ(held.said.size(), kRows);
  EXPECT_EQ(held.said, said.values);
  EXPECT_EQ(held.truth[5], rows.cell(5, 2));
  ASSERT_EQ(held.bins.size(), 10);
  double mean = 0;
  for (std::size_t b = 0; b < 10; ++b) {
    EXPECT_EQ(held.bins[b].rows, kRows / 10);
    EXPECT_LE(held.bins[b].low, held.bins[b].said);
    EXPECT_LE(held.bins[b].said, held.bins[b].high);
    EXPECT_LE(held.bins[b == 0 ? 0 : b - 1].said, held.bins[b].said);
    mean += held.bins[b].actual / 10;
  }
  double expected = 0;
  double largest = 0;
  for (std::size_t n = 0; n < kRows; ++n) {
    expected += rows.cell(n, 2) / kRows;
    largest = std::max(largest, std::abs(said.values[n] - rows.cell(n, 2)));
  }
  EXPECT_NEAR(mean, expected, 1e-9);
  ASSERT_EQ(held.worst.size(), HeldOut::kWorstRows);
  EXPECT_EQ(held.worst.front().loss, largest);
  EXPECT_TRUE(held.confusion.empty());
}

TEST(HeldOut, RowsOfASelectionKeepTheirPlaceInTheSource) {
  const Model model = briefly_trained(sectors(200));
  const HeldOut held = held_out(model, sectors(kRows, 7).select({250}));
  ASSERT_EQ(held.worst.size(), 1);
  EXPECT_EQ(held.worst[0].row, 250);
}

}  // namespace
}  // namespace bprop
