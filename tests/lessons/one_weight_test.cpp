// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

// L(w) = Σ (x w − y)² and gradient descent on it from w = 0, in closed form.
struct Parabola {
  explicit Parabola(std::size_t which) {
    const Model model = printed_network("one-weight", which);
    x = model.exercise->input;
    y = model.exercise->target;
    xx = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
    best = std::inner_product(x.begin(), x.end(), y.begin(), 0.0) / xx;
  }

  double loss(double w) const {
    double sum = 0;
    for (std::size_t n = 0; n < x.size(); ++n) sum += (x[n] * w - y[n]) * (x[n] * w - y[n]);
    return sum;
  }
  double after(int epochs, double rate) const { return best * (1 - std::pow(1 - 2 * rate * xx, epochs)); }

  std::vector<double> x, y;
  double xx = 0, best = 0;
};

TEST(LessonN9, TheEpochsOfOneAndOfFourPointsAreThoseOfTheClosedForm) {
  const std::string page = page_text("one-weight");
  const double rates[] = {0.008, 0.001};
  for (const std::size_t which : {0U, 1U}) {
    const Parabola parabola(which);
    for (const int epoch : {0, 10, 100}) {
      const double w = parabola.after(epoch, rates[which]);
      EXPECT_TRUE(has_row(page, {std::to_string(epoch), number_text(w), number_text(parabola.loss(w)),
                                 number_text(2 * parabola.xx * (w - parabola.best))}))
          << which << ", epoch " << epoch;
    }
  }
}

TEST(LessonN9, TheLineOfFourPointsIsTheLeastSquaresOne) {
  const Parabola parabola(1);
  const std::string page = page_text("one-weight");
  EXPECT_THAT(page, HasSubstr("The least is at w = Σ x y / Σ x² = " + number_text(parabola.best) + ", where L is " +
                              number_text(parabola.loss(parabola.best)) + ", not 0"));
  EXPECT_THAT(page, HasSubstr("1 − 2η Σ x² = " + number_text(1 - 2 * 0.001 * parabola.xx)));
}

TEST(LessonN9, DescentDivergesAboveTheLimitOfTheRate) {
  const Parabola parabola(1);
  const std::string page = page_text("one-weight");
  EXPECT_THAT(page, HasSubstr("2 / (2 Σ x²) = " + number_text(1 / parabola.xx)));
  for (const double share : {0.03, 0.5, 1.03}) {
    const double rate = share / parabola.xx, w = parabola.after(10, rate);
    EXPECT_TRUE(has_row(page, {number_text(share), number_text(rate), number_text(w), number_text(parabola.loss(w)),
                               number_text(parabola.after(100, rate))}))
        << share;
  }
  const auto diverged = row_of(page, {"1.03"});
  EXPECT_GT(std::stod(diverged[3]), parabola.loss(0));
}

TEST(LessonN9, EachCaseHasThePictureOfTheModelAndThatOfTheLoss) {
  std::size_t models = 0, losses = 0;
  for (const Document page = lesson("one-weight"); const Section& section : page.sections) {
    for (const Block& block : section.blocks) {
      const auto* figure = std::get_if<Figure>(&block);
      if (figure == nullptr) continue;
      const Chart& chart = std::get<Chart>(*figure);
      ASSERT_EQ(chart.series.size(), 4U);
      const Parabola parabola(models + losses < 2 ? 0 : 1);
      if (chart.x_label == "x") {
        ++models;
        EXPECT_EQ(chart.series[3].x, parabola.x);
        EXPECT_EQ(chart.series[3].y, parabola.y);
      } else {
        ++losses;
        for (const std::size_t mark : {1U, 2U, 3U})
          EXPECT_NEAR(chart.series[mark].y[0], parabola.loss(chart.series[mark].x[0]), 1e-9);
      }
    }
  }
  EXPECT_EQ(models, 2U);
  EXPECT_EQ(losses, 2U);
}

}  // namespace
}  // namespace bprop
