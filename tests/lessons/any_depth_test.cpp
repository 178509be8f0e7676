// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "page_text.h"
#include "plain_network.h"

namespace bprop {
namespace {

using testing::HasSubstr;

struct Judge {
  explicit Judge(PlainActivation activation)
      : model(printed_network("any-depth")),
        layers(plain_layers(std::get<DoubleNetwork>(model.network), activation, activation)),
        values(plain_gradients(layers, model.exercise->input, model.exercise->target)) {}

  double loss() const { return plain_loss(layers, model.exercise->input, model.exercise->target); }

  Model model;
  std::vector<PlainLayer> layers;
  PlainValues values;
};

std::string in_brackets(const std::vector<double>& numbers) {
  std::vector<std::string> texts;
  for (const double number : numbers) texts.push_back(number_text(number));
  return fmt::format("[{}]", fmt::join(texts, "  "));
}

TEST(LessonN18, BaseAndStepsLeadFromTheLossToTheInput) {
  const Judge judge(kPlainSigmoid);
  const std::string page = page_text("any-depth");
  EXPECT_THAT(page, HasSubstr("∂L/∂a[3] = a[3] − y\n"));
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_THAT(page, HasSubstr("= " + in_brackets(judge.values.d_output[k]) + "\n")) << k;
    std::vector<double> slopes;
    for (const double z : judge.values.z[k]) slopes.push_back(plain_sigmoid_slope(z));
    EXPECT_THAT(page, HasSubstr("= (" + in_brackets(judge.values.d_output[k]) + " ⊙ " + in_brackets(slopes) + ") · ["))
        << k;
  }
  EXPECT_THAT(page, HasSubstr("= " + in_brackets(judge.values.d_input) + "\n"));
}

TEST(LessonN18, TheInputsGradientIsWhatMovingTheInputShows) {
  Judge judge(kPlainSigmoid);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<double> x = judge.model.exercise->input;
    x[i] += kStep;
    const double above = plain_loss(judge.layers, x, judge.model.exercise->target);
    x[i] -= 2 * kStep;
    const double below = plain_loss(judge.layers, x, judge.model.exercise->target);
    EXPECT_NEAR((above - below) / (2 * kStep), judge.values.d_input[i], 1e-9);
  }
}

TEST(LessonN5, EveryUnitsDeltaIsInTheTable) {
  const Judge judge(kPlainSigmoid);
  const std::string page = page_text("any-depth");
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t j = 0; j < judge.values.delta[k].size(); ++j) {
      EXPECT_TRUE(has_row(
          page,
          {fmt::format("{}:{}", k + 1, j + 1), k == 2 ? "output" : "hidden", number_text(judge.values.d_output[k][j]),
           number_text(plain_sigmoid_slope(judge.values.z[k][j])), number_text(judge.values.delta[k][j])}))
          << k << ":" << j;
    }
  }
}

TEST(LessonN5, AWeightsGradientIsDeltaTimesWhatItReadsInAnyLayer) {
  const Judge judge(kPlainSigmoid);
  const std::string page = page_text("any-depth");
  const double last = judge.values.delta[2][0] * judge.values.a[1][1];
  const double first = judge.values.delta[0][2] * judge.model.exercise->input[1];
  EXPECT_THAT(page, HasSubstr("= δ[3:1] · a[2:2]\n"));
  EXPECT_THAT(page, HasSubstr("= " + number_text(last) + "\n"));
  EXPECT_THAT(page, HasSubstr("= δ[1:3] · x[2]\n"));
  EXPECT_THAT(page, HasSubstr("= " + number_text(first) + "\n"));
}

TEST(LessonN6, TheSameStepsServeEveryActivation) {
  struct Case {
    std::string name, slope;
    PlainActivation plain;
  };
  const std::string page = page_text("any-depth");
  for (const Case& c : {Case{"sigmoid", "a (1 − a)", kPlainSigmoid}, Case{"tanh", "1 − a²", kPlainTanh},
                        Case{"relu", "a > 0: 1; else 0", kPlainRelu},
                        Case{"softplus", "1 − e^−a", {[](double z) { return std::log1p(std::exp(z)); }, plain_sigmoid}},
                        Case{"softsign",
                             "(1 − |a|)²",
                             {[](double z) { return z / (1 + std::fabs(z)); },
                              [](double z) { return 1 / ((1 + std::fabs(z)) * (1 + std::fabs(z))); }}}}) {
    Judge judge(c.plain);
    const double gradient = judge.values.d_weights[0][0];
    constexpr double kStep = 1e-5;
    judge.layers[0].w[0] += kStep;
    const double above = judge.loss();
    judge.layers[0].w[0] -= 2 * kStep;
    EXPECT_NEAR((above - judge.loss()) / (2 * kStep), gradient, 1e-8) << c.name;
    EXPECT_TRUE(has_row(
        page, {c.name, c.slope, number_text(judge.values.delta[0][0]), number_text(gradient), number_text(gradient)}))
        << c.name;
  }
}

TEST(LessonN5, TheErrataOfTheThreeNotesHaveTheirNumbers) {
  const Judge judge(kPlainSigmoid);
  const std::string page = page_text("any-depth");
  const auto& delta = judge.values.delta[2];
  const auto& wb = judge.layers[1].w;  // 2 × 3
  const double wrong = (delta[0] * wb[0] + delta[1] * wb[3]) * plain_sigmoid_slope(judge.values.z[1][0]);
  EXPECT_THAT(page, HasSubstr("With the second table δ[2:1] would be " + number_text(wrong) + " in place of " +
                              number_text(judge.values.delta[1][0])));
  EXPECT_THAT(page, HasSubstr("stopping at layer 2 would leave 9 of the 23 weights and biases without a gradient"));
  EXPECT_THAT(page, HasSubstr("for unit 3:1 that is " + number_text(plain_sigmoid_slope(judge.values.a[2][0])) +
                              " in place of " + number_text(plain_sigmoid_slope(judge.values.z[2][0]))));
  EXPECT_THAT(page, HasSubstr("∂L/∂a[2:1] is " + number_text(judge.values.d_output[1][0]) +
                              ", its term through unit 3:1 alone " + number_text(delta[0] * judge.layers[2].w[0])));
  EXPECT_THAT(page, HasSubstr("before 17 of these 23 weights and biases"));
}

}  // namespace
}  // namespace bprop
