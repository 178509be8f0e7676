// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "bprop/selector.h"
#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

// The lesson's network, calculated as note 000 does: one weight at a time.
struct Plain {
  std::array<double, 9> w{0, 0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55};
  double x1 = 0.05, x2 = 0.10, d1 = 0.01, d2 = 0.99;
  double h1 = 0, h2 = 0, y1 = 0, y2 = 0;

  void forward() {
    h1 = sigmoid(x1 * w[1] + x2 * w[2]);
    h2 = sigmoid(x1 * w[3] + x2 * w[4]);
    y1 = sigmoid(h1 * w[5] + h2 * w[6]);
    y2 = sigmoid(h1 * w[7] + h2 * w[8]);
  }
  double error1() const { return (y1 - d1) * y1 * (1 - y1); }
  double error2() const { return (y2 - d2) * y2 * (1 - y2); }
  double path1() const { return error1() * w[5] * h1 * (1 - h1) * x1; }
  double path2() const { return error2() * w[7] * h1 * (1 - h1) * x1; }
  void update() {
    forward();
    const double g1 = error1(), g2 = error2();
    const std::array<double, 9> old = w;
    const double q1 = (g1 * old[5] + g2 * old[7]) * h1 * (1 - h1), q2 = (g1 * old[6] + g2 * old[8]) * h2 * (1 - h2);
    const std::array<double, 9> gradient{0, q1 * x1, q1 * x2, q2 * x1, q2 * x2, g1 * h1, g1 * h2, g2 * h1, g2 * h2};
    for (std::size_t i = 1; i < w.size(); ++i) w[i] = old[i] - 0.5 * gradient[i];
  }
};

TEST(LessonN2, AHiddenWeightsTwoPathsAddUp) {
  Plain plain;
  plain.forward();
  const std::string page = page_text("two-layers");
  EXPECT_THAT(page, HasSubstr("= " + number_text(plain.path1()) + "\n"));
  EXPECT_THAT(page, HasSubstr("= " + number_text(plain.path2()) + "\n"));
  EXPECT_THAT(page, HasSubstr("= " + number_text(plain.path1() + plain.path2()) + "\n"));
  EXPECT_THAT(page, HasSubstr("The last two factors of the two paths are the same"));  // ∂h₁/∂q₁ · ∂q₁/∂w1
  EXPECT_THAT(page, HasSubstr("each path for itself takes 40 multiplications, back-propagation 16"));
}

TEST(LessonN3, AWeightHasItsValueAndGradientAtEveryIteration) {
  Plain plain;
  const std::string page = page_text("two-layers");
  for (int k = 0; k <= 100; ++k) {
    plain.forward();
    if (k == 0 || k == 1 || k == 2 || k == 10 || k == 100) {
      EXPECT_THAT(page, testing::ContainsRegex(" " + std::to_string(k) + " +" + number_text(plain.w[1]) + " +" +
                                               number_text(plain.w[5]) + " +" +
                                               number_text(plain.path1() + plain.path2()) + " "))
          << k;
    }
    plain.update();
  }
}

TEST(LessonN19, EveryNotationsNameIsListedAndReadBack) {
  const std::string page = page_text("two-layers");
  const Architecture architecture = Architecture::parse("2 -> 2 sigmoid no-bias -> 2 sigmoid no-bias");
  const char* const names[] = {"w[2:2,1]", "w7", "wb[1][2]", "w7", "w²₂₁", "w²₁₂"};
  for (std::size_t i = 0; i < notation_names().size(); ++i) {
    const auto notation = static_cast<Notation>(i);
    EXPECT_THAT(page, testing::ContainsRegex(std::string(notation_names()[i]) + " +w[^ ]+ +w"));
    EXPECT_THAT(page, HasSubstr(std::string(" ") + names[i] + "\n"));
    EXPECT_EQ(selector_named(Selector::Kind::kWeight, names[i], architecture, notation), weight(1, 1, 0));
  }
}

}  // namespace
}  // namespace bprop
