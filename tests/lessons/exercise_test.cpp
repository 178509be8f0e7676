// SPDX-License-Identifier: Apache-2.0
#include "bprop/exercise.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "bprop/error.h"
#include "bprop/expression.h"
#include "bprop/gradients.h"
#include "bprop/lesson.h"
#include "bprop/model.h"

namespace bprop {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSeeds = 20;

// The key with its values changed, as a sheet that somebody filled in.
template <class Change>
std::string sheet(const ExerciseSet& set, Change change) {
  nlohmann::json key = nlohmann::json::parse(answer_key(set));
  for (auto& exercise : key["exercises"]) {
    std::size_t place = 0;
    for (auto& answer : exercise["answers"]) change(answer, place++);
  }
  return key.dump();
}

double value(const nlohmann::json& answer) { return std::strtod(answer["value"].get<std::string>().c_str(), nullptr); }

template <class Check>
void with_each_set(Check check) {
  for (const ExerciseKind& kind : exercise_kinds()) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE(fmt::format("{}, seed {}", kind.name, seed));
      check(exercise(kind.name, seed));
    }
  }
}

TEST(Exercises, TheKeyIsAllRight) {
  with_each_set([](const ExerciseSet& set) {
    const ExerciseGrade graded = grade(set, answer_key(set), "key.json");
    EXPECT_TRUE(graded.all_right) << answer_key(set);
    EXPECT_EQ(graded.grades[0].follow, 0U);
  });
}

TEST(Exercises, AnswersToFourDigitsAreRight) {
  with_each_set([](const ExerciseSet& set) {
    const std::string rounded =
        sheet(set, [](auto& answer, std::size_t) { answer["value"] = fmt::format("{:#.4g}", value(answer)); });
    EXPECT_TRUE(grade(set, rounded, "sheet.json").all_right) << rounded;
  });
}

TEST(Exercises, AWrongValueIsFoundWhereverItStands) {
  with_each_set([](const ExerciseSet& set) {
    const std::size_t count = set.exercises[0].answers.size();
    for (std::size_t wrong = 0; wrong < count; ++wrong) {
      const std::string planted = sheet(set, [&](auto& answer, std::size_t place) {
        const double right = value(answer);
        if (place == wrong) answer["value"] = fmt::format("{:.6g}", 1.37 * right + (right < 0 ? -0.11 : 0.11));
      });
      const Grade graded = grade(set, planted, "sheet.json").grades[0];
      EXPECT_EQ(graded.right, count - 1) << wrong;
      EXPECT_TRUE(graded.answers[wrong].verdict == Verdict::kUnknown ||
                  graded.answers[wrong].verdict == Verdict::kSlip);
    }
  });
}

// What the engine says of the same network and what the expression's own derivation says, not the grader.
TEST(Exercises, TheKeyIsWhatTheEngineComputes) {
  for (const ExerciseKind& kind : exercise_kinds()) {
    const ExerciseSet set = exercise(kind.name, 5);
    const FreshExercise& one = set.exercises[0];
    if (one.network.empty()) {
      const ExpressionExplanation why = explain_expression(one.expression, {.at = parse_named_numbers(one.at)});
      for (const ExpressionVariable& variable : why.variables) {
        for (const ExerciseAnswer& answer : one.answers) {
          if (answer.what != variable.name) continue;
          EXPECT_EQ(answer.value, fmt::format("{:#.6g}", variable.value.value())) << kind.name;
        }
      }
      continue;
    }
    const Model model = model_from_toml(one.network);
    const auto& network = std::get<DoubleNetwork>(model.network);
    const auto all = gradients<double>(network, model.exercise->input, model.exercise->target, model.loss);
    std::size_t compared = 0;
    for (const ExerciseAnswer& answer : one.answers) {
      double right = all.loss;
      if (answer.when == "after update") continue;
      if (answer.what != "loss") {
        const Answer parsed =
            parse_answers(fmt::format(R"([{{"what": "{}", "when": "{}", "value": 0}}])", answer.what, answer.when),
                          network.architecture())[0];
        const auto& layer = all.layers[parsed.what->layer];
        const std::size_t j = parsed.what->unit;
        const std::size_t inputs = std::get<Dense>(network.architecture().layers[parsed.what->layer]).inputs;
        switch (parsed.what->kind) {
          case Selector::Kind::kWeight: right = layer.d_weights[j * inputs + parsed.what->from]; break;
          case Selector::Kind::kBias: right = layer.d_bias[j]; break;
          case Selector::Kind::kDelta: right = layer.delta[j]; break;
          case Selector::Kind::kPreActivation: right = layer.z[j]; break;
          case Selector::Kind::kActivation: right = answer.when == "forward" ? layer.a[j] : layer.d_output[j]; break;
          default: FAIL() << answer.what;
        }
      }
      EXPECT_NEAR(std::strtod(answer.value.c_str(), nullptr), right, 1e-5 * std::fabs(right) + 1e-12)
          << kind.name << ": " << answer.what;
      ++compared;
    }
    EXPECT_GE(compared, 2U) << kind.name;
  }
}

TEST(Exercises, EveryLessonHasSome) {
  for (const LessonInfo& lesson : lessons()) EXPECT_FALSE(exercise(lesson.name, 1).exercises.empty()) << lesson.name;
  EXPECT_EQ(exercise_kinds().size(), 13U);
}

