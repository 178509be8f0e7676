// SPDX-License-Identifier: Apache-2.0
#include "bprop/grade.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "bprop/error.h"
#include "explain/mazur_rows.h"
#include "explain/slips.h"

namespace bprop {
namespace {

using testing::HasSubstr;

const ExplainRows kMazurRows{kMazurInput, kMazurTarget};
const ExplainOptions kMazurOptions{.learning_rate = 0.5, .freeze_biases = true};
const char* const kUpdatedWeights = "hidden deltas with updated weights";

Grade graded(const DoubleNetwork& network, const ExplainRows& rows, const std::string& answers,
             const ExplainOptions& options) {
  return grade(network, rows, parse_answers(answers, network.architecture()), options);
}

// V1: his printed numbers. New weights follow the right rule, the error after them does not.
TEST(GradeV1, MazursPrintedErrorComesFromUpdatedWeightsAndHisNewWeightsDoNot) {
  const Grade grade = graded(mazur(), kMazurRows,
                             R"([{"what": "w1", "when": "after update", "value": 0.149780716},
                                 {"what": "w2", "when": "after update", "value": "0.19956143"},
                                 {"what": "w3", "when": "after update", "value": "0.24975114"},
                                 {"what": "w4", "when": "after update", "value": "0.29950229"},
                                 {"what": "loss", "value": 0.298371109},
                                 {"what": "loss", "when": "after update", "value": 0.291027924}])",
                             kMazurOptions);
  EXPECT_EQ(grade.right, 5U);
  EXPECT_EQ(grade.answers[5].verdict, Verdict::kSlip);
  EXPECT_EQ(grade.answers[5].slip, kUpdatedWeights);
}

// V2: rounded on the way, so residuals of the two rules are compared.
TEST(GradeV2, MacLeodsHiddenWeightsComeFromUpdatedWeights) {
  const Grade grade = graded(macleod(), {kMacLeodInput, kMacLeodTarget},
                             R"([{"what": "w5", "when": "after update", "value": 0.272392},
                                 {"what": "w6", "when": "after update", "value": 0.87305},
                                 {"what": "w1", "when": "after update", "value": 0.09916},
                                 {"what": "w2", "when": "after update", "value": 0.7978},
                                 {"what": "w3", "when": "after update", "value": 0.3972},
                                 {"what": "w4", "when": "after update", "value": 0.5928}])",
                             {.learning_rate = 1});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kRounded);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kRounded);
  for (std::size_t i = 2; i < 6; ++i) EXPECT_EQ(grade.answers[i].slip, kUpdatedWeights) << i;
}

struct Exam {
  DoubleNetwork network;
  Numbers input;
  Numbers target;
  ExplainOptions options;
};

// Two rows, so that 1/N counts; square layers, so that weights can be transposed.
Exam exam(std::uint64_t seed, Loss loss) {
  const bool is_classes = loss == Loss::kCrossEntropy;
  const char* const text = is_classes ? "3 -> 3 sigmoid -> 3 softmax" : "3 -> 3 sigmoid -> 3 sigmoid -> 3 sigmoid";
  Exam result{DoubleNetwork(text, {.seed = seed}), {}, {}, {.loss = {.loss = loss}, .learning_rate = 0.5}};
  const RandomKey key{seed, Purpose::kTest, 7, 0};
  for (std::uint32_t i = 0; i < 6; ++i) {
    result.input.push_back(2 * random_uniform(key, i) - 1);
    result.target.push_back(is_classes ? (i % 3 == i / 3 ? 1 : 0) : random_uniform(key, 100 + i));
  }
  return result;
}

// A sheet of all gradients as this hypothesis has them, in so many digits.
std::vector<Answer> sheet(const Exam& exam, const explaining::Hypothesis& by, int digits) {
  std::string text;
  const auto add = [&](const std::string& what, double value) {
    text +=
        fmt::format("{}{{\"what\": \"{}\", \"value\": \"{:.{}g}\"}}", text.empty() ? "[" : ", ", what, value, digits);
  };
  std::size_t flat = 0;
  for (const auto& layer : by.layers) {
    for (const double d : layer.d_weights) add(fmt::format("w{}", ++flat), d);
  }
  return parse_answers(text + "]", exam.network.architecture());
}

