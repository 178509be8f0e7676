// SPDX-License-Identifier: Apache-2.0
//
// Sheets about expressions. What a slip or an early error makes of the other answers is calculated here by hand.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/error.h"
#include "bprop/grade.h"

namespace bprop {
namespace {

using testing::HasSubstr;

struct Line {
  std::string what;
  double value;
};

Grade graded(std::string_view expression, std::string_view at, const std::vector<Line>& lines, int digits = 12) {
  std::string json;
  for (const Line& line : lines) {
    json += fmt::format(R"({}{{"what": "{}", "value": "{:.{}g}"}})", json.empty() ? "[" : ", ", line.what, line.value,
                        digits);
  }
  return grade_expression(expression, parse_named_numbers(at), parse_expression_answers(json + "]"));
}

// The verdict on one answer alone.
std::string slip(std::string_view expression, std::string_view at, const Line& line) {
  const GradedAnswer answer = graded(expression, at, {line}).answers[0];
  return answer.verdict == Verdict::kSlip ? answer.slip : answer.verdict == Verdict::kRight ? "right" : "unknown";
}

const char* const kProduct = "f = x*y*z; x = r; y = r*s; z = s";
const char* const kAt = "r=2.5,s=3.5";

// f = x y z with x = r, y = r s, z = s: f = r² s², ∂f/∂s = 2 r² s.
TEST(ExpressionGrade, ValuesPartialsAndDerivativesAreGraded) {
  const double r = 2.5, s = 3.5, y = r * s;
  const Grade grade = graded(kProduct, kAt,
                             {{"y", y},
                              {"f", r * y * s},
                              {"∂f/∂y", r * s},
                              {"∂y/∂s", r},
                              {"df/ds", 2 * r * r * s},
                              {"d f / d r", 2 * r * s * s},
                              {"∂f/∂s", 2 * r * r * s}});
  EXPECT_EQ(grade.right, 7U);
}

// Found by fuzz/answers: what follows from a wrong answer was looked for beyond the end of a list.
TEST(ExpressionGrade, TheDerivativeOfAnInputByWhatIsMadeOfItIsZero) {
  for (const double answer : {0.0, 12.0}) {
    const Grade grade = graded(kProduct, kAt, {{"f", 48}, {"ds/df", answer}, {"r", 5}});
    EXPECT_EQ(grade.answers[1].verdict, answer == 0 ? Verdict::kRight : Verdict::kUnknown);
  }
}

// z = x + x y with y = 2 x: of the statement alone ∂z/∂x = 1 + y, over both paths dz/dx = 1 + 4 x.
TEST(ExpressionGrade, APartialHoldsOtherNamesAndADerivativeDoesNot) {
  const char* const text = "z = x + x*y; y = 2*x";
  const double x = 1.25;
  EXPECT_EQ(slip(text, "x=1.25", {"∂z/∂x", 1 + 2 * x}), "right");
  EXPECT_EQ(slip(text, "x=1.25", {"dz/dx", 1 + 4 * x}), "right");
  EXPECT_EQ(slip(text, "x=1.25", {"dz/dx", 1 + 2 * x}), "the path x → y → z is missing, which");
  EXPECT_EQ(slip(text, "x=1.25", {"∂z/∂x", 1 + 4 * x}), "the other paths too, which makes it dz/dx,");
}

TEST(ExpressionGrade, SlipsOfTheChainRuleAreNamed) {
  const double r = 2.5, s = 3.5, x = r, y = r * s, z = s;
  const double by_y = x * z * r, by_z = x * y * 1;
  EXPECT_EQ(slip(kProduct, kAt, {"df/ds", -(by_y + by_z)}), "a sign");
  EXPECT_EQ(slip(kProduct, kAt, {"df/ds", 2 * (by_y + by_z)}), "a factor of 2 too much");
  EXPECT_EQ(slip(kProduct, kAt, {"df/ds", x * z + by_z}), "the factor ∂y/∂s forgotten");
  // f = u² + v, with paths of different sizes
  const char* const text = "f = u^2 + v; u = sin(t); v = t*exp(t)";
  const double t = 0.75, u = std::sin(t);
  EXPECT_EQ(slip(text, "t=0.75", {"df/dt", 2 * u * std::cos(t)}), "the path t → v → f is missing, which");
  EXPECT_EQ(slip(text, "t=0.75", {"df/dt", 2 * u * std::cos(t) + std::exp(t)}),
            "in ∂v/∂t the second term of the product rule missing (column 31)");
  EXPECT_EQ(slip(text, "t=0.75", {"df/dt", 2 * u + std::exp(t) * (1 + t)}), "the factor ∂u/∂t forgotten");
  EXPECT_EQ(slip(text, "t=0.75", {"df/dt", 2 * u * std::cos(t) - std::exp(t) * (1 + t)}), "a sign of ∂v/∂t");
}

TEST(ExpressionGrade, SlipsOfOneStatementAreNamed) {
  const double x = 0.75, c = 2.5;
  const auto one = [&](const char* text, double value) { return slip(text, "x=0.75,c=2.5", {"∂f/∂x", value}); };
  EXPECT_EQ(one("f = c*x^3", c * 3 * x * x * x), "the exponent kept (column 8)");
  EXPECT_EQ(one("f = c*x^3", c * x * x), "the exponent not put in front (column 8)");
  EXPECT_EQ(one("f = c*x^3", 3 * x * x), "a factor forgotten (column 6)");
  EXPECT_EQ(one("f = (c*x + 1)^3", 3 * (c * x + 1) * (c * x + 1)), "the inner derivative forgotten (column 14)");
  EXPECT_EQ(one("f = sin(c*x)", std::cos(c * x)), "the inner derivative of sin forgotten (column 5)");
  EXPECT_EQ(one("f = sin(c*x)", std::sin(c * x) * c), "sin in the place of its derivative (column 5)");
  EXPECT_EQ(one("f = x*sin(x) + c*x", std::sin(x) + c), "the second term of the product rule missing (column 6)");
  EXPECT_EQ(one("f = x*sin(x) + c*x", x * std::cos(x) + c), "the first term of the product rule missing (column 6)");
  EXPECT_EQ(one("f = x*sin(x) + c*x", 1 * std::cos(x) + c),
            "the product of the derivatives for the derivative of the product (column 6)");
  EXPECT_EQ(one("f = exp(x)/x + c*x", std::exp(x) / x + std::exp(x) / (x * x) + c),
            "a sign of the quotient rule (column 11)");
  EXPECT_EQ(one("f = c*x - sin(x)", c + std::cos(x)), "a minus sign lost (column 9)");
  EXPECT_EQ(one("f = cos(x) + x*c", std::sin(x) + c), "the minus sign of cos' lost (column 5)");
}

TEST(ExpressionGrade, WhatIsNoSlipIsUnknown) {
  EXPECT_EQ(slip(kProduct, kAt, {"df/ds", 31.7}), "unknown");
  EXPECT_EQ(slip(kProduct, kAt, {"f", 70}), "unknown");
}

// A student's way through f = sin(u) v, u = a b, v = u + b: values, partials, derivatives, each rounded as written.
std::vector<Line> sheet(const std::string& planted, int digits) {
  std::vector<Line> lines;
  const auto write = [&](const std::string& what, double value) {
    if (what == planted) value = 1.29 * value + 0.083;
    lines.push_back({what, std::stod(fmt::format("{:.{}g}", value, digits))});
    return lines.back().value;
  };
  const double a = 0.7, b = 1.3;
  const double u = write("u", a * b);
  const double v = write("v", u + b);
  write("f", std::sin(u) * v);
  const double f_u = write("∂f/∂u", std::cos(u) * v);
  const double f_v = write("∂f/∂v", std::sin(u));
  const double u_a = write("∂u/∂a", b);
  const double u_b = write("∂u/∂b", a);
  const double whole = write("df/du", f_u + f_v);
  write("df/da", whole * u_a);
  write("df/db", whole * u_b + f_v);
  return lines;
}

TEST(ExpressionGrade, OfAnErrorAtAnyStageOnlyItsFirstLineCounts) {
  const char* const text = "f = sin(u)*v; u = a*b; v = u + b";
  for (const int digits : {3, 4, 6, 15}) {
    const Grade right = graded(text, "a=0.7,b=1.3", sheet("", digits), digits);
    EXPECT_EQ(right.right, right.answers.size()) << digits;
    EXPECT_EQ(right.follow, 0U);
    std::size_t following = 0;
    for (const Line& line : sheet("", digits)) {
      SCOPED_TRACE(fmt::format("{} digits, planted: {}", digits, line.what));
      const Grade grade = graded(text, "a=0.7,b=1.3", sheet(line.what, digits), digits);
      EXPECT_EQ(grade.right + 1, grade.answers.size());
      following += grade.follow;
      for (const GradedAnswer& answer : grade.answers) {
        if (!answer.follows_from) continue;
        EXPECT_EQ(grade.answers[*answer.follows_from].answer.name, line.what) << answer.answer.name;
      }
    }
    EXPECT_GE(following, 12U);
  }
}

// From below: dy/dt wrong, and then df/dt = ∂f/∂y · dy/dt.
TEST(ExpressionGrade, AnErrorIsCarriedFromBelowAsWell) {
  const Grade grade = graded("f = y^2; y = x*x*t; x = t^2", "t=1.5", {{"dy/dt", 17.5}, {"df/dt", 2 * 7.59375 * 17.5}});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kFollows);
}

TEST(ExpressionGrade, ASecondErrorIsFoundBehindTheFirst) {
  auto lines = sheet("u", 6);
  lines.back().value *= 1.1;
  const Grade grade = graded("f = sin(u)*v; u = a*b; v = u + b", "a=0.7,b=1.3", lines, 6);
  EXPECT_EQ(grade.right + 2, grade.answers.size());
  EXPECT_EQ(grade.answers.back().verdict, Verdict::kUnknown);
}

// u is 5; from 6, f would be 36. Were 6 as good as any number from 5.5 to 6.5, 41 would follow from it.
TEST(ExpressionGrade, AWholeNumberIsExactWhenItIsCarriedOn) {
  const char* const text = "f = u^2; u = a + b";
  EXPECT_EQ(graded(text, "a=2,b=3", {{"u", 6}, {"f", 36}}).answers[1].verdict, Verdict::kFollows);
  EXPECT_EQ(graded(text, "a=2,b=3", {{"u", 6}, {"f", 41}}).answers[1].verdict, Verdict::kUnknown);
}

// 1.024144 is 1.02 to three digits; less 1 that is 0.02, where 0.024144 is right.
TEST(ExpressionGrade, WhatFollowsFromARightNumberThatWasRoundedWasRounded) {
  const char* const text = "d = (a - 1)*0.37; a = x^2";
  const Grade grade = graded(text, "x=1.012", {{"a", 1.02}, {"d", 0.02 * 0.37}});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kRight);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kRounded);
  EXPECT_EQ(grade.follow, 0U);
  EXPECT_EQ(graded(text, "x=1.012", {{"d", 0.02 * 0.37}}).answers[0].verdict, Verdict::kUnknown);
}

