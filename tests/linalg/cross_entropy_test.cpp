// SPDX-License-Identifier: Apache-2.0
//
// Cross entropy of a row: −Σ y log softmax(s), its gradient p Σy − y, and its behaviour far out.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "bprop/loss.h"
#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

const LossOptions kOptions{.loss = Loss::kCrossEntropy};

// Of one row in double; scores and targets of up to 16 classes.
struct Outcome {
  std::array<double, kPanel> values{};
  std::array<double, kPanel> d_scores{};
  double sum() const { return std::accumulate(values.begin(), values.end(), 0.0); }
};

Outcome cross_entropy(const std::vector<double>& scores, const std::vector<double>& targets, double scale = 1) {
  std::array<double, kPanel> s{};
  std::array<double, kPanel> y{};
  std::copy(scores.begin(), scores.end(), s.begin());
  std::copy(targets.begin(), targets.end(), y.begin());
  Outcome outcome;
  double_kernels(Arithmetic::kFma)
      .loss(kOptions, s.data(), y.data(), 1, scores.size(), scale, outcome.values.data(), outcome.d_scores.data());
  return outcome;
}

TEST(CrossEntropy, IsTheDefinitionWithTheGradientPMinusY) {
  const std::vector<double> scores = {0.5, -1.0, 2.0, 0.1};
  double sum = 0;
  for (const double s : scores) sum += std::exp(s);
  for (const std::vector<double>& targets : {std::vector<double>{0, 0, 1, 0}, {0.1, 0.2, 0.3, 0.4}, {2, 0, 1, 0}}) {
    const Outcome outcome = cross_entropy(scores, targets, 0.25);
    const double weight = std::accumulate(targets.begin(), targets.end(), 0.0);
    for (std::size_t k = 0; k < 4; ++k) {
      const double p = std::exp(scores[k]) / sum;
      EXPECT_NEAR(outcome.values[k], -targets[k] * std::log(p), 1e-15);
      EXPECT_NEAR(outcome.d_scores[k], 0.25 * (p * weight - targets[k]), 1e-15);
    }
  }
}

TEST(CrossEntropy, GradientIsTheCentralDifferenceOfTheValue) {
  const std::vector<double> targets = {0.1, 0.6, 0.3};
  const std::vector<double> scores = {-0.4, 0.2, 1.7};
  const Outcome outcome = cross_entropy(scores, targets);
  for (std::size_t k = 0; k < 3; ++k) {
    constexpr double kStep = 1e-5;
    std::vector<double> above = scores;
    std::vector<double> below = scores;
    above[k] += kStep;
    below[k] -= kStep;
    const double difference = (cross_entropy(above, targets).sum() - cross_entropy(below, targets).sum()) / (2 * kStep);
    EXPECT_NEAR(outcome.d_scores[k], difference, 1e-9);
  }
}

TEST(CrossEntropy, IsStableFarOutAndGoesToTheLimitsThatItsWordsSay) {
  EXPECT_EQ(rule(Loss::kCrossEntropy).limits,
            "the score of a class with y_k > 0 falls to −inf: +inf; one score at +inf: NaN");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(cross_entropy({1e4, -1e4}, {1, 0}).sum(), 0);
  EXPECT_EQ(cross_entropy({1e4, -1e4}, {0, 1}).sum(), 2e4);
  EXPECT_EQ(cross_entropy({1e4, -1e4}, {0, 1}).d_scores[0], 1);
  EXPECT_EQ(cross_entropy({1e4, -1e4}, {0, 1}).d_scores[1], -1);
  EXPECT_EQ(cross_entropy({0, -infinity}, {0, 1}).sum(), infinity);
  EXPECT_EQ(cross_entropy({0, -infinity}, {1, 0}).sum(), 0) << "an output with y = 0 adds nothing, even at −inf";
  EXPECT_TRUE(std::isnan(cross_entropy({0, infinity}, {1, 0}).sum()));
  EXPECT_TRUE(std::isnan(cross_entropy({0, std::nan("")}, {1, 0}).sum()));
}

TEST(CrossEntropy, OfARowDoesNotDependOnHowManyRowsThereAreNorOnANanAmongThem) {
  constexpr std::size_t kColumns = 19;
  for (const Pair& pair : all_pairs()) {
    for (const std::size_t rows : {2U, 31U, 32U, 33U, 65U}) {
      const std::size_t size = rows * padded(kColumns);
      Buffer s(size), values(size), d_scores(size);
      s.fill(1, 10);
      s[panel_offset(rows, 1, 3)] = std::nanf("");
      Buffer y(size);
      for (std::size_t row = 0; row < rows; ++row) y[panel_offset(rows, row, row % kColumns)] = 1;
      pair.table->loss(kOptions, s.data(), y.data(), rows, kColumns, 0.5F, values.poison().data(),
                       d_scores.poison().data());
      for (std::size_t row = 0; row < rows; ++row) {
        Buffer one_s(padded(kColumns)), one_y(padded(kColumns)), value(padded(kColumns)), d_score(padded(kColumns));
        for (std::size_t k = 0; k < kColumns; ++k) {
          one_s[panel_offset(1, 0, k)] = s[panel_offset(rows, row, k)];
          one_y[panel_offset(1, 0, k)] = y[panel_offset(rows, row, k)];
        }
        pair.table->loss(kOptions, one_s.data(), one_y.data(), 1, kColumns, 0.5F, value.poison().data(),
                         d_score.poison().data());
        for (std::size_t k = 0; k < kColumns; ++k) {
          const float among = d_scores[panel_offset(rows, row, k)];
          EXPECT_EQ(std::isnan(among), row == 1);
          if (row == 1) continue;
          ASSERT_EQ(among, d_score[panel_offset(1, 0, k)]) << pair.name() << ", row " << row << " of " << rows;
          ASSERT_EQ(values[panel_offset(rows, row, k)], value[panel_offset(1, 0, k)]) << pair.name();
        }
      }
    }
  }
}

TEST(CrossEntropy, InFloatIsCloseToDouble) {
  const std::vector<double> scores = {3.25, -2.5, 0.125, 12.5, -20.25};
  const std::vector<double> targets = {0.125, 0, 0.25, 0.5, 0.125};
  const Outcome exact = cross_entropy(scores, targets);
  for (const Pair& pair : all_pairs()) {
    Buffer s(kPanel), y(kPanel), values(kPanel), d_scores(kPanel);
    for (std::size_t k = 0; k < 5; ++k) {
      s[k] = static_cast<float>(scores[k]);
      y[k] = static_cast<float>(targets[k]);
    }
    pair.table->loss(kOptions, s.data(), y.data(), 1, 5, 1.0F, values.poison().data(), d_scores.poison().data());
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_NEAR(static_cast<double>(values[k]), exact.values[k], 2e-6) << pair.name();
      EXPECT_NEAR(static_cast<double>(d_scores[k]), exact.d_scores[k], 4e-7) << pair.name();
    }
  }
}

}  // namespace
}  // namespace bprop::linalg
