// SPDX-License-Identifier: Apache-2.0
#include "bprop/preprocessing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "data/csv_table.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FittedPreprocessing fit(const std::string& text, const std::string& target, const PreprocessingOptions& options = {},
                        const CsvOptions& csv = {}) {
  CsvOptions read = csv;
  read.target = target;
  return fit_preprocessing(data::parse_csv(text, "t.csv", read).value_or_throw(), options);
}

template <class Kind>
std::string message_of(const std::string& text, const std::string& target, const PreprocessingOptions& options = {},
                       const CsvOptions& csv = {}) {
  try {
    fit(text, target, options, csv);
  } catch (const Kind& error) {
    return error.what();
  }
  return "no such exception";
}

TEST(Preprocessing, NumbersGetMeanAndPopulationDeviationOfCellsThatAreThere) {
  const auto fitted = fit("a,b,y\n1,10,p\n3,NA,q\nNA,30,p\n5,50,q\n", "y");
  const auto& inputs = fitted.preprocessing.inputs;
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_EQ(inputs[0].shift, 3);
  EXPECT_DOUBLE_EQ(inputs[0].divisor, std::sqrt(8.0 / 3.0));
  EXPECT_TRUE(inputs[0].missing_seen);
  EXPECT_EQ(inputs[0].fill, 3);
  EXPECT_EQ(inputs[1].fill, 30);
  EXPECT_THAT(fitted.preprocessing.feature_names(), ElementsAre("a", "a is missing", "b", "b is missing"));
  EXPECT_EQ(fitted.preprocessing.features(), 4u);
  EXPECT_THAT(fitted.warnings, IsEmpty());
}

TEST(Preprocessing, TheMedianOfAnEvenNumberOfCellsIsTheMiddleOfTwo) {
  EXPECT_EQ(fit("a,y\n1,p\n2,q\n?,p\n7,q\n100,p\n", "y").preprocessing.inputs[0].fill, 4.5);
}

TEST(Preprocessing, TextExpandsToItsTrainingCategories) {
  const auto data = data::parse_csv("c,y\nred,0\nblue,1\n,0\nred,1\nblue,0\ngreen,1\n", "t.csv", {.target = "y"});
  const auto fitted = fit_preprocessing(data->select({0, 1, 2, 3, 4}));
  EXPECT_THAT(fitted.preprocessing.feature_names(), ElementsAre("c=blue", "c=red", "c is missing"));
}

TEST(Preprocessing, ClassesAreTextOrAtMostTwentyIntegers) {
  const auto target = [](int distinct, double step) {
    std::string text = "x,y\n";
    for (int i = 0; i < 3 * distinct; ++i) text += fmt::format("{},{}\n", i, i % distinct * step);
    return fit(text, "y").preprocessing.target;
  };
  EXPECT_EQ(target(20, 1).task, Task::kClasses);
  EXPECT_EQ(target(21, 1).task, Task::kNumbers);
  EXPECT_EQ(target(3, 0.5).task, Task::kNumbers);
  EXPECT_EQ(fit("x,y\n1,a\n2,b\n", "y").preprocessing.target.task, Task::kClasses);
  EXPECT_EQ(fit("x,y\n1,0\n2,1\n", "y", {.task = Task::kNumbers}).preprocessing.target.task, Task::kNumbers);
  EXPECT_THAT(fit("x,y\n1,0.5\n2,0.25\n", "y", {.task = Task::kClasses}).preprocessing.target.classes,
              ElementsAre("0.25", "0.5"));
}

TEST(Preprocessing, LabelsAreSortedAsIntegersIfAllAreElseBytewise) {
  EXPECT_THAT(fit("x,y\n1,10\n2,9\n3,-1\n", "y").preprocessing.target.classes, ElementsAre("-1", "9", "10"));
  EXPECT_THAT(fit("x,y\n1,10\n2,9\n3,b\n", "y").preprocessing.target.classes, ElementsAre("10", "9", "b"));
  EXPECT_THAT(fit("x,y\n1,10\n2,9\n", "y", {}, {.hints = {{"y", ColumnKind::kText}}}).preprocessing.target.classes,
              ElementsAre("9", "10"));
}

