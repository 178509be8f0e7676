// SPDX-License-Identifier: Apache-2.0
//
// Robust scaling and smooth clipping. Medians and quartiles are those of Python's
// statistics.quantiles(cells, n=4, method="inclusive").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "bprop/preprocessing.h"
#include "data/bytes_and_files.h"
#include "data/csv_table.h"
#include "data/idx.h"
#include "data/robust_scale.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kConstant = std::numeric_limits<double>::max();

Dataset read(const std::string& text) { return data::parse_csv(text, "t.csv", {.target = "y"}).value_or_throw(); }

// Scaling as the preset "default" has it, without clipping.
const PreprocessingOptions kRobust{.scaling = Scaling::kRobust, .signed_pairs = true, .missing_zero = true};
PreprocessingOptions clipped() {
  PreprocessingOptions options = kRobust;
  options.smooth_clip = true;
  return options;
}

std::vector<double> encoded(const Preprocessing& preprocessing, const Dataset& data,
                            std::vector<std::string>* warnings = nullptr) {
  const Encoder encoder(preprocessing, data, Encoder::Targets::kNone);
  std::vector<std::uint32_t> rows(encoder.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<double> out(rows.size() * encoder.features(), std::numeric_limits<double>::quiet_NaN());
  encoder.encode<double>(rows, out.data());
  if (warnings != nullptr) *warnings = encoder.warnings();
  return out;
}

TEST(RobustScale, IsMedianAndDistanceOfTheQuartiles) {
  EXPECT_EQ(data::robust_scale(std::vector<double>{1, 2, 3, 4, 10}), (InputScale{3, 2}));
  EXPECT_EQ(data::robust_scale(std::vector<double>{1, 3, 3, 7}), (InputScale{3, 1.5}));
  EXPECT_EQ(data::robust_scale(std::vector<double>{1, 2, 3.5, 5, 11, 100}), (InputScale{4.25, 7.125}));
  EXPECT_EQ(data::robust_scale(std::vector<double>{7}), (InputScale{7, kConstant}));
}

TEST(RobustScale, TakesHalfTheRangeWhereTheQuartilesAreEqual) {
  EXPECT_EQ(data::robust_scale(std::vector<double>{5, 5, 5, 5, 9}), (InputScale{5, 2}));
}

TEST(RobustScale, OfCountedValuesIsThatOfTheValues) {
  EXPECT_EQ(data::robust_scale(data::CountedValues{{0, 3}, {1, 1}}), (InputScale{0, 0.25}));
  EXPECT_EQ(data::robust_scale(data::CountedValues{{-1, 1}, {0, 1}, {1, 3}}), (InputScale{1, 1}));
  EXPECT_EQ(data::robust_scale(data::CountedValues{{0, 2}, {10, 1}, {255, 3}}), (InputScale{132.5, 252.5}));
  EXPECT_EQ(data::robust_scale(data::CountedValues{{0, 0}, {1, 4}}), (InputScale{1, kConstant}));
}

TEST(RobustScaling, ScalesNumbersAndKeepsConstantColumnsAtZeroWhateverComes) {
  const Dataset data = read("a,b,y\n1,7,p\n2,7,q\n3,7,p\n4,7,q\n10,7,p\n");
  const Preprocessing fitted = fit_preprocessing(data, kRobust).preprocessing;
  EXPECT_THAT(encoded(fitted, read("a,b,y\n10,7,p\n2,1000,q\n")),
              ElementsAre(3.5, 0, -0.5, testing::DoubleNear(0, 1e-300)));
}

TEST(SmoothClip, KeepsEveryInputBelowThreeAndNearZeroAsItIs) {
  const Dataset data = read("a,y\n1,p\n2,q\n3,p\n4,q\n10,p\n");
  const Preprocessing fitted = fit_preprocessing(data, clipped()).preprocessing;
  const auto x = encoded(fitted, read("a,y\n10,p\n3,p\n4,p\n-15,p\n1e300,p\n-1e12,p\n3.000002,p\n"));
  EXPECT_DOUBLE_EQ(x[0], 2.2777698070958894);  // 3.5 / sqrt(1 + (3.5 / 3)^2)
  EXPECT_EQ(x[1], 0);
  EXPECT_DOUBLE_EQ(x[2], 0.49319696191607193);
  EXPECT_DOUBLE_EQ(x[3], -2.846049894151541);
  EXPECT_EQ(x[4], 3);
  EXPECT_EQ(x[5], -3);
  EXPECT_NEAR(x[6], 1e-6, 1e-15);
}

TEST(SmoothClip, WithoutScalingChangesTheOneHotInputsToo) {
  const Dataset data = read("c,y\nred,p\nblue,q\ngreen,p\nred,q\nblue,p\ngreen,q\n");
  const Preprocessing fitted = fit_preprocessing(data, {.scaling = Scaling::kNone, .smooth_clip = true}).preprocessing;
  const auto x = encoded(fitted, data.select({0}));
  EXPECT_THAT(x, ElementsAre(0, 0, testing::DoubleEq(1 / std::sqrt(1 + 1.0 / 9))));
}

// red in 1 of 4 rows: median 0, quartiles 0 and 0.25. blue in 3 of 4: median 1, quartiles 0.75 and 1.
TEST(RobustScaling, ScalesTheInputsOfText) {
  const Dataset data = read("c,y\nred,p\nblue,q\nblue,p\nblue,q\n");
  const Preprocessing fitted = fit_preprocessing(data, {.scaling = Scaling::kRobust}).preprocessing;
  EXPECT_THAT(encoded(fitted, data.select({0, 1})), ElementsAre(-4, 4, 0, 0));  // c=blue, c=red
}

TEST(SignedPairs, AreOneInputOfMinusOneAndOneAndZeroWhereMissingOrUnseen) {
  const Dataset data = read("c,y\nno,p\nyes,q\n,p\nno,p\nyes,q\n");
  const Preprocessing fitted = fit_preprocessing(data, {.signed_pairs = true, .missing_zero = true}).preprocessing;
  EXPECT_THAT(fitted.feature_names(), ElementsAre("c=yes"));
  EXPECT_EQ(fitted.features(), 1U);
  std::vector<std::string> warnings;
  EXPECT_THAT(encoded(fitted, data, &warnings), ElementsAre(-1, 1, 0, -1, 1));
  EXPECT_THAT(warnings, IsEmpty()) << "training had missing cells, too";
  EXPECT_THAT(encoded(fitted, read("c,y\nmaybe,p\nyes,p\n"), &warnings), ElementsAre(0, 1));
  EXPECT_THAT(warnings, ElementsAre("column 'c': 1 cell holds a category that training never saw; it becomes zeros"));
}

TEST(SignedPairs, MayHaveAnInputThatSaysIsMissing) {
  const Dataset data = read("c,y\nno,p\nyes,q\n,p\nno,p\nyes,q\n");
  const Preprocessing fitted = fit_preprocessing(data, {.signed_pairs = true}).preprocessing;
  EXPECT_THAT(fitted.feature_names(), ElementsAre("c=yes", "c is missing"));
  EXPECT_THAT(encoded(fitted, data.select({0, 1, 2})), ElementsAre(-1, 0, 1, 0, 0, 1));
}

TEST(MissingZero, LeavesNoInputThatSaysIsMissingForTextButOneForNumbers) {
  const Dataset data = read("c,a,y\nred,1,p\nblue,,q\n,3,p\nred,4,p\nblue,5,q\ngreen,6,q\ngreen,7,p\n");
  const Preprocessing fitted = fit_preprocessing(data, kRobust).preprocessing;
  EXPECT_THAT(fitted.feature_names(), ElementsAre("c=blue", "c=green", "c=red", "a", "a is missing"));
  // "a is missing" in 1 of 7 rows: median and both quartiles 0, half the range ½.
  const auto x = encoded(fitted, data.select({1}));
  EXPECT_EQ(x[4], 2);
  EXPECT_EQ(x[3], 0) << "the median of the cells that are there";
}

TEST(RobustScaling, OfPixelsIsThatOfEachPixel) {
  const TemporaryFolder folder;
  // Five images of 1 x 2: first pixel 0, 0, 0, 0, 200, second 10, 20, 30, 40, 255.
  const std::string images("\0\0\x08\x03\0\0\0\x05\0\0\0\x01\0\0\0\x02\0\x0a\0\x14\0\x1e\0\x28\xc8\xff", 26);
  const std::string labels("\0\0\x08\x01\0\0\0\x05\x01\x02\x01\x02\x01", 13);
  const Dataset data = load_idx(folder.write("images", images), folder.write("labels", labels));
  const Preprocessing fitted = fit_preprocessing(data, clipped()).preprocessing;
  const auto clip = [](double x) { return x / std::sqrt(1 + x * x / 9); };
  const auto x = encoded(fitted, data.select({0, 4}));
  EXPECT_THAT(x, ElementsAre(0, clip(-1), clip(2), clip(11.25)));
  const Encoder encoder(fitted, data, Encoder::Targets::kNone);
  std::vector<float> single(2);
  encoder.encode<float>(std::vector<std::uint32_t>{4}, single.data());
  EXPECT_EQ(single[0], static_cast<float>(clip(2)));
  EXPECT_EQ(single[1], static_cast<float>(clip(11.25)));
}

TEST(Scaling, HasNames) {
  for (const char* known : {"none", "standard", "robust"}) EXPECT_EQ(name(scaling_named(known)), known);
}

}  // namespace
}  // namespace bprop
