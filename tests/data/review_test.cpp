// SPDX-License-Identifier: Apache-2.0
#include "bprop/review.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/csv_table.h"

namespace bprop {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Columns a (noise from 0 to 1), x (as said), y, and what stands in a row by its number.
Dataset table(std::size_t rows, const std::function<std::string(std::size_t)>& x,
              const std::function<std::string(std::size_t)>& y) {
  std::string text = "a,x,y\n";
  for (std::size_t row = 0; row < rows; ++row) {
    const double noise = random_uniform({.seed = 1}, static_cast<std::uint32_t>(row));
    text += fmt::format("{},{},{}\n", noise, x(row), y(row));
  }
  return data::parse_csv(text, "t.csv", {.target = "y"}).value_or_throw();
}

std::vector<std::string> review_of(const Dataset& data) { return review(data, fit_preprocessing(data).preprocessing); }

double noise(std::size_t row, std::uint32_t column) {
  return random_uniform({.seed = 2, .epoch = column}, static_cast<std::uint32_t>(row));
}
std::string number(double value) { return fmt::format("{:.6f}", value); }
std::string noisy_number(std::size_t row) { return number(noise(row, 1)); }
std::string noisy_class(std::size_t row) { return noise(row, 2) < 0.5 ? "p" : "q"; }

TEST(Review, HasNothingToSayOfAHealthyTable) {
  EXPECT_THAT(review_of(table(200, noisy_number, noisy_class)), IsEmpty());
  EXPECT_THAT(review_of(table(200, noisy_number, [](std::size_t row) { return number(noise(row, 3)); })), IsEmpty());
}

TEST(Review, NamesAColumnThatNumbersTheRowsAlsoWhenAThirdOfThemIsThere) {
  const auto numbered = [](std::size_t row) { return fmt::format("{}", 5000 + 3 * row - row % 3); };
  EXPECT_THAT(review_of(table(200, numbered, noisy_class)),
              ElementsAre(AllOf(HasSubstr("column 'x'"), HasSubstr("never one twice"))));
}

TEST(Review, TakesRepeatedOrFractionalOrFarNumbersForNoIdentifier) {
  const auto repeated = [](std::size_t row) { return fmt::format("{}", row == 199 ? 0 : row); };
  const auto halves = [](std::size_t row) { return fmt::format("{}.5", row); };
  const auto far = [](std::size_t row) { return fmt::format("{}", row * 7); };
  EXPECT_THAT(review_of(table(200, repeated, noisy_class)), IsEmpty());
  EXPECT_THAT(review_of(table(200, halves, noisy_class)), IsEmpty());
  EXPECT_THAT(review_of(table(200, far, noisy_class)), IsEmpty());
}

TEST(Review, NamesANumberInWhichEachClassHasAnInterval) {
  const auto y = [](std::size_t row) { return std::string(1, static_cast<char>('p' + row % 3)); };
  const auto told = [](std::size_t row) { return number(static_cast<double>(row % 3) + noise(row, 4)); };
  EXPECT_THAT(review_of(table(200, told, y)), ElementsAre(AllOf(HasSubstr("'x'"), HasSubstr("interval of its own"))));
  // One row in the interval of another class is enough.
  const auto nearly = [&](std::size_t row) { return row == 7 ? number(0.5) : told(row); };
  EXPECT_THAT(review_of(table(200, nearly, y)), IsEmpty());
}

TEST(Review, NamesATextThatStandsBesideOneTargetOnly) {
  const auto y = [](std::size_t row) { return row % 4 < 2 ? "p" : "q"; };
  const auto told = [](std::size_t row) { return fmt::format("t{}", row % 4); };
  EXPECT_THAT(review_of(table(200, told, y)), ElementsAre(AllOf(HasSubstr("'x'"), HasSubstr("one target only"))));
  const auto rare = [](std::size_t row) { return fmt::format("t{}", row / 4); };  // 50 texts of 4 rows: no rule to see
  EXPECT_THAT(review_of(table(200, rare, [](std::size_t row) { return row / 4 % 2 == 0 ? "p" : "q"; })), IsEmpty());
}

TEST(Review, NamesANumberOnAStraightLineWithTheTarget) {
  const auto fahrenheit = [](std::size_t row) { return number(1.8 * noise(row, 5) + 32); };
  const auto celsius = [](std::size_t row) { return number(noise(row, 5)); };
  EXPECT_THAT(review_of(table(200, fahrenheit, celsius)),
              ElementsAre(AllOf(HasSubstr("'x'"), HasSubstr("rises with the target"), HasSubstr("1.000000"))));
  const auto curve = [](std::size_t row) { return number(noise(row, 5) * noise(row, 5)); };
  EXPECT_THAT(review_of(table(200, curve, celsius)), IsEmpty());
}

TEST(Review, CountsTheRowsOfTinyClasses) {
  const auto y = [](std::size_t row) { return row < 3 ? "rare" : noisy_class(row); };
  EXPECT_THAT(review_of(table(200, noisy_number, y)),
              ElementsAre(AllOf(HasSubstr("a class has fewer than 10"), HasSubstr("'rare' (3)"))));
}

TEST(Review, NamesTheTargetThatLiesFarthestOutside) {
  const auto y = [](std::size_t row) { return row == 41 ? "-1000" : number(noise(row, 6)); };
  EXPECT_THAT(review_of(table(200, noisy_number, y)),
              ElementsAre(AllOf(HasSubstr("1 of 200 targets"), HasSubstr("-1000, t.csv, line 43"))));
}

TEST(Review, SaysNothingOfFewRows) {
  const auto numbered = [](std::size_t row) { return fmt::format("{}", row); };
  const auto same = [](std::size_t row) { return row < 20 ? "p" : "q"; };
  EXPECT_THAT(review_of(table(49, numbered, same)), IsEmpty());
  EXPECT_THAT(review_of(table(50, numbered, same)), testing::SizeIs(1));
}

TEST(ReviewOfASplit, CountsHeldOutRowsThatAreCopies) {
  const Dataset data = table(300, [](std::size_t row) { return fmt::format("c{}", row % 7); }, noisy_class);
  const Preprocessing preprocessing = fit_preprocessing(data).preprocessing;
  std::vector<std::uint32_t> train(200);
  std::iota(train.begin(), train.end(), 0U);
  EXPECT_THAT(review_split(data.select(train), data.select({250, 251, 252, 253}), "test", preprocessing), IsEmpty());
  EXPECT_THAT(review_split(data.select(train), data.select({250, 5, 6, 6, 7}), "test", preprocessing),
              ElementsAre(HasSubstr("4 of 5 test rows (80.0 %)")));
  EXPECT_THAT(review_split(data.select(train), data.select({250, 5, 6}), "test", preprocessing), IsEmpty());
}

TEST(ReviewOfASplit, ComparesTextsAndNotTheirPlacesInAFile) {
  const auto read = [](const std::string& text) {
    return data::parse_csv(text, "t.csv", {.target = "y"}).value_or_throw();
  };
  const Dataset train = read("c,n,y\nred,1,p\nred,2,q\nblue,1,p\nblue,2,q\ngreen,-0,p\ngreen,3,q\n");
  const Preprocessing preprocessing = fit_preprocessing(train).preprocessing;
  // Of another file: 'apple' moves every category's place.
  const Dataset test = read("c,n,y\nred,1,p\nblue,2,q\ngreen,0,p\napple,3,q\nred,2,p\n");
  EXPECT_THAT(review_split(train, test, "test", preprocessing), ElementsAre(HasSubstr("3 of 5 test rows")));
}

}  // namespace
}  // namespace bprop
