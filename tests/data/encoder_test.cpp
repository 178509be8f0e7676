// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "bprop/error.h"
#include "bprop/preprocessing.h"
#include "data/csv_table.h"
#include "data/idx.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Dataset read(const std::string& text, const std::string& target = "", const CsvOptions& options = {}) {
  CsvOptions with_target = options;
  with_target.target = target;
  return data::parse_csv(text, "t.csv", with_target).value_or_throw();
}

// All rows; the buffer is poisoned first, so that an element which is not written shows.
template <class T = double>
std::vector<T> encoded(const Encoder& encoder) {
  std::vector<std::uint32_t> rows(encoder.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<T> out(rows.size() * encoder.features(), std::numeric_limits<T>::quiet_NaN());
  encoder.encode<T>(rows, out.data());
  return out;
}

template <class T = double>
std::vector<T> encoded_targets(const Encoder& encoder) {
  std::vector<std::uint32_t> rows(encoder.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<T> out(rows.size() * encoder.outputs(), std::numeric_limits<T>::quiet_NaN());
  encoder.encode_targets<T>(rows, out.data());
  return out;
}

template <class Kind>
std::string message_of(const Preprocessing& preprocessing, const Dataset& data,
                       Encoder::Targets targets = Encoder::Targets::kRequired) {
  try {
    Encoder(preprocessing, data, targets);
  } catch (const Kind& error) {
    return error.what();
  }
  return "no such exception";
}

const std::string kTraining = "age,colour,size\n1,red,10.5\n3,blue,20.5\nNA,red,30.5\n5,,40.5\n3,blue,50.5\n";

TEST(Encoder, ExpandsNumbersTextAndMissingCells) {
  const Dataset data = read(kTraining, "size");
  const Preprocessing fitted = fit_preprocessing(data, {.standardize_target = false}).preprocessing;
  EXPECT_THAT(fitted.feature_names(),
              ElementsAre("age", "age is missing", "colour=blue", "colour=red", "colour is missing"));
  const Encoder encoder(fitted, data);
  const double d = std::sqrt(2.0);                               // of 1, 3, 5, 3
  EXPECT_THAT(encoded(encoder), ElementsAre(-2 / d, 0, 0, 1, 0,  //
                                            0, 0, 1, 0, 0,       //
                                            0, 1, 0, 1, 0,       //
                                            2 / d, 0, 0, 0, 1,   //
                                            0, 0, 1, 0, 0));
  EXPECT_THAT(encoded_targets(encoder), ElementsAre(10.5, 20.5, 30.5, 40.5, 50.5));
  EXPECT_THAT(encoder.warnings(), IsEmpty());
}

TEST(Encoder, FloatsAreTheDoublesRoundedOnce) {
  std::string text = "a,y\n";
  for (int i = 0; i < 500; ++i) text += fmt::format("{},{}\n", i * i * 0.37 + 1000, i * 0.1);
  const Dataset data = read(text, "y");
  const Encoder encoder(fit_preprocessing(data).preprocessing, data);
  const auto doubles = encoded<double>(encoder);
  const auto floats = encoded<float>(encoder);
  for (std::size_t i = 0; i < doubles.size(); ++i) ASSERT_EQ(floats[i], static_cast<float>(doubles[i]));
  double sum = 0;
  double squares = 0;
  for (const double value : doubles) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum, 0, 1e-9);
  EXPECT_NEAR(squares / 500, 1, 1e-12);
}

TEST(Encoder, MatchesColumnsByNameAndPassesOverOthers) {
  const Preprocessing fitted = fit_preprocessing(read("a,b,y\n1,10,p\n3,30,q\n", "y")).preprocessing;
  const Dataset other = read("extra,b,y,a\nz,30,q,1\n");
  EXPECT_THAT(encoded(Encoder(fitted, other, Encoder::Targets::kNone)), ElementsAre(-1, 1));
  EXPECT_THAT(encoded_targets(Encoder(fitted, other)), ElementsAre(1));
}

TEST(Encoder, WhatTrainingNeverSawBecomesZerosAndIsCounted) {
  const Preprocessing fitted =
      fit_preprocessing(read("age,colour,y\n10,red,p\n30,blue,q\n20,red,p\n20,blue,q\n", "y")).preprocessing;
  const Dataset data = read("age,colour\nNA,green\n20,red\n,lilac\n30,\n", "");
  const Encoder encoder(fitted, data, Encoder::Targets::kNone);
  const auto inputs = encoded(encoder);
  EXPECT_THAT(std::vector(inputs.begin(), inputs.begin() + 9), ElementsAre(0, 0, 0, 0, 0, 1, 0, 0, 0));
  EXPECT_THAT(encoder.warnings(),
              ElementsAre("column 'age': 2 cells are missing, as none was in training; they become zeros",
                          "column 'colour': 2 cells hold a category that training never saw; they become zeros",
                          "column 'colour': 1 cell is missing, as none was in training; it becomes zero"));
  EXPECT_THAT(Encoder(fitted, data.select({1}), Encoder::Targets::kNone).warnings(), IsEmpty())
      << "counts are of the rows of the dataset, not of the table";
}

TEST(Encoder, ClassesAreZeroAndOneOrOneHot) {
  const Dataset two = read("x,y\n1,b\n2,a\n3,b\n", "y");
  const Encoder one_output(fit_preprocessing(two).preprocessing, two);
  EXPECT_THAT(encoded_targets(one_output), ElementsAre(1, 0, 1));
  const Encoder pair(fit_preprocessing(two, {.one_hot_pairs = true}).preprocessing, two);
  EXPECT_THAT(encoded_targets(pair), ElementsAre(0, 1, 1, 0, 0, 1)) << "N24: y = 1 is [0 1], y = 0 is [1 0]";
  const Dataset three = read("x,y\n1,10\n2,9\n3,2\n", "y");
  const Encoder encoder(fit_preprocessing(three).preprocessing, three);
  EXPECT_THAT(encoded_targets<float>(encoder), ElementsAre(0, 0, 1, 0, 1, 0, 1, 0, 0));
  EXPECT_EQ(encoder.target_class(0), 2u);
}

TEST(Encoder, StandardisedTargetsComeBackInTheirUnits) {
  const Dataset data = read(kTraining, "size");
  const Preprocessing fitted = fit_preprocessing(data).preprocessing;
  const auto targets = encoded_targets(Encoder(fitted, data));
  for (std::size_t row = 0; row < targets.size(); ++row) {
    EXPECT_NEAR(fitted.target.to_units(targets[row]), data.cell(row, 2), 1e-13);
  }
}

TEST(Encoder, TextAndNumbersOfTheSameMeaningMeet) {
  const Preprocessing text_model =
      fit_preprocessing(read("c,y\n3,p\nx,q\n3,p\nx,q\n7,p\n7,p\n", "y")).preprocessing;  // categories 3, 7, x
  EXPECT_THAT(encoded(Encoder(text_model, read("c\n7\n3\n8\n"), Encoder::Targets::kNone)),
              ElementsAre(0, 1, 0, 1, 0, 0, 0, 0, 0));
  const Preprocessing number_model = fit_preprocessing(read("c,y\n1,5\n3,7\n", "y")).preprocessing;
  const Dataset as_text = read("c,y\n1,7\n3,5\n", "y", {.hints = {{"c", ColumnKind::kText}, {"y", ColumnKind::kText}}});
  EXPECT_THAT(encoded(Encoder(number_model, as_text)), ElementsAre(-1, 1));
  EXPECT_THAT(encoded_targets(Encoder(number_model, as_text)), ElementsAre(1, 0));
}

TEST(Encoder, PixelsAreDividedBy255) {
  data::IdxArray images{{2, 300}, data::ChunkedRows<std::uint8_t>(300)};
  for (int row = 0; row < 2; ++row) {
    std::uint8_t* out = images.rows.append();
    for (int i = 0; i < 300; ++i) out[i] = static_cast<std::uint8_t>(i + row);
  }
  data::IdxArray labels{{2}, data::ChunkedRows<std::uint8_t>(1)};
  *labels.rows.append() = 4;
  *labels.rows.append() = 2;
  const Dataset data = data::idx_dataset(std::move(images), "i", &labels, "l").value_or_throw();
  const Preprocessing fitted = fit_preprocessing(data).preprocessing;
  EXPECT_EQ(fitted.features(), 300u);
  EXPECT_EQ(fitted.feature_names()[299], "pixel300");
  const Encoder encoder(fitted, data);
  const auto inputs = encoded<float>(encoder);
  for (std::size_t i = 0; i < 600; ++i) {
    ASSERT_EQ(inputs[i], static_cast<float>(static_cast<double>((i % 300 + i / 300) % 256) / 255.0));
  }
  EXPECT_THAT(encoded_targets(encoder), ElementsAre(1, 0));
  Preprocessing partly = fitted;
  partly.inputs.erase(partly.inputs.begin() + 7);
  const auto fewer = encoded<double>(Encoder(partly, data));
  EXPECT_EQ(fewer[6], 6 / 255.0);
  EXPECT_EQ(fewer[7], 8 / 255.0);
}

TEST(Encoder, BadTablesAreOneSentence) {
  const Preprocessing model = fit_preprocessing(read("age,y\n1,setosa\n2,lily\n3,rose\n", "y")).preprocessing;
  EXPECT_EQ(message_of<FormatError>(model, read("a,y\n1,rose\n")), "t.csv: has no column 'age', which the model reads");
  EXPECT_EQ(message_of<FormatError>(model, read("age,y\n1,rose\n2,rose\nold,rose\n")),
            "t.csv, line 4, column 'age': found 'old', expected a number as in training");
  EXPECT_EQ(message_of<FormatError>(model, read("age,z\n1,rose\n")),
            "t.csv: has no column 'y', the target of the model");
  EXPECT_EQ(message_of<FormatError>(model, read("age,y\n1,rose\n\n2,tulip\n")),
            "t.csv, line 4, column 'y': found the class 'tulip', which training never saw; expected one of lily, rose, "
            "setosa");
  EXPECT_EQ(message_of<FormatError>(model, read("age,y\n1,rose\n2,\n")),
            "t.csv, line 3, column 'y': the target is missing, expected a value in every row");
  EXPECT_EQ(message_of<FormatError>(model, read("age,y\n1,tulip\n"), Encoder::Targets::kNone), "no such exception");
  const Preprocessing numbers = fit_preprocessing(read("age,y\n1,1.5\n2,2.5\n", "y")).preprocessing;
  EXPECT_EQ(message_of<FormatError>(numbers, read("age,y\n1,2\n2,dear\n")),
            "t.csv, line 3, column 'y': found 'dear', expected a number as in training");
}

TEST(Encoder, WithoutTargetsItGivesNone) {
  const Preprocessing model = fit_preprocessing(read("age,y\n1,a\n2,b\n", "y")).preprocessing;
  const Encoder encoder(model, read("age\n1\n"), Encoder::Targets::kNone);
  EXPECT_THROW(encoded_targets(encoder), UsageError);
}

TEST(Encoder, TheBundledTablesAreRead) {
  const std::string folder = BPROP_SOURCE_DIR "/data/";
  if (!std::filesystem::exists(folder + "digits.csv") || !std::filesystem::exists(folder + "iris.csv")) {
    FAIL() << "data/digits.csv and data/iris.csv are not there";
  }
  const Dataset digits = load_csv(folder + "digits.csv", {.target = "digit"});
  EXPECT_EQ(digits.rows(), 1797u);
  EXPECT_EQ(digits.columns().size(), 65u);
  EXPECT_EQ(fit_preprocessing(digits).preprocessing.outputs(), 10u);
  const Dataset iris = load_csv(folder + "iris.csv");
  EXPECT_EQ(iris.rows(), 150u);
}

}  // namespace
}  // namespace bprop