TEST(Grade, RightAnswersRoundedToThreeToSixDigitsAreRight) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Exam e = exam(seed, seed % 2 == 0 ? Loss::kHalfSquaredError : Loss::kCrossEntropy);
    const ExplainRows rows{e.input, e.target};
    const auto all = explaining::hypotheses(e.network, rows, e.options);
    const auto answers = sheet(e, all[0], 3 + static_cast<int>(seed % 4));
    EXPECT_EQ(grade(e.network, rows, answers, e.options).right, answers.size());
  }
}

TEST(Grade, EverySlipIsRecognised) {
  for (const Loss loss : {Loss::kHalfSquaredError, Loss::kCrossEntropy}) {
    const Exam e = exam(5, loss);
    const ExplainRows rows{e.input, e.target};
    const auto all = explaining::hypotheses(e.network, rows, e.options);
    EXPECT_GE(all.size(), 9U);
    for (std::size_t h = 1; h < all.size(); ++h) {
      std::size_t wrong = 0;
      for (const GradedAnswer& answer : grade(e.network, rows, sheet(e, all[h], 6), e.options).answers) {
        if (answer.verdict == Verdict::kRight) continue;
        ++wrong;
        // With two rows, a missing 1/N and a factor of 2 are the same number.
        const bool is_two = all[h].name == "1/N is missing" && answer.slip == "a factor of 2 too much";
        EXPECT_TRUE(answer.slip == all[h].name || is_two) << all[h].name << " was taken for " << answer.slip;
      }
      EXPECT_GE(wrong, 3U) << all[h].name;
    }
  }
}

TEST(Grade, AnErrorThatIsNoKnownSlipIsUnknown) {
  const Exam e = exam(3, Loss::kHalfSquaredError);
  const ExplainRows rows{e.input, e.target};
  auto wrong = explaining::hypotheses(e.network, rows, e.options)[0];
  for (auto& layer : wrong.layers) {
    for (double& d : layer.d_weights) d *= 1.31;
  }
  for (const GradedAnswer& answer : grade(e.network, rows, sheet(e, wrong, 6), e.options).answers) {
    EXPECT_EQ(answer.verdict, Verdict::kUnknown) << answer.slip;
  }
}

TEST(Grade, TheLastPrintedDigitDecides) {
  const auto half_unit = [](const char* value) {
    return parse_answers(fmt::format(R"([{{"what": "w1", "value": {}}}])", value), mazur().architecture())[0].half_unit;
  };
  EXPECT_DOUBLE_EQ(half_unit("0.15"), 0.005);
  EXPECT_DOUBLE_EQ(half_unit("\"0.1500\""), 0.00005);
  EXPECT_DOUBLE_EQ(half_unit("\"1.5e-3\""), 0.00005);
  EXPECT_DOUBLE_EQ(half_unit("\"2E+2\""), 50);
  EXPECT_DOUBLE_EQ(half_unit("2"), 0.5);
}

