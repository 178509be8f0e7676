// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "page_text.h"
#include "plain_network.h"

namespace bprop {
namespace {

using testing::HasSubstr;

// Logistic regression on the rows that the page prints, in plain arithmetic.
struct Logistic {
  Logistic() {
    const Model model = printed_network("sgd");
    x = model.exercise->input;
    y = model.exercise->target;
    const auto& network = std::get<DoubleNetwork>(model.network);
    w1 = network.weights(0)[0];
    w2 = network.weights(0)[1];
    b = network.bias(0)[0];
  }

  double p(std::size_t n) const { return plain_sigmoid(w1 * x[2 * n] + w2 * x[2 * n + 1] + b); }
  double loss() const {
    double sum = 0;
    for (std::size_t n = 0; n < y.size(); ++n) sum -= std::log(y[n] > 0 ? p(n) : 1 - p(n));
    return sum / static_cast<double>(y.size());
  }
  struct Gradient {
    double w1 = 0, w2 = 0, b = 0;
  };
  Gradient gradient(std::size_t first, std::size_t count) const {
    Gradient g;
    for (std::size_t n = first; n < first + count; ++n) {
      const double delta = (p(n) - y[n]) / static_cast<double>(count);
      g.w1 += delta * x[2 * n];
      g.w2 += delta * x[2 * n + 1];
      g.b += delta;
    }
    return g;
  }
  void step(std::size_t first, std::size_t count) {
    const Gradient g = gradient(first, count);
    w1 -= 0.5 * g.w1;
    w2 -= 0.5 * g.w2;
    b -= 0.5 * g.b;
  }

  std::vector<double> x, y;
  double w1 = 0, w2 = 0, b = 0;
};

TEST(LessonN14, OneSampleMovesWeightsAndBiases) {
  Logistic unit;
  const Logistic::Gradient g = unit.gradient(0, 1);
  const double w_before = unit.w1, b_before = unit.b;
  unit.step(0, 1);
  const std::string page = page_text("sgd");
  EXPECT_THAT(page, HasSubstr("= " + number_text(g.w1) + "\n"));
  EXPECT_THAT(page, HasSubstr("w¹₁₁ goes from " + number_text(w_before) + " to " + number_text(unit.w1) + "."));
  EXPECT_THAT(page, HasSubstr("b¹₁ goes from " + number_text(b_before) + " to " + number_text(unit.b) + "."));
}

TEST(LessonN14, OnlineMiniBatchAndFullBatchFollowThePlainLoop) {
  const std::string page = page_text("sgd");
  double online = 0, full = 0;
  for (const std::size_t batch : {1U, 6U, 24U}) {
    Logistic unit;
    std::vector<double> after_epoch, after_update;
    for (int epoch = 1; epoch <= 200; ++epoch) {
      for (std::size_t first = 0; first < 24; first += batch) {
        if (epoch >= 199) after_update.push_back(unit.loss());
        unit.step(first, batch);
      }
      after_epoch.push_back(unit.loss());
    }
    after_update.push_back(unit.loss());
    const auto [least, most] = std::ranges::minmax_element(after_update);
    const std::string updates = batch == 1 ? "4,800" : batch == 6 ? "800" : "200";
    const auto row = row_of(page, {std::to_string(batch), updates});
    ASSERT_EQ(row.size(), 6U) << batch;
    EXPECT_EQ(row[2], number_text(after_epoch[0]));
    EXPECT_EQ(row[3], number_text(after_epoch[9]));
    EXPECT_EQ(row[4], number_text(after_epoch[199]));
    EXPECT_EQ(row[5], number_text(*most - *least));
    (batch == 1 ? online : full) = after_epoch[199];
  }
  EXPECT_THAT(page, HasSubstr("Online learning ends at C = " + number_text(online) + ", which is " +
                              number_text(online - full) + " above what full batches come to."));
}

TEST(LessonN14, NearTheMinimumARowsGradientIsMostlyNoise) {
  Logistic unit;
  const auto noise = [&unit] {
    const Logistic::Gradient mean = unit.gradient(0, 24);
    double squares = 0;
    for (std::size_t n = 0; n < 24; ++n) {
      const Logistic::Gradient own = unit.gradient(n, 1);
      squares += (std::pow(own.w1 - mean.w1, 2) + std::pow(own.w2 - mean.w2, 2) + std::pow(own.b - mean.b, 2)) / 24;
    }
    return std::pair(std::hypot(mean.w1, mean.w2, mean.b), std::sqrt(squares));
  };
  const std::string page = page_text("sgd");
  const auto [size, spread] = noise();
  EXPECT_TRUE(
      has_row(page, {"at", "the", "start", number_text(size), number_text(spread), number_text(spread / size)}));
  for (int epoch = 0; epoch < 200; ++epoch) unit.step(0, 24);
  const auto [late_size, late_spread] = noise();
  const auto row = row_of(page, {"after", "200", "full", "batches"});
  ASSERT_EQ(row.size(), 7U);
  EXPECT_NEAR(std::stod(row[4]), late_size, 1e-5 * late_size);
  EXPECT_EQ(row[5], number_text(late_spread));
  EXPECT_GT(std::stod(row[6]), 100);
}

TEST(LessonN14, TheFirstOnlineEpochIsWorthManyFullBatches) {
  Logistic online, full;
  for (std::size_t n = 0; n < 24; ++n) online.step(n, 1);
  int updates = 0;
  for (; full.loss() > online.loss(); ++updates) full.step(0, 24);
  EXPECT_THAT(page_text("sgd"),
              HasSubstr(fmt::format("online learning is where the full batch is after {}.", updates)));
}

}  // namespace
}  // namespace bprop
