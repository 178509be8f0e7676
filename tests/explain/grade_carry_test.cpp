// SPDX-License-Identifier: Apache-2.0
//
// An early error carried forward. Sheets are calculated here in plain C++, number by number, as on paper: each is
// written down, rounded or not, and the next are calculated from what was written.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>

#include "bprop/grade.h"
#include "golden/textbook_networks.h"

namespace bprop {
namespace {

// A sheet of paper: each number is written down as `digits` say and kept as written.
class Paper {
 public:
  explicit Paper(int digits) : digits_(digits) {}

  // Before it is written, this line goes wrong: by a factor and a summand that no slip makes.
  void plant(const std::string& line) { planted_.push_back(line); }

  double write(const std::string& what, double value, const std::string& when = "") {
    const std::string line = when.empty() ? what : what + ", " + when;
    if (std::ranges::find(planted_, line) != planted_.end()) value = 1.37 * value + 0.011;
    const std::string printed = fmt::format("{:.{}g}", value, digits_);
    lines_.push_back(line);
    json_ += fmt::format(R"({}{{"what": "{}"{}, "value": "{}"}})", json_.empty() ? "[" : ",\n ", what,
                         when.empty() ? "" : fmt::format(R"(, "when": "{}")", when), printed);
    return std::strtod(printed.c_str(), nullptr);
  }