TEST(Exercises, AreAFunctionOfNameSeedAndNumber) {
  for (const ExerciseKind& kind : exercise_kinds()) {
    EXPECT_EQ(answer_key(exercise(kind.name, 7, 3)), answer_key(exercise(kind.name, 7, 3)));
    const ExerciseSet three = exercise(kind.name, 7, 3);
    EXPECT_EQ(three.exercises[0].answers[0].value, exercise(kind.name, 7).exercises[0].answers[0].value);
    std::set<std::string> different;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) different.insert(answer_key(exercise(kind.name, seed)));
    EXPECT_EQ(different.size(), kSeeds) << kind.name;
    EXPECT_NE(answer_key(exercise(kind.name, 1)), answer_key(exercise(kind.name, (std::uint64_t{1} << 32) + 1)));
  }
}

TEST(Exercises, ThePageHasTheQuestionsAndNoAnswer) {
  with_each_set([](const ExerciseSet& set) {
    const std::string page = render_text(document(set));
    const std::string json = render_json(set);
    const std::string empty = answer_sheet(set);
    for (const ExerciseAnswer& answer : set.exercises[0].answers) {
      EXPECT_THAT(page, HasSubstr(answer.what));
      if (std::strtod(answer.value.c_str(), nullptr) == 0 || answer.value.ends_with("000")) continue;
      EXPECT_EQ(page.find(answer.value), std::string::npos) << answer.what;
      EXPECT_EQ(json.find(answer.value), std::string::npos) << answer.what;
      EXPECT_EQ(empty.find(answer.value), std::string::npos) << answer.what;
    }
  });
}

TEST(Exercises, AnEmptySheetSaysWhatHasNoAnswer) {
  const ExerciseSet set = exercise("one-weight", 4, 2);
  const ExerciseGrade graded = grade(set, answer_sheet(set), "sheet.json");
  EXPECT_FALSE(graded.all_right);
  EXPECT_EQ(graded.missing, 12U);
  EXPECT_EQ(document(graded).title, "0 of 0 answers are right; 12 questions are without an answer");
  ASSERT_EQ(graded.grades.size(), 2U);
  EXPECT_EQ(
      graded.grades[1].remarks[0],
      "Without an answer: loss, weight 1:1,1, bias 1:1, weight 1:1,1 after the update, bias 1:1 after the update, "
      "loss after the update.");
}

TEST(Exercises, AListOfAnswersByOtherNamesIsASheetOfOneExercise) {
  const ExerciseSet set = exercise("descent", 3);
  const auto& answers = set.exercises[0].answers;
  const std::string list = fmt::format(
      R"([{{"what": "loss", "value": {}}}, {{"what": "w1", "value": {}}},
          {{"what": "w1", "when": "after update", "value": {}}},
          {{"what": "loss", "when": "after update", "value": {}}}])",
      answers[0].value, answers[1].value, answers[2].value, answers[3].value);
  EXPECT_TRUE(grade(set, list, "list.json").all_right);
  EXPECT_THROW(grade(exercise("descent", 3, 2), list, "list.json"), FormatError);
}

TEST(Exercises, ATextIsKnownForWhatItIs) {
  const ExerciseSet set = exercise("sgd", 1);
  EXPECT_EQ(exercise_text(answer_key(set)), ExerciseText::kKey);
  EXPECT_EQ(exercise_text(answer_sheet(set)), ExerciseText::kEmptySheet);
  nlohmann::json filled = nlohmann::json::parse(answer_sheet(set));
  filled["exercises"][0]["answers"][0]["value"] = "0.5";
  EXPECT_EQ(exercise_text(filled.dump()), ExerciseText::kFilledSheet);
  for (const char* other : {"", "{", "[]", "{}", R"({"exercises": []})", R"({"exercises": [1]})", "layers = 1"}) {
    EXPECT_EQ(exercise_text(other), ExerciseText::kOther) << other;
  }
}

std::string refusal(const std::string& text) {
  try {
    grade(exercise("sgd", 1, 2), text, "s.json");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Exercises, ASheetOfOtherExercisesIsRefused) {
  EXPECT_EQ(refusal("[]"),
            "s.json: is no sheet of exercises, expected {\"exercises\": [...]} as the empty sheet has it");
  EXPECT_THAT(refusal("{"), HasSubstr("s.json: not valid JSON"));
  EXPECT_EQ(refusal(answer_sheet(exercise("sgd", 2))),
            "s.json: is of lesson \"sgd\", seed 2; expected \"sgd\", seed 1");
  EXPECT_EQ(refusal(answer_sheet(exercise("descent", 1))),
            "s.json: is of lesson \"descent\", seed 1; expected \"sgd\", seed 1");
  EXPECT_EQ(refusal(answer_sheet(exercise("sgd", 1, 3))),
            "s.json: has exercise 3, expected 1 to 2, which is the count asked for");
  const std::string one = R"({"lesson": "sgd", "seed": 1, "number": 1, "answers": [{"what": "w9", "value": 1}]})";
  EXPECT_EQ(refusal(fmt::format(R"({{"exercises": [{}]}})", one)),
            "s.json: exercise 1: answer 1 has \"what\": w9: there is no such number, the last is w2");
  EXPECT_EQ(refusal(fmt::format(R"({{"exercises": [{0}, {0}]}})", one)), "s.json: has exercise 1 twice, expected once");
}

TEST(Exercises, AKindThatThereIsNotIsAnsweredWithTheNearest) {
  const auto refused = [](const char* name, std::size_t count) -> std::string {
    try {
      exercise(name, 1, count);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refused("two-layer", 1), "there are no exercises of 'two-layer'; did you mean 'two-layers'?");
  EXPECT_THAT(refused("x", 1), HasSubstr("known: one-layer, two-layers, depth"));
  EXPECT_EQ(refused("sgd", 0), "count is 0, expected 1 to 1000");
  EXPECT_EQ(refused("sgd", 1001), "count is 1001, expected 1 to 1000");
}

}  // namespace
}  // namespace bprop
