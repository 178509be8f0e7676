// SPDX-License-Identifier: Apache-2.0
//
// Several target columns: which they are, what they are taken for, what they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "bprop/error.h"
#include "bprop/preprocessing.h"
#include "bprop/review.h"
#include "data/csv_table.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Numbers = std::vector<double>;

constexpr const char* kTable =
    "x,\"a,b\",rain,snow,height,weight,colour\n"
    "1,0.5,yes,0,180,70.5,red\n"
    "2,1.5,no,1,160,60,green\n"
    "3,2.5,no,0,170,80,blue\n"
    "4,3.5,yes,1,190,90.5,red\n";

Dataset table_of(const TargetNames& target, const std::string& text = kTable) {
  CsvOptions options;
  options.target = target;
  return data::parse_csv(text, "t.csv", options).value_or_throw();
}

std::string refusal(const TargetNames& target, const PreprocessingOptions& options = {}) {
  try {
    fit_preprocessing(table_of(target), options);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

Numbers encoded_targets(const Preprocessing& preprocessing, const Dataset& data) {
  const Encoder encoder(preprocessing, data);
  std::vector<std::uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  Numbers targets(data.rows() * encoder.outputs());
  encoder.encode_targets(std::span<const std::uint32_t>(rows), targets.data());
  return targets;
}

TEST(Targets, AreNamedOneByOneOrWithCommasBetween) {
  EXPECT_THAT(table_of({"weight", "height"}).targets(), ElementsAre(5, 4)) << "in the order asked for";
  EXPECT_THAT(table_of("weight,height").targets(), ElementsAre(5, 4));
  EXPECT_THAT(table_of("6,5").targets(), ElementsAre(5, 4)) << "counted from 1";
  EXPECT_THAT(table_of("a,b").targets(), ElementsAre(1)) << "a column of that name goes before a list";
  EXPECT_THAT(table_of({"a,b", "weight"}).targets(), ElementsAre(1, 5));
  EXPECT_THAT(table_of("").targets(), IsEmpty());
  EXPECT_EQ(table_of("weight,height").target(), 5u);
  EXPECT_TRUE(table_of("weight,height").is_target(4));
  EXPECT_FALSE(table_of("weight,height").is_target(0));
}

TEST(Targets, ThatCannotBeAreOneSentence) {
  EXPECT_EQ(refusal("weight,heigth"), "t.csv: there is no column 'heigth'; did you mean 'height'?");
  EXPECT_EQ(refusal({"weight", "6"}), "t.csv: column 'weight' is named twice as a target");
  EXPECT_EQ(refusal("weight,height", {.ignore = {"height"}}),
            "t.csv: column 'height' is the target and cannot be ignored");
  EXPECT_EQ(
      refusal("rain,colour"),
      "t.csv, column 'colour': is text without exactly two values; several targets are labels of two values each, "
      "or numbers");
  EXPECT_EQ(refusal("snow,weight"),
            "t.csv: of 2 targets one has two values, 'weight' more; several targets are labels of two values each, or "
            "numbers (--task numbers takes all of them as numbers)");
  EXPECT_EQ(refusal("rain,weight"),
            "t.csv: of 2 targets one has two values, 'weight' more; several targets are labels of two values each, or "
            "numbers");
  EXPECT_EQ(refusal("rain,snow", {.task = Task::kClasses}),
            "task is classes, but there are 2 targets, which are numbers, or labels of two values each");
  EXPECT_EQ(refusal("rain", {.task = Task::kLabels}),
            "task is labels, but 'rain' is the only target; a single one is of classes");
  EXPECT_EQ(refusal("rain,colour", {.task = Task::kLabels}),
            "t.csv, column 'colour': has 3 classes, but of several targets each is a label of two values");
  EXPECT_EQ(refusal("rain,snow", {.task = Task::kNumbers}),
            "t.csv, line 2, column 'rain': found 'yes', expected a number (the task is numbers)");
}

TEST(Targets, AMissingOneIsFoundInWhicheverColumn) {
  const Dataset data = table_of("p,q", "x,p,q\n1,1.5,2.5\n2,2.5,\n3,4.5,1.5\n");
  try {
    fit_preprocessing(data);
    FAIL() << "is not refused";
  } catch (const FormatError& error) {
    EXPECT_STREQ(error.what(), "t.csv, line 3, column 'q': the target is missing, expected a value in every row");
  }
}

TEST(Targets, OfNumbersAreScaledEachByItself) {
  const Dataset data = table_of("weight,height");
  const Preprocessing fitted = fit_preprocessing(data).preprocessing;
  EXPECT_EQ(fitted.task(), Task::kNumbers);
  EXPECT_EQ(fitted.outputs(), 2u);
  EXPECT_THAT(fitted.targets(), testing::SizeIs(2));
  EXPECT_EQ(fitted.target.name, "weight");
  EXPECT_EQ(fitted.further_targets.at(0).name, "height");
  EXPECT_DOUBLE_EQ(fitted.target.mean.value(), 75.25);
  EXPECT_DOUBLE_EQ(fitted.further_targets.at(0).mean.value(), 175);
  EXPECT_NEAR(fitted.further_targets.at(0).divisor, 11.180339887498949, 1e-12);  // √125
  const Numbers targets = encoded_targets(fitted, data);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    EXPECT_NEAR(fitted.target.to_units(targets[2 * row]), data.cell(row, 5), 1e-12);
    EXPECT_NEAR(fitted.further_targets[0].to_units(targets[2 * row + 1]), data.cell(row, 4), 1e-12);
  }
  for (const InputColumn& input : fitted.inputs) EXPECT_TRUE(input.name != "weight" && input.name != "height");
}

TEST(Targets, OfTwoValuesEachAreLabels) {
  const Dataset data = table_of("snow,rain");
  EXPECT_EQ(task_of(data), Task::kLabels);
  const Preprocessing fitted = fit_preprocessing(data, {.one_hot_pairs = true}).preprocessing;
  EXPECT_EQ(fitted.task(), Task::kLabels);
  EXPECT_EQ(fitted.outputs(), 2u) << "one output a label";
  EXPECT_THAT(fitted.further_targets.at(0).classes, ElementsAre("no", "yes"));
  EXPECT_THAT(encoded_targets(fitted, data), ElementsAre(0, 1, 1, 0, 0, 0, 1, 1));
  const Encoder encoder(fitted, data);
  EXPECT_EQ(encoder.target_class(1, 0), 1u);
  EXPECT_EQ(encoder.target_class(1, 1), 0u);
  const Dataset other = table_of("snow,rain", "x,\"a,b\",rain,snow,height,weight,colour\n1,0.5,maybe,0,180,70.5,red\n");
  EXPECT_THROW(Encoder(fitted, other), FormatError) << "a value that training never saw";
  const Dataset fewer = table_of("snow", "x,\"a,b\",snow,height,weight,colour\n1,0.5,0,180,70.5,red\n");
  EXPECT_NO_THROW(Encoder(fitted, fewer, Encoder::Targets::kNone));
  EXPECT_THROW(Encoder(fitted, fewer), FormatError) << "without one of the targets";
}

TEST(Targets, OfTwoIntegersAreNumbersIfSomebodySaysSo) {
  const Dataset data = table_of("snow,weight");
  const Preprocessing fitted = fit_preprocessing(data, {.task = Task::kNumbers}).preprocessing;
  EXPECT_EQ(fitted.task(), Task::kNumbers);
  EXPECT_DOUBLE_EQ(fitted.target.mean.value(), 0.5);
}

TEST(Targets, SeveralAreNotStratified) {
  std::vector<double> cells;
  for (int n = 0; n < 40; ++n) cells.insert(cells.end(), {0.5 * n, n % 2 + 0.0, n % 3 == 0 ? 1.0 : 0.0});
  const Dataset several = make_dataset({"x", "p", "q"}, cells, {"p", "q"});
  const Dataset none = make_dataset({"x", "p", "q"}, cells);
  const TrainTest parts = split(several, {.test = 0.25, .seed = 3});
  const TrainTest plain = split(none, {.test = 0.25, .seed = 3});
  ASSERT_EQ(parts.test.rows(), 10u);
  for (std::size_t row = 0; row < 10; ++row) EXPECT_EQ(parts.test.source_row(row), plain.test.source_row(row));
  EXPECT_THROW(split(several, {.test = 0.25, .stratify = true}), UsageError);
}

TEST(Targets, AGiveAwayIsSaidOfItsTarget) {
  std::vector<double> cells;
  for (int n = 0; n < 60; ++n) {
    const double t = 0.37 * n * n;
    cells.insert(cells.end(), {2 * t + 1, n % 7 + 0.5, n % 11 + 0.25, t});
  }
  const Dataset data = make_dataset({"x", "z", "p", "q"}, cells, {"p", "q"});
  EXPECT_THAT(review(data, fit_preprocessing(data).preprocessing),
              ElementsAre("column 'x': rises with 'q' in a straight line (correlation 1.000000); if it is not known "
                          "before the target is, leave it out (--ignore)"));
}

}  // namespace
}  // namespace bprop