TEST(Preprocessing, TwoClassesAreOneOutputAndMoreAreOneHot) {
  EXPECT_EQ(fit("x,y\n1,a\n2,b\n", "y").preprocessing.outputs(), 1u);
  EXPECT_EQ(fit("x,y\n1,a\n2,b\n", "y", {.one_hot_pairs = true}).preprocessing.outputs(), 2u);
  EXPECT_EQ(fit("x,y\n1,a\n2,b\n3,c\n", "y").preprocessing.outputs(), 3u);
  EXPECT_EQ(fit("x,y\n1,1.5\n2,2.5\n3,3.5\n", "y").preprocessing.outputs(), 1u);
}

TEST(Preprocessing, ATargetOfNumbersIsStandardised) {
  const auto target = fit("x,y\n1,1.5\n2,3.5\n", "y").preprocessing.target;
  EXPECT_EQ(target.shift, 2.5);
  EXPECT_EQ(target.divisor, 1);
  EXPECT_EQ(target.to_units(-1), 1.5);
  const auto plain = fit("x,y\n1,1.5\n2,9.5\n", "y", {.standardize_target = false}).preprocessing.target;
  EXPECT_EQ(plain.to_units(0.25), 0.25);
}

TEST(Preprocessing, StandardisingCanBeTurnedOff) {
  const auto input = fit("x,y\n1,a\n7,b\n", "y", {.scaling = Scaling::kNone}).preprocessing.inputs[0];
  EXPECT_EQ(input.shift, 0);
  EXPECT_EQ(input.divisor, 1);
}

TEST(Preprocessing, AConstantColumnIsAWarning) {
  const auto fitted = fit("x,c,t,y\n1,0.1,k,a\n2,0.1,k,b\n3,0.1,k,a\n", "y");
  EXPECT_THAT(fitted.warnings,
              ElementsAre("2 columns are the same in every training row, so they tell the network nothing: c, t"));
  EXPECT_EQ(fitted.preprocessing.inputs[1].divisor, 1);
  EXPECT_EQ(fitted.preprocessing.inputs[1].shift, 0.1) << "exactly: the mean of three 0.1 need not be 0.1";
}

TEST(FitPreprocessing, ManyConstantColumnsAreOneRemark) {
  std::vector<std::string> names = {"y", "x"};
  for (int c = 1; c <= 7; ++c) names.push_back("c" + std::to_string(c));
  std::vector<double> cells;
  for (int row = 0; row < 3; ++row) {
    cells.insert(cells.end(), {row + 0.5, row * 2.0});
    cells.insert(cells.end(), 7, 4.0);
  }
  EXPECT_THAT(
      fit_preprocessing(make_dataset(names, cells, "y")).warnings,
      ElementsAre("7 columns are the same in every training row, so they tell the network nothing: c1, c2, c3, … and 4 "
                  "more"));
}

TEST(Preprocessing, ColumnsThatCannotBeInputsAreLeftOutAndSaid) {
  std::string text = "id,half,many,none,x,y\n";
  for (int i = 0; i < 2100; ++i) {
    text += fmt::format("k{},h{},m{},NA,{},{}\n", i, i % 1050, i % 1001, i, i % 2 == 0 ? "a" : "b");
  }
  const auto fitted = fit(text, "y");
  EXPECT_THAT(fitted.warnings, ElementsAre("column 'id': has 2100 distinct texts, more than 1000; it is left out",
                                           "column 'half': has 1050 distinct texts, more than 1000; it is left out",
                                           "column 'many': has 1001 distinct texts, more than 1000; it is left out",
                                           "column 'none': has no value in any training row; it is left out"));
  EXPECT_THAT(fitted.preprocessing.feature_names(), ElementsAre("x"));
  EXPECT_THAT(fit("c,x,y\nr,1,a\ng,2,b\nb,3,a\nr,4,a\n", "y").warnings,
              ElementsAre("column 'c': has 3 distinct texts in 4 rows, more than half; it is left out"));
}

