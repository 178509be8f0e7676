// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "page_text.h"
#include "plain_network.h"

namespace bprop {
namespace {

using testing::HasSubstr;

struct LossLesson : testing::Test {
  LossLesson() : model(printed_network("losses")), page(page_text("losses")) {
    const auto layers = plain_layers(std::get<DoubleNetwork>(model.network), kPlainTanh, kPlainSigmoid);
    const PlainValues values = plain_forward(layers, model.exercise->input);
    z = values.z[1];
    a = values.a[1];
    hidden = values.a[0];
  }
  double miss(std::size_t j) const { return a[j] - static_cast<double>(j); }  // the target is [0 1]

  Model model;
  std::string page;
  std::vector<double> z, a, hidden;
};

struct LessonN12 : LossLesson {};
struct LessonN17 : LossLesson {};
struct LessonN24 : LossLesson {};

std::vector<std::string> delta_row(const std::string& loss, int unit, std::initializer_list<double> numbers) {
  std::vector<std::string> row = {loss, std::to_string(unit)};
  for (const double number : numbers) row.push_back(number_text(number));
  return row;
}

TEST_F(LessonN12, EveryLossHasItsDeltaSideBySide) {
  for (const int unit : {1, 2}) {
    const auto j = static_cast<std::size_t>(unit - 1);
    const double slope = plain_sigmoid_slope(z[j]), y = static_cast<double>(j);
    EXPECT_TRUE(has_row(page, delta_row("half_squared_error", unit, {z[j], a[j], y, miss(j), miss(j) * slope})));
    EXPECT_TRUE(has_row(page, delta_row("squared_error", unit, {z[j], a[j], y, 2 * miss(j), 2 * miss(j) * slope})));
    const double p = std::exp(z[j]) / (std::exp(z[0]) + std::exp(z[1]));
    EXPECT_TRUE(has_row(page, delta_row("cross_entropy", unit, {z[j], p, y, -y / p, p - y})));
  }
  EXPECT_TRUE(has_row(page, delta_row("binary_cross_entropy", 2, {z[1], a[1], 1, -1 / a[1], a[1] - 1})));
}

TEST_F(LessonN12, TheLossesAreThoseOfTheirFormulas) {
  const double squares = miss(0) * miss(0) + miss(1) * miss(1);
  const auto ends_with = [&](const std::string& loss, double value) {
    // The first line that begins with the name is that of the table of losses.
    const auto row = row_of(page, {loss});
    return !row.empty() && row.back() == number_text(value);
  };
  EXPECT_TRUE(ends_with("half_squared_error", squares / 2));
  EXPECT_TRUE(ends_with("squared_error", squares));
  EXPECT_TRUE(ends_with("binary_cross_entropy", -std::log(a[1])));
  EXPECT_TRUE(ends_with("cross_entropy", -std::log(std::exp(z[1]) / (std::exp(z[0]) + std::exp(z[1])))));
}

TEST_F(LessonN17, WithoutTheHalfEveryDerivativeIsTwiceAsLarge) {
  const double half = miss(0) * plain_sigmoid_slope(z[0]) * hidden[0];
  EXPECT_THAT(page, HasSubstr("With the ½ this derivative is " + number_text(half) + ", without it " +
                              number_text(2 * half) + ": twice as large"));
  EXPECT_THAT(page, HasSubstr("∂L/∂a²₁ = 2 (a²₁ − y₁)\n"));
  EXPECT_THAT(page, HasSubstr("= 2 (" + number_text(a[0]) + " − 0)\n"));
  EXPECT_TRUE(has_row(page, {"=", number_text(2 * a[0])}));
}

TEST_F(LessonN24, LabelsBecomeVectorsAndVectorsLabels) {
  EXPECT_TRUE(has_row(page, {"0", "[1", "0]ᵀ", "1", "0"}));
  EXPECT_TRUE(has_row(page, {"1", "[0", "1]ᵀ", "2", "1"}));
}

TEST_F(LessonN12, SoftmaxOfSigmoidOutputsIsNeverSure) {
  for (const double classes : {2.0, 3.0, 10.0}) {
    const double p = std::exp(1.0) / (std::exp(1.0) + classes - 1);
    EXPECT_TRUE(has_row(page, {number_text(classes), number_text(p), number_text(p), number_text(-std::log(p)), "0"}));
  }
}

TEST_F(LessonN12, AUnitOnTheWrongSideLearnsFromCrossEntropyOnly) {
  const double s = plain_sigmoid(-8);
  EXPECT_THAT(page, HasSubstr("|δ| = " + number_text((1 - s) * plain_sigmoid_slope(-8))));
  EXPECT_THAT(page, HasSubstr("Cross-entropy has " + number_text(1 - s) + "."));
}

TEST_F(LessonN12, TheErrataHaveTheirNumbers) {
  const double e0 = std::exp(a[0]), e1 = std::exp(a[1]), p = e1 / (e0 + e1);
  EXPECT_THAT(page, HasSubstr("Here p of class 1 would be " + number_text(p) +
                              ", and δ₂ = " + number_text((p - 1) * plain_sigmoid_slope(z[1])) +
                              " in place of p − y = " + number_text(p - 1)));
  const double squares = miss(0) * miss(0) + miss(1) * miss(1);
  EXPECT_THAT(page, HasSubstr("lacks its ½: " + number_text(squares / 2) + " against " + number_text(squares)));
  EXPECT_THAT(page, HasSubstr("which is " + number_text((miss(0) + miss(1)) / 2) +
                              "; it is 2 · ½ (y₁ − a₁)(−1) = " + number_text(miss(0))));
  EXPECT_THAT(page, HasSubstr("L the number of layers (here 3, as it counts)"));
}

}  // namespace
}  // namespace bprop
