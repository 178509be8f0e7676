// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

// tanh(w1 x1 + w2 x2 + b) under the mean of the squared errors, in plain arithmetic.
struct Unit {
  Unit() {
    const Model model = printed_network("naive-search");
    x = model.exercise->input;
    y = model.exercise->target;
  }

  double miss(std::size_t n) const { return std::tanh(w1 * x[2 * n] + w2 * x[2 * n + 1] + b) - y[n]; }
  double loss() const {
    double sum = 0;
    for (std::size_t n = 0; n < y.size(); ++n) sum += miss(n) * miss(n);
    return sum / static_cast<double>(y.size());
  }
  // An update of the first `parameters` of w1, w2, b.
  void step(double rate, int parameters) {
    double of_w1 = 0, of_w2 = 0, of_b = 0;
    for (std::size_t n = 0; n < y.size(); ++n) {
      const double a = miss(n) + y[n];
      const double delta = 2 * miss(n) * (1 - a * a) / static_cast<double>(y.size());
      of_w1 += delta * x[2 * n];
      of_w2 += delta * x[2 * n + 1];
      of_b += delta;
    }
    w1 -= rate * of_w1;
    if (parameters > 1) w2 -= rate * of_w2;
    if (parameters > 2) b -= rate * of_b;
  }

  std::vector<double> x, y;
  double w1 = 0, w2 = 0, b = 0;
};

struct Found {
  int evaluations = 0;
  double best = std::numeric_limits<double>::infinity();
  double w1 = 0, w2 = 0, b = 0;
};

Found search(int parameters) {
  const auto value = [](int which) { return -2 + 4.0 * which / 9; };
  Unit unit;
  Found found;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < (parameters > 1 ? 10 : 1); ++j) {
      for (int k = 0; k < (parameters > 2 ? 10 : 1); ++k) {
        unit.w1 = value(i);
        unit.w2 = parameters > 1 ? value(j) : 0;
        unit.b = parameters > 2 ? value(k) : 0;
        ++found.evaluations;
        if (unit.loss() < found.best) found = {found.evaluations, unit.loss(), unit.w1, unit.w2, unit.b};
      }
    }
  }
  return found;
}

TEST(LessonN8, BothWaysAreCountedForOneTwoAndThreeParameters) {
  const std::string page = page_text("naive-search");
  const std::string counts[] = {"10", "100", "1,000"};
  for (int parameters = 1; parameters <= 3; ++parameters) {
    const double best = search(parameters).best;
    Unit unit;
    int evaluations = 1;
    while (unit.loss() > best) {
      unit.step(0.3, parameters);
      ++evaluations;
    }
    EXPECT_TRUE(has_row(page, {std::to_string(parameters), counts[parameters - 1], number_text(best),
                               std::to_string(evaluations), number_text(unit.loss())}))
        << parameters;
  }
}

TEST(LessonN8, TheBestCandidateIsThatOfThreeNestedLoops) {
  const Found found = search(3);
  EXPECT_THAT(page_text("naive-search"),
              HasSubstr("The best of the 1,000 candidates with 3 parameters is w1 = " + number_text(found.w1) +
                        ", w2 = " + number_text(found.w2) + ", b1 = " + number_text(found.b)));
}

TEST(LessonN8, AHundredParametersTakeTenToTheHundredEvaluations) {
  std::string digits = "10";
  for (int k = 0; k < 33; ++k) digits += " 000";
  const std::string page = page_text("naive-search");
  EXPECT_THAT(page, HasSubstr("exactly this often:\n" + digits + "\n"));
  for (const int parameters : {12, 28, 100}) {
    const auto row = row_of(page, {std::to_string(parameters), std::to_string(parameters + 1)});
    ASSERT_EQ(row.size(), 4U) << parameters;
    EXPECT_LT(std::stoi(row[2]), 100) << parameters;
    EXPECT_LE(std::stod(row[3]), search(3).best) << parameters;
  }
}

}  // namespace
}  // namespace bprop