TEST(Preprocessing, IgnoredColumnsAreNoInputs) {
  EXPECT_THAT(fit("a,b,y\n1,2,p\n3,4,q\n", "y", {.ignore = {"a"}}).preprocessing.feature_names(), ElementsAre("b"));
  EXPECT_EQ(message_of<UsageError>("a,b,y\n1,2,p\n3,4,q\n", "y", {.ignore = {"z"}}),
            "t.csv: there is no column 'z'; its 3 columns are a, b, y");
}

TEST(Preprocessing, BadTargetsAreOneSentence) {
  EXPECT_EQ(message_of<UsageError>("a,y\n1,2\n", ""), "t.csv: no target is named, expected the column to be predicted");
  EXPECT_EQ(message_of<FormatError>("a,y\n1,p\n2,q\n\n3,NA\n", "y"),
            "t.csv, line 5, column 'y': the target is missing, expected a value in every row");
  EXPECT_EQ(message_of<FormatError>("a,y\n1,3\n2,x\n3,4\n", "y", {.task = Task::kNumbers}),
            "t.csv, line 3, column 'y': found 'x', expected a number (the task is numbers)");
  EXPECT_EQ(message_of<FormatError>("a,y\n1,p\n2,p\n", "y"),
            "t.csv, column 'y': is of class 'p' in every training row, expected two classes or more");
  EXPECT_EQ(
      message_of<FormatError>("c,y\nk1,p\nk2,q\n", "y"),
      "t.csv: no input column is left beside the target 'y'; column 'c': has 2 distinct texts in 2 rows, more than "
      "half");
  EXPECT_EQ(message_of<FormatError>("y\np\nq\n", "y"), "t.csv: no input column is left beside the target 'y'");
  EXPECT_EQ(message_of<FormatError>("a,y\n1e200,p\n-1e200,q\n", "y"),
            "t.csv, column 'a': its numbers reach from -1e+200 to 1e+200, too far for a standard deviation");
}

// Numbers from 0.5 on in two columns, one cell of which is another text.
std::string nearly_numbers(int rows, int odd_row, const std::string& odd_x, const std::string& odd_y) {
  std::string text = "x,y\n";
  for (int i = 0; i < rows; ++i) {
    const std::string number = fmt::format("{}", i + 0.5);
    text += fmt::format("{},{}\n", i == odd_row && !odd_x.empty() ? odd_x : number,
                        i == odd_row && !odd_y.empty() ? odd_y : number);
  }
  return text;
}

TEST(Preprocessing, OneBadCellAmongTheNumbersOfATargetIsAnError) {
  EXPECT_EQ(
      message_of<FormatError>(nearly_numbers(300, 77, "", "12.3.4"), "y"),
      "t.csv, line 79, column 'y': found '12.3.4', expected a number as in 299 of 300 cells; --task classes reads "
      "the column as classes");
  EXPECT_EQ(message_of<FormatError>(nearly_numbers(70'000, 69'999, "", "?!"), "y"),
            "t.csv, line 70001, column 'y': found '?!', expected a number as in 69999 of 70000 cells; --task classes "
            "reads the column as classes");
  EXPECT_THAT(fit(nearly_numbers(50, 7, "", "?!"), "y", {.task = Task::kClasses}).warnings,
              ElementsAre("column 'y': 49 of 50 cells are numbers; line 9 holds '?!', so the column is read as text"));
}

TEST(Preprocessing, ABadCellIsNamedAlthoughItsRowIsNotOneOfTraining) {
  const auto data = data::parse_csv(nearly_numbers(30, 20, "", "?!"), "t.csv", {.target = "y"}).value_or_throw();
  try {
    fit_preprocessing(data.select({3, 4, 5}), {.task = Task::kNumbers});
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_STREQ(error.what(), "t.csv, line 22, column 'y': found '?!', expected a number (the task is numbers)");
  }
}