std::string refusal(const char* text) {
  try {
    parse_answers(text, mazur().architecture(), "a.json");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Grade, ABadSheetIsRefusedInOneSentence) {
  EXPECT_EQ(refusal("{}"), "a.json is a JSON object, expected a list of answers");
  EXPECT_EQ(refusal("[]"), "a.json has no answers, expected at least one");
  EXPECT_EQ(refusal("[1]"), "a.json: answer 1 is a JSON number, expected an object");
  EXPECT_EQ(refusal("[{\"value\": 1}]"), "a.json: answer 1 has no \"what\"");
  EXPECT_EQ(refusal("[{\"what\": \"w1\"}]"), "a.json: answer 1 has no \"value\"");
  EXPECT_EQ(refusal(R"([{"what": "w1", "value": "x"}])"), "a.json: answer 1 has \"value\": \"x\", expected a number");
  EXPECT_EQ(refusal(R"([{"what": "w1", "value": true}])"),
            "a.json: answer 1 has \"value\" that is a JSON boolean, expected a number");
  EXPECT_EQ(refusal(R"([{"what": "w9", "value": 1}])"),
            "a.json: answer 1 has \"what\": w9: there is no such number, the last is w8");
  EXPECT_EQ(refusal(R"([{"what": "w1", "when": "now", "value": 1}])"),
            "a.json: answer 1 has \"when\": \"now\", expected forward, gradient or after update");
  EXPECT_EQ(refusal(R"([{"what": "delta 1:1", "when": "after update", "value": 1}])"),
            "a.json: answer 1 is no weight, bias or loss, which are what an update changes");
  EXPECT_EQ(refusal(R"([{"what": "w1", "when": "forward", "value": 1}])"),
            "a.json: answer 1 is not computed by the forward pass, expected loss, z or a");
  EXPECT_EQ(refusal(R"([{"what": "loss", "when": "gradient", "value": 1}])"),
            "a.json: answer 1 is the loss, which has no gradient by itself");
  EXPECT_EQ(refusal(R"([{"what": 5, "value": 1}])"),
            "a.json: answer 1 has \"what\" that is a JSON number, expected a text");
  for (const char* value : {"1x", "inf", "nan", ""}) {
    EXPECT_EQ(refusal(fmt::format(R"([{{"what": "w1", "value": "{}"}}])", value).c_str()),
              fmt::format("a.json: answer 1 has \"value\": \"{}\", expected a number", value));
  }
  EXPECT_EQ(refusal(R"([{"what": "w1", "value": 1}, {"what": "w1", "value": 1}])"),
            "a.json: answer 2 is of the same number as answer 1, expected each once");
  EXPECT_EQ(refusal(R"([{"what": "w1", "vlaue": 1}])"),
            "a.json: answer 1 has the unknown key \"vlaue\", expected what, when or value");
  EXPECT_THAT(refusal("[{]"), HasSubstr("a.json: not valid JSON at byte 2"));
  EXPECT_THAT(refusal("[[[[1]]]]"), HasSubstr("nested deeper than 3 levels"));
}

TEST(Grade, ZeroAndNumbersOutOfRangeAreNoAnswers) {
  EXPECT_EQ(refusal(R"([{"what": "w1", "value": "0e400000"}])"),
            "a.json: answer 1 has \"value\": \"0e400000\", expected a number");
  EXPECT_EQ(refusal(R"([{"what": "w1", "value": "1e-9999999999"}])"),
            "a.json: answer 1 has \"value\": \"1e-9999999999\", expected a number");
  EXPECT_EQ(refusal(R"([{"what": "w1", "value": "0.0e-2147483648"}])"),
            "a.json: answer 1 has \"value\": \"0.0e-2147483648\", expected a number");
  const Grade zero = graded(mazur(), kMazurRows, R"([{"what": "w5", "value": 0}])", kMazurOptions);
  EXPECT_EQ(zero.right, 0U);
}

TEST(Grade, NamesAndLossAreThoseOfTheNotation) {
  const auto answers =
      parse_answers(R"([{"what": "w¹₁₁", "value": 0.000877135}])", mazur().architecture(), "a", Notation::k004);
  const ExplainOptions options{.notation = Notation::k004};
  EXPECT_EQ(grade(mazur(), kMazurRows, answers, options).right, 1U);
}

TEST(Grade, AWordSaysWhatANumberIs) {
  const auto what = [](const std::string& name) {
    return parse_answers(fmt::format(R"([{{"what": "{}", "value": 1}}])", name), mazur().architecture()).front().what;
  };
  EXPECT_EQ(what("activation 1:2"), activation(0, 1));
  EXPECT_EQ(what("a 1:2"), activation(0, 1));
  EXPECT_EQ(what("delta 1:2"), delta(0, 1));
  EXPECT_EQ(what("δ[1:2]"), delta(0, 1));
  EXPECT_EQ(what("input 2"), input(1));
  EXPECT_EQ(what("x2"), input(1));
  EXPECT_EQ(what("weight 1:2,1"), weight(0, 1, 0));
  EXPECT_EQ(what("bias 1:2"), bias(0, 1));
}

TEST(Grade, WithoutALearningRateNothingIsUpdated) {
  const auto answers = parse_answers(R"([{"what": "w1", "when": "after update", "value": 1}])", mazur().architecture());
  EXPECT_THROW(grade(mazur(), kMazurRows, answers), UsageError);
}

TEST(Grade, RefusesWhatNoPassComputes) {
  const auto asked = [](const Answer& answer) { return grade(mazur(), kMazurRows, {answer}, {.learning_rate = 0.5}); };
  EXPECT_THROW(asked({.name = "loss", .when = Answer::When::kGradient}), UsageError);
  EXPECT_THROW(asked({.name = "w1", .what = weight(0, 0, 0), .when = Answer::When::kForward}), UsageError);
  EXPECT_THROW(asked({.name = "z", .what = activation(0, 0), .when = Answer::When::kAfterUpdate}), UsageError);
}

}  // namespace
}  // namespace bprop
