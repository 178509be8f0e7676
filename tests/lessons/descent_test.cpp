// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

// A line w x + b under the mean of the squared errors, of the first rows only; in plain arithmetic.
struct Line {
  explicit Line(std::size_t count) : rows(count) {
    const Model model = printed_network("descent");
    x = model.exercise->input;
    y = model.exercise->target;
    w = std::get<DoubleNetwork>(model.network).weights(0)[0];
  }

  double miss(std::size_t n) const { return w * x[n] + b - y[n]; }
  double loss() const {
    double sum = 0;
    for (std::size_t n = 0; n < rows; ++n) sum += miss(n) * miss(n);
    return sum / static_cast<double>(rows);
  }
  // ∂/∂w and ∂/∂b of the sum.
  std::pair<double, double> slopes() const {
    double of_w = 0, of_b = 0;
    for (std::size_t n = 0; n < rows; ++n) {
      of_w += 2 * miss(n) * x[n];
      of_b += 2 * miss(n);
    }
    return {of_w, of_b};
  }
  // One update down the mean; how far it went.
  double step(double rate) {
    const auto [of_w, of_b] = slopes();
    const double scale = rate / static_cast<double>(rows);
    w -= scale * of_w;
    b -= scale * of_b;
    return scale * std::hypot(of_w, of_b);
  }

  std::vector<double> x, y;
  std::size_t rows;
  double w = 0, b = 0;
};

TEST(LessonN7, TheTestOfTheChangeEndsTheLoopAndItsUpdateIsKept) {
  Line line(4);
  std::size_t updates = 0;
  double change = 1;
  while (!(change < 1e-6)) {
    change = line.step(0.07);
    ++updates;
  }
  ASSERT_LT(updates, 1000U);
  const auto row = row_of(page_text("descent"), {"0.07", "1000"});
  ASSERT_EQ(row.size(), 6U);
  EXPECT_EQ(row[2], std::to_string(updates));
  EXPECT_NEAR(std::stod(row[3]), change, 1e-3 * change);  // a difference of nearly equal numbers
  EXPECT_EQ(row[4], number_text(line.loss()));
  EXPECT_EQ(row[5], "min_change");
}

TEST(LessonN7, MaxIterationEndsTheLoopBeforeTheTestDoes) {
  Line line(4);
  double change = 0;
  for (int k = 0; k < 20; ++k) change = line.step(0.07);
  EXPECT_TRUE(
      has_row(page_text("descent"), {"0.07", "20", "20", number_text(change), number_text(line.loss()), "steps"}));
}

TEST(LessonN7, ATinyRateStopsAtOnceFarFromTheMinimum) {
  Line line(4);
  const auto [of_w, of_b] = line.slopes();
  const double gradient = std::hypot(of_w, of_b) / 4;
  const double start = line.loss();
  const double change = line.step(1e-9);
  const std::string page = page_text("descent");
  EXPECT_TRUE(has_row(page, {"1e-09", "1000", "1", number_text(change), number_text(line.loss()), "min_change"}));
  EXPECT_GT(line.loss(), 0.999 * start);
  EXPECT_THAT(page, HasSubstr("= 1e-09 · " + number_text(gradient) + "\n"));
  EXPECT_TRUE(has_row(page, {"=", number_text(1e-9 * gradient)}));
}

TEST(LessonN7, ARateAboveTheLimitOfTheSteepestDirectionDiverges) {
  // The Hessian [2 Σx²/N, 2 Σx/N; 2 Σx/N, 2] of rows 0, 1, 2, 3; its larger eigenvalue.
  const double steepest = (9 + std::sqrt(5.0 * 5.0 + 4 * 3.0 * 3.0)) / 2;
  EXPECT_LT(2 / steepest, 0.3);
  EXPECT_GT(2 / steepest, 0.15);
  const auto row = row_of(page_text("descent"), {"0.3", "1000"});
  ASSERT_EQ(row.size(), 6U);
  EXPECT_LT(std::stoi(row[2]), 1000);
  EXPECT_EQ(row[4], "overflows");
  EXPECT_EQ(row[5], "diverged");
}

TEST(LessonN7, TheMinimumIsThatOfTheNormalEquations) {
  const Line line(4);
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t n = 0; n < 4; ++n) {
    sx += line.x[n];
    sy += line.y[n];
    sxx += line.x[n] * line.x[n];
    sxy += line.x[n] * line.y[n];
  }
  Line best = line;
  best.w = (4 * sxy - sx * sy) / (4 * sxx - sx * sx);
  best.b = (sy - best.w * sx) / 4;
  EXPECT_THAT(page_text("descent"), HasSubstr("L is " + number_text(line.loss()) + " at the start and " +
                                              number_text(best.loss()) + " at the minimum"));
}

TEST(LessonN10, TheSumWithARateDividedByTheRowsMakesTheSameUpdatesAsTheMean) {
  const std::string page = page_text("descent");
  for (const std::size_t rows : {std::size_t{4}, std::size_t{3}}) {
    Line line(rows);
    for (int k = 0; k < 10; ++k) line.step(0.07);
    const auto mean = row_of(page, {std::to_string(rows), "mean"});
    const auto sum = row_of(page, {std::to_string(rows), "sum"});
    ASSERT_EQ(mean.size(), 5U);
    ASSERT_EQ(sum.size(), 5U);
    EXPECT_EQ(sum[2], number_text(0.07 / static_cast<double>(rows)));
    EXPECT_NEAR(std::stod(mean[3]), line.w, 1e-13);
    EXPECT_NEAR(std::stod(mean[4]), line.b, 1e-13);
    EXPECT_NEAR(std::stod(sum[3]), line.w, 1e-13);
    if (rows == 4) {
      EXPECT_EQ(mean[3], sum[3]);
      EXPECT_EQ(mean[4], sum[4]);
    }
  }
}

TEST(LessonN10, BiasesBelongToTheParameters) {
  const auto [of_w, of_b] = Line(4).slopes();
  EXPECT_THAT(page_text("descent"),
              HasSubstr("∂L/∂w1 = " + number_text(of_w / 4) + " and ∂L/∂b1 = " + number_text(of_b / 4)));
}

TEST(LessonN10, MillionsOfParametersAreCountedByHand) {
  // Weights 784·1000 + 1000·1000 + 1000·10; biases 1000 + 1000 + 10.
  const std::string page = page_text("descent");
  EXPECT_THAT(page, HasSubstr("has 1,796,010 parameters"));
  EXPECT_THAT(page, HasSubstr("1,794,000 multiplications forward"));
  EXPECT_THAT(page, HasSubstr("2,804,000 backward"));  // the first layer's 784,000 once, the others twice
  EXPECT_THAT(page, HasSubstr("3,222,041,940,000 multiplications"));
}

TEST(LessonN7, TheErrataHaveTheirNumbers) {
  const std::string page = page_text("descent");
  const auto row = row_of(page, {"0.07", "1000"});
  EXPECT_THAT(page, HasSubstr("Without it 1000 updates are made in place of " + row[2] + "."));
  const Line line(4);
  double product = 0;
  for (std::size_t n = 0; n < 4; ++n) product += std::pow(line.w * line.x[n] * line.y[n], 2) / 4;
  EXPECT_THAT(page, HasSubstr("the mean of the products is " + number_text(product) +
                              " at the start, that of the squared errors " + number_text(line.loss())));
}

}  // namespace
}  // namespace bprop