TEST(Preprocessing, OneBadCellAmongTheNumbersOfAnInputIsARemark) {
  EXPECT_EQ(
      message_of<FormatError>("x,\"y\"\n" + nearly_numbers(50, 31, "\"1,003.5\"", "").substr(4), "y"),
      "t.csv: no input column is left beside the target 'y'; column 'x': 49 of 50 cells are numbers; line 33 holds "
      "'1,003.5', so the column is read as text; column 'x': has 50 distinct texts in 50 rows, more than half");
  std::string text = "a,b,y\n";
  for (int i = 0; i < 40; ++i) text += fmt::format("{},{},{}.5\n", i == 9 ? "abc" : std::to_string(i % 3), i, i);
  EXPECT_THAT(
      fit(text, "y").warnings,
      ElementsAre("column 'a': 39 of 40 cells are numbers; line 11 holds 'abc', so the column is read as text"));
}

TEST(Preprocessing, LabelsKeepTheirDigits) {
  EXPECT_THAT(fit("x,y\n1,007\n2,42\n3,007\n4,100\n", "y").preprocessing.target.classes,
              ElementsAre("007", "42", "100"));
  EXPECT_THAT(fit("x,y\n1,5\n2,9007199254740992\n3,9007199254740993\n", "y").preprocessing.target.classes,
              ElementsAre("5", "9007199254740992", "9007199254740993"));
  const auto numbers = fit("x,y\n1,007\n2,42\n3,007\n4,100\n", "y", {.task = Task::kNumbers}).preprocessing.target;
  EXPECT_EQ(numbers.mean, 39);
  EXPECT_EQ(numbers.shift, 39);
  std::string codes = "x,y\n";
  for (int i = 0; i < 21; ++i) codes += fmt::format("{},{:03}\n", i, i);
  EXPECT_EQ(message_of<FormatError>(codes, "y"),
            "t.csv, line 2, column 'y': found '000', expected a number without leading zeros and of at most 15 digits; "
            "--task classes reads the column as classes");
}

TEST(Preprocessing, AnInputOfCodesOnlyIsText) {
  const auto fitted = fit("code,hour,y\n007,01,p\n042,10,q\n007,02,p\n042,11,q\n", "y");
  EXPECT_THAT(fitted.preprocessing.feature_names(), ElementsAre("code=007", "code=042", "hour"));
  EXPECT_THAT(fitted.warnings, ElementsAre("column 'code': all its numbers have leading zeros or more than 15 digits, "
                                           "so the column is read as text"));
}

TEST(Preprocessing, AHeaderThatHoldsNumbersIsARemark) {
  const std::string text = "5.1,setosa\n4.9,setosa\n7.0,versicolor\n6.4,versicolor\n";
  EXPECT_THAT(fit(text, "2").warnings,
              ElementsAre("line 1 holds numbers: is it a header? --no-header reads it as data"));
  EXPECT_THAT(fit(text, "2", {}, {.header = Header::kAbsent}).warnings, IsEmpty());
  EXPECT_THAT(fit(text, "2", {}, {.header = Header::kPresent}).warnings, IsEmpty());
}

TEST(Preprocessing, TinyNumbersStillHaveADivisor) {
  const auto input = fit("a,y\n1e-300,p\n3e-300,q\n", "y").preprocessing.inputs[0];
  EXPECT_GT(input.divisor, 0);
}

TEST(Preprocessing, HintsKeepTheKindsOfTraining) {
  const auto fitted = fit("zip,age,y\nx,1,1.5\nx,2,2.5\n", "y");
  const auto hints = column_hints(fitted.preprocessing);
  ASSERT_EQ(hints.size(), 3u);
  EXPECT_EQ(hints[0].kind, ColumnKind::kText);
  EXPECT_EQ(hints[1].kind, ColumnKind::kNumber);
  EXPECT_EQ(hints[2].name, "y");
}

TEST(Preprocessing, TasksAndKindsHaveNames) {
  EXPECT_EQ(task_named(name(Task::kClasses)), Task::kClasses);
  EXPECT_EQ(task_named(name(Task::kNumbers)), Task::kNumbers);
  EXPECT_THROW(task_named("both"), UsageError);
  EXPECT_EQ(name(ColumnKind::kNumber), "number");
  EXPECT_EQ(name(ColumnKind::kText), "text");
  EXPECT_EQ(name(ColumnKind::kPixel), "pixel");
}

}  // namespace
}  // namespace bprop