// y is wrong, and with that y the path over it is left out: 13, where 25 would have followed.
TEST(ExpressionGrade, ASlipOnTopOfAnEarlierErrorIsNamed) {
  const Grade grade = graded(kProduct, "r=2,s=3", {{"y", 6.5}, {"df/ds", 13}});
  EXPECT_EQ(grade.answers[1].slip, "the path s → y → f is missing, which");
  EXPECT_EQ(grade.answers[1].follows_from, 0U);
  EXPECT_DOUBLE_EQ(grade.answers[1].from_earlier, 25);
}

template <class Exception>
std::string refusal(const std::string& json, std::string_view at = kAt) {
  try {
    grade_expression(kProduct, parse_named_numbers(at), parse_expression_answers(json, "a.json"));
  } catch (const Exception& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ExpressionGrade, ABadSheetIsRefusedInOneSentence) {
  EXPECT_EQ(refusal<FormatError>(R"([{"what": "df/", "value": 1}])"),
            "a.json: answer 1 has \"what\": \"df/\", expected a variable or a derivative such as df/dx or ∂f/∂x");
  EXPECT_EQ(refusal<FormatError>(R"([{"what": "f", "when": "forward", "value": 1}])"),
            "a.json: answer 1 has the unknown key \"when\", expected what or value");
  EXPECT_EQ(refusal<FormatError>("[]"), "a.json has no answers, expected at least one");
  EXPECT_THAT(refusal<UsageError>(R"([{"what": "dg/ds", "value": 1}])"), HasSubstr("dg/ds: there is no variable 'g'"));
  EXPECT_EQ(refusal<UsageError>(R"([{"what": "df/df", "value": 1}])"), "df/df: expected two different variables");
  EXPECT_THAT(refusal<UsageError>(R"([{"what": "f", "value": 1}])", "r=2"), HasSubstr("at lacks a value of 's'"));
}

TEST(ExpressionGrade, ADerivativeThatNoRuleStatesIsRefused) {
  const auto answers = parse_expression_answers(R"([{"what": "df/dx", "value": 1}])");
  EXPECT_THROW(grade_expression("f = sigmoid'(x)", {{"x", 1}}, answers), UsageError);
}

}  // namespace
}  // namespace bprop