  std::string json() const { return json_ + "]"; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  int digits_;
  std::vector<std::string> planted_;
  std::vector<std::string> lines_;
  std::string json_;
};

// A task and how it is done on paper.
struct Task {
  std::string name;
  DoubleNetwork network;
  Numbers input;
  Numbers target;
  ExplainOptions options;
  std::function<void(Paper&)> write;
};

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

// Mazur's network, all of it: sigmoid and half the squared error, biases too.
void write_mazur(Paper& paper) {
  const double x[] = {0.05, 0.10}, y[] = {0.01, 0.99};
  const double w[2][2][2] = {{{0.15, 0.20}, {0.25, 0.30}}, {{0.40, 0.45}, {0.50, 0.55}}};
  const double b[] = {0.35, 0.60};
  double in[2][2] = {{x[0], x[1]}, {}};
  double a[2][2], delta[2][2];
  for (int l = 0; l < 2; ++l) {
    for (int j = 0; j < 2; ++j) {
      const double z =
          paper.write(fmt::format("z {}:{}", l + 1, j + 1), w[l][j][0] * in[l][0] + w[l][j][1] * in[l][1] + b[l]);
      a[l][j] = paper.write(fmt::format("a {}:{}", l + 1, j + 1), sigmoid(z));
      if (l == 0) in[1][j] = a[0][j];
    }
  }
  paper.write("loss", ((a[1][0] - y[0]) * (a[1][0] - y[0]) + (a[1][1] - y[1]) * (a[1][1] - y[1])) / 2);
  for (int l = 1; l >= 0; --l) {
    for (int j = 0; j < 2; ++j) {
      const double d_output =
          paper.write(fmt::format("a {}:{}", l + 1, j + 1),
                      l == 1 ? a[1][j] - y[j] : delta[1][0] * w[1][0][j] + delta[1][1] * w[1][1][j], "gradient");
      delta[l][j] = paper.write(fmt::format("delta {}:{}", l + 1, j + 1), d_output * a[l][j] * (1 - a[l][j]));
    }
    for (int j = 0; j < 2; ++j) {
      for (int i = 0; i < 2; ++i) {
        const std::string name = fmt::format("{}:{},{}", l + 1, j + 1, i + 1);
        const double gradient = paper.write(name, delta[l][j] * in[l][i]);
        paper.write(name, w[l][j][i] - 0.5 * gradient, "after update");
      }
      const double gradient = paper.write(fmt::format("b{}", 2 * l + j + 1), delta[l][j]);
      paper.write(fmt::format("b{}", 2 * l + j + 1), b[l] - 0.5 * gradient, "after update");
    }
  }
  for (int i = 0; i < 2; ++i) {
    paper.write(fmt::format("x{}", i + 1), delta[0][0] * w[0][0][i] + delta[0][1] * w[0][1][i]);
  }
}

// 1 -> 2 tanh -> 2 softmax with cross entropy, whose δ is p − y.
const double kFirst[] = {0.7, -0.4}, kSecond[2][2] = {{0.6, -0.9}, {-0.3, 0.8}};
void write_classes(Paper& paper) {
  const double x = 0.8, y[] = {0, 1};
  double a[2], e[2], z[2], p[2], delta[2];
  for (int j = 0; j < 2; ++j) {
    a[j] =
        paper.write(fmt::format("a 1:{}", j + 1), std::tanh(paper.write(fmt::format("z 1:{}", j + 1), kFirst[j] * x)));
  }
  for (int k = 0; k < 2; ++k) {
    z[k] = paper.write(fmt::format("z 2:{}", k + 1), kSecond[k][0] * a[0] + kSecond[k][1] * a[1]);
    e[k] = std::exp(z[k]);
  }
  for (int k = 0; k < 2; ++k) p[k] = paper.write(fmt::format("a 2:{}", k + 1), e[k] / (e[0] + e[1]));
  paper.write("loss", -std::log(p[1]));
  for (int k = 0; k < 2; ++k) delta[k] = paper.write(fmt::format("delta 2:{}", k + 1), p[k] - y[k]);
  for (int j = 0; j < 2; ++j) {
    const double d_output =
        paper.write(fmt::format("a 1:{}", j + 1), delta[0] * kSecond[0][j] + delta[1] * kSecond[1][j], "gradient");
    const double below = paper.write(fmt::format("delta 1:{}", j + 1), d_output * (1 - a[j] * a[j]));
    paper.write(fmt::format("1:{},1", j + 1), below * x);
    for (int k = 0; k < 2; ++k) paper.write(fmt::format("2:{},{}", k + 1, j + 1), delta[k] * a[j]);
  }
}

std::vector<Task> tasks() {
  return {{"mazur", mazur(), kMazurInput, kMazurTarget, {.learning_rate = 0.5}, write_mazur},
          {"classes",
           network_of("1 -> 2 tanh no-bias -> 2 softmax no-bias",
                      {{kFirst[0], kFirst[1]}, {kSecond[0][0], kSecond[0][1], kSecond[1][0], kSecond[1][1]}}, {}),
           {0.8},
           {0, 1},
           {.loss = {.loss = Loss::kCrossEntropy}},
           write_classes}};
}

Grade graded(const Task& task, const Paper& paper) {
  const ExplainRows rows{task.input, task.target};
  return grade(task.network, rows, parse_answers(paper.json(), task.network.architecture()), task.options);
}

// Every line of the sheet, one after the other.
template <class Check>
void with_each_line(const Task& task, int digits, Check check) {
  Paper right(digits);
  task.write(right);
  for (std::size_t i = 0; i < right.lines().size(); ++i) {
    SCOPED_TRACE(fmt::format("{}, {} digits, planted: {}", task.name, digits, right.lines()[i]));
    Paper paper(digits);
    paper.plant(right.lines()[i]);
    task.write(paper);
    check(i, graded(task, paper));
  }
}

TEST(GradeCarry, ARightSheetIsRightToEveryNumberOfDigits) {
  for (const Task& task : tasks()) {
    for (const int digits : {3, 4, 5, 6, 17}) {
      Paper paper(digits);
      task.write(paper);
      const Grade grade = graded(task, paper);
      EXPECT_EQ(grade.right, grade.answers.size()) << task.name << ", " << digits << " digits\n" << paper.json();
      EXPECT_EQ(grade.follow, 0U);
    }
  }
}

TEST(GradeCarry, OfAnErrorAtAnyStageOnlyItsFirstLineCounts) {
  for (const Task& task : tasks()) {
    for (const int digits : {3, 4, 5, 6, 17}) {
      with_each_line(task, digits, [&](std::size_t planted, const Grade& grade) {
        EXPECT_EQ(grade.right + 1, grade.answers.size());
        for (std::size_t i = 0; i < grade.answers.size(); ++i) {
          const GradedAnswer& answer = grade.answers[i];
          if (i == planted) {
            EXPECT_TRUE(answer.verdict == Verdict::kUnknown || answer.verdict == Verdict::kSlip);
          } else if (answer.follows_from) {
            EXPECT_EQ(*answer.follows_from, planted) << answer.answer.name;
            EXPECT_GT(i, planted);
          }
        }
      });
    }
  }
}

TEST(GradeCarry, ASecondErrorIsFoundBehindTheFirst) {
  const Task task = tasks()[0];
  for (const int digits : {4, 6, 17}) {
    Paper paper(digits);
    paper.plant("a 1:2");
    paper.plant("delta 2:1");
    task.write(paper);
    const Grade grade = graded(task, paper);
    EXPECT_EQ(grade.right + 2, grade.answers.size());
    std::vector<std::string> wrong;
    std::map<std::string, std::size_t> sources;
    for (const GradedAnswer& answer : grade.answers) {
      if (answer.verdict == Verdict::kUnknown || answer.verdict == Verdict::kSlip) wrong.push_back(answer.answer.name);
      if (answer.follows_from) ++sources[grade.answers[*answer.follows_from].answer.name];
    }
    EXPECT_THAT(wrong, testing::ElementsAre("a 1:2", "delta 2:1"));
    EXPECT_GT(sources["a 1:2"], 5U);
  }
}

TEST(GradeCarry, AnErrorInTheLastLineStaysUnknown) {
  const Task task = tasks()[0];
  for (const char* early : {"", "a 2:1"}) {
    Paper paper(6);
    paper.plant("x2");
    paper.plant(early);
    task.write(paper);
    EXPECT_EQ(graded(task, paper).answers.back().verdict, Verdict::kUnknown) << early;
  }
}

}  // namespace
}  // namespace bprop
