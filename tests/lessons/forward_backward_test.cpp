// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "page_text.h"

namespace bprop {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

// The lesson's network by plain loops over the formulas of notes 002 and 003.
struct Passes {
  std::vector<std::vector<double>> w1{{0.1, -0.2}, {0.3, 0.4}, {-0.5, 0.6}}, w2{{0.7, -0.8, 0.9}, {-0.3, 0.2, 0.1}};
  std::vector<double> b1{0.1, 0.2, 0.3}, b2{-0.1, 0.1}, x{1.0, 0.5}, y{0.0, 1.0};
  std::vector<double> a1, a2, delta1, delta2;

  static std::vector<double> layer(const std::vector<std::vector<double>>& w, const std::vector<double>& b,
                                   const std::vector<double>& in) {
    std::vector<double> a;
    for (std::size_t j = 0; j < w.size(); ++j) {
      double z = b[j];
      for (std::size_t i = 0; i < in.size(); ++i) z += w[j][i] * in[i];
      a.push_back(1 / (1 + std::exp(-z)));
    }
    return a;
  }
  Passes() {
    a1 = layer(w1, b1, x);
    a2 = layer(w2, b2, a1);
    for (std::size_t j = 0; j < 2; ++j) delta2.push_back((a2[j] - y[j]) * a2[j] * (1 - a2[j]));
    for (std::size_t i = 0; i < 3; ++i) {
      delta1.push_back((delta2[0] * w2[0][i] + delta2[1] * w2[1][i]) * a1[i] * (1 - a1[i]));
    }
  }
};

TEST(LessonN11, GradientsAreTheProductsOfTheTwoTables) {
  const Passes passes;
  const std::string page = page_text("forward-backward");
  for (std::size_t j = 0; j < 3; ++j) {
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_THAT(page, ContainsRegex("w\\[1:" + std::to_string(j + 1) + "," + std::to_string(i + 1) + "\\] +" +
                                      number_text(passes.x[i]) + " +" + number_text(passes.delta1[j]) + " +" +
                                      number_text(passes.x[i] * passes.delta1[j]) + "\n"));
      EXPECT_THAT(page, ContainsRegex("w\\[2:" + std::to_string(i + 1) + "," + std::to_string(j + 1) + "\\] +" +
                                      number_text(passes.a1[j]) + " +" + number_text(passes.delta2[i]) + " +" +
                                      number_text(passes.a1[j] * passes.delta2[i]) + "\n"));
    }
  }
}

TEST(LessonN23, DerivativeByOutputSlopeAndDeltaStandSideBySide) {
  const Passes passes;
  const std::string page = page_text("forward-backward");
  const double slope = passes.a2[0] * (1 - passes.a2[0]);
  EXPECT_THAT(page, ContainsRegex("2 +1 +" + number_text(passes.a2[0] - passes.y[0]) + " +" + number_text(slope) +
                                  " +" + number_text(passes.delta2[0]) + "\n"));
}

TEST(LessonN21, TwiceTheInputOfTheBackwardPassIsTwiceEveryDelta) {
  const Passes passes;
  EXPECT_THAT(page_text("forward-backward"),
              HasSubstr("δ of the first hidden unit is " + number_text(passes.delta1[0]) + " with the ½ and " +
                        number_text(2 * passes.delta1[0]) + " without"));
}

}  // namespace
}  // namespace bprop
