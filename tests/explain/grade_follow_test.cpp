// SPDX-License-Identifier: Apache-2.0
//
// What follows from an earlier error, in sheets of a few lines: from which, what does not, and a slip on top.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/grade.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

using testing::HasSubstr;

Grade graded_mazur(const std::string& answers) {
  return grade(mazur(), {kMazurInput, kMazurTarget}, parse_answers(answers, mazur().architecture()),
               {.learning_rate = 0.5});
}

// δ 2:1 written with half the slope: the sheet does not show the slope, and goes on from there.
TEST(GradeFollow, ASlipIsNamedAndWhatFollowsFromItIsRight) {
  const Grade grade = graded_mazur(R"([{"what": "delta 2:1", "value": 0.276997126},
                                       {"what": "delta 2:2", "value": -0.0380982365},
                                       {"what": "w5", "value": 0.164334}])");
  EXPECT_EQ(grade.answers[0].slip, "a factor of 2 too much");
  EXPECT_EQ(grade.answers[2].verdict, Verdict::kFollows);
  EXPECT_EQ(grade.right, 2U);
}

// Both δ of the last layer are written, the first of them wrong; ∂L/∂a 1:1 and δ 1:1 then go back through w5 and w7 as
// they are after the update, through w5 and w6 as if transposed, or without the second unit.
TEST(GradeFollow, ASlipOfTheWayBackIsNamedOnTopOfAnEarlierError) {
  const double delta1 = 0.2, delta2 = -0.0380982365, a = 0.593269992;
  const double w5 = 0.40 - 0.5 * delta1 * a, w7 = 0.50 - 0.5 * delta2 * a;
  const std::pair<double, const char*> slips[] = {{delta1 * w5 + delta2 * w7, "hidden deltas with updated weights"},
                                                  {delta1 * 0.40 + delta2 * 0.45, "transposed weights on the way back"},
                                                  {delta1 * 0.40, "the path through unit 2 of layer 2 is missing"}};
  for (const auto& [value, name] : slips) {
    for (const bool is_delta : {false, true}) {
      const Grade grade = graded_mazur(
          fmt::format(R"([{{"what": "delta 2:1", "value": "0.200000000"}}, {{"what": "delta 2:2", "value": {}}},
                          {{"what": "{} 1:1", "when": "gradient", "value": "{:.7f}"}}])",
                      delta2, is_delta ? "delta" : "a", is_delta ? value * 0.241300709 : value));
      EXPECT_EQ(grade.answers[2].slip, name);
      EXPECT_EQ(grade.answers[2].follows_from, 0U);
    }
  }
}

// An answer that is right although an earlier one is wrong comes from the right number, not from the wrong one.
TEST(GradeFollow, WhoGoesOnFromTheRightNumberIsRight) {
  const Grade grade = graded_mazur(R"([{"what": "delta 2:1", "value": 0.2}, {"what": "w5", "value": 0.082167041}])");
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kRight);
}

// δ 1:1 = (0.2 · 0.4 − 0.0380982365 · 0.5) φ', φ' = 0.241300709, from a wrong δ 2:1, and then each slip.
TEST(GradeFollow, ASlipOnTopOfAnEarlierErrorIsNamed) {
  const double sum = 0.2 * 0.4 - 0.0380982365 * 0.5;
  const double delta = sum * 0.241300709;
  const std::pair<double, const char*> slips[] = {{-delta, "a sign: the gradient's other direction"},
                                                  {2 * delta, "a factor of 2 too much"},
                                                  {delta / 2, "a factor of ½ too much"},
                                                  {sum, "φ' is forgotten"}};
  for (const auto& [value, name] : slips) {
    const Grade grade = graded_mazur(fmt::format(R"([{{"what": "delta 2:1", "value": "0.20000000"}},
                                                     {{"what": "delta 2:2", "value": -0.0380982365}},
                                                     {{"what": "delta 1:1", "value": "{:.6f}"}}])",
                                                 value));
    EXPECT_EQ(grade.right, 1U);
    EXPECT_EQ(grade.answers[2].slip, name);
    EXPECT_EQ(grade.answers[2].follows_from, 0U);
    EXPECT_NEAR(grade.answers[2].from_earlier, delta, 1e-8);
  }
}

TEST(GradeFollow, ALaterAnswerCarriesNothingBack) {
  const Grade grade = graded_mazur(R"([{"what": "w5", "value": 0.118654}, {"what": "delta 2:1", "value": 0.2}])");
  EXPECT_EQ(grade.right, 0U);
}

// The loss afterwards is calculated with the weights as written: here one is far off.
TEST(GradeFollow, TheLossAfterwardsIsThatOfTheWeightsAsWritten) {
  DoubleNetwork wrong = mazur();
  descend(wrong, kMazurInput, kMazurTarget, 0.5);
  Numbers weights = wrong.weights(1);
  weights[0] = 0.95;
  wrong.set_weights(1, weights);
  const Grade grade = graded_mazur(fmt::format(R"([{{"what": "w5", "when": "after update", "value": "0.950000000"}},
                                                   {{"what": "loss", "when": "after update", "value": "{:.7f}"}}])",
                                               loss_of(wrong, kMazurInput, kMazurTarget)));
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kFollows);
}

TEST(GradeFollow, OfSeveralRowsUpdatesFollowFromGradients) {
  const Numbers input = {0.05, 0.10, 0.3, -0.2};
  const Numbers target = {0.01, 0.99, 0.5, 0.2};
  const auto sheet = parse_answers(R"([{"what": "w1", "value": 0.0321}, {"what": "loss", "value": 0.0321},
                                       {"what": "w1", "when": "after update", "value": 0.13395}])",
                                   mazur().architecture());
  const Grade grade = bprop::grade(mazur(), {input, target}, sheet, {.learning_rate = 0.5});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[2].verdict, Verdict::kFollows);
  EXPECT_EQ(grade.answers[2].follows_from, 0U);
}

TEST(GradeFollow, ThePageSaysFromWhatAnAnswerFollows) {
  const Grade grade = graded_mazur(R"([{"what": "delta 2:1", "value": 0.2}, {"what": "w5", "value": 0.118654}])");
  const std::string page = render_text(document(grade));
  EXPECT_THAT(page, HasSubstr("1 of 2 answers are right; 1 of them follows from an earlier error"));
  EXPECT_THAT(page, HasSubstr("follows from delta 2:1"));
  EXPECT_THAT(render_json(grade), HasSubstr(R"("follows_from": "delta 2:1")"));
}

}  // namespace
}  // namespace bprop
