// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "data/bytes_and_files.h"
#include "data/csv_table.h"
#include "data/table.h"

namespace bprop {
namespace {

using testing::ElementsAre;

Dataset read(const std::string& text, const CsvOptions& options = {}) {
  return data::parse_csv(text, "t.csv", options).value_or_throw();
}

TEST(Csv, ReadsNumbersTextAndMissingCells) {
  const Dataset data = read("age,colour,size\n31,red,1.5\nNA,blue,?\n-2e3,,+0.25\n", {.target = "size"});
  ASSERT_EQ(data.rows(), 3u);
  ASSERT_EQ(data.columns().size(), 3u);
  EXPECT_EQ(data.columns()[0].kind, ColumnKind::kNumber);
  EXPECT_EQ(data.columns()[1].kind, ColumnKind::kText);
  EXPECT_THAT(data.columns()[1].categories, ElementsAre("blue", "red"));
  EXPECT_EQ(data.columns()[1].missing, 1u);
  EXPECT_EQ(data.target(), 2u);
  EXPECT_EQ(data.cell(0, 0), 31);
  EXPECT_TRUE(std::isnan(data.cell(1, 0)));
  EXPECT_EQ(data.cell(2, 0), -2000);
  EXPECT_EQ(data.text(0, 1), "red");
  EXPECT_EQ(data.text(1, 1), "blue");
  EXPECT_EQ(data.text(2, 1), "");
  EXPECT_EQ(data.text(2, 2), "0.25");
  EXPECT_EQ(data.where(2), "t.csv, line 4");
}

TEST(Csv, EveryMarkerOfAMissingCellIsMissing) {
  const Dataset data = read("a,b\n,1\nNA,1\nNaN,1\nnan,1\n?,1\nnull,1\n\"\",1\n7,1\n");
  EXPECT_EQ(data.columns()[0].kind, ColumnKind::kNumber);
  EXPECT_EQ(data.columns()[0].missing, 7u);
}

TEST(Csv, TheDelimiterIsSniffed) {
  for (const char delimiter : {',', ';', '\t', '|'}) {
    std::string text = "a,b,c\n1,2,3\n4,5,6\n";
    std::replace(text.begin(), text.end(), ',', delimiter);
    EXPECT_EQ(read(text).cell(1, 2), 6) << delimiter;
  }
}

TEST(Csv, TheDecimalCommaIsSniffedWhenItDoesNotDelimit) {
  const Dataset data = read("a;b\n1,5;2\n3;4,25\n");
  EXPECT_EQ(data.cell(0, 0), 1.5);
  EXPECT_EQ(data.cell(1, 1), 4.25);
  EXPECT_EQ(read("1,5;2,5\n3,5;4,25\n").cell(1, 1), 4.25);
}

// So many rows of whole numbers, then what follows.
std::string whole_numbers_then(int rows, const std::string& rest) {
  std::string text = "a;b\n";
  for (int i = 0; i < rows; ++i) text += "1;2\n";
  return text + rest;
}

TEST(Csv, ADecimalCommaIsFoundHoweverLateItComes) {
  for (const int rows : {99, 100, 4096, 60'000, 200'000}) {  // 60,000 rows fill most of the sample
    const Dataset data = read(whole_numbers_then(rows, "3;4,25\n1,5;7\n"));
    ASSERT_EQ(data.rows(), static_cast<std::size_t>(rows) + 2);
    EXPECT_EQ(data.columns()[0].kind, ColumnKind::kNumber) << rows;
    EXPECT_EQ(data.cell(data.rows() - 2, 1), 4.25) << rows;
    EXPECT_EQ(data.cell(data.rows() - 1, 0), 1.5) << rows;
    EXPECT_EQ(data.cell(0, 1), 2);
  }
}

TEST(Csv, ALateDecimalCommaLeavesColumnsOfTextAsTheyAre) {
  const Dataset data = read(whole_numbers_then(100'000, "x;2\n1,5;3,5\n"));
  EXPECT_THAT(data.columns()[0].categories, ElementsAre("1", "1,5", "x"));
  EXPECT_EQ(data.cell(100'001, 1), 3.5);
}

TEST(Csv, ADecimalThatIsGivenIsNotQuestioned) {
  const std::string text = whole_numbers_then(10, "1.5;2\n1;2,5\n");
  EXPECT_EQ(read(text, {.decimal = '.'}).text(11, 1), "2,5");
  EXPECT_EQ(read(text, {.decimal = ','}).text(10, 0), "1.5");
}

TEST(Csv, DelimiterAndDecimalCanBeGiven) {
  const Dataset data = read("a:b\n1,5:2\n", {.delimiter = ':', .decimal = ','});
  EXPECT_EQ(data.cell(0, 0), 1.5);
  EXPECT_EQ(read("a;b\n1,5;2\n", {.decimal = '.'}).text(0, 0), "1,5");
}

TEST(Csv, ByteOrderMarkCarriageReturnsAndBlankLinesArePassedOver) {
  const Dataset data = read("\xEF\xBB\xBFx,y\r\n\r\n1,2\r\n\n  \n3,4");
  EXPECT_EQ(data.columns()[0].name, "x");
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.cell(1, 1), 4);
  EXPECT_EQ(data.where(0), "t.csv, line 3");
  EXPECT_EQ(data.where(1), "t.csv, line 6");
}

TEST(Csv, QuotedFieldsKeepDelimitersQuotesAndLineEnds) {
  const Dataset data =
      read("name,\"x, in mm\"\n\"say \"\"hi\"\"\",\"1.5\"\n\"two\r\nlines; one, field\",2\nplain,3\r\n");
  EXPECT_EQ(data.columns()[1].name, "x, in mm");
  EXPECT_EQ(data.text(0, 0), "say \"hi\"");
  EXPECT_EQ(data.cell(0, 1), 1.5);
  EXPECT_EQ(data.text(1, 0), "two\r\nlines; one, field");
  EXPECT_EQ(data.where(1), "t.csv, line 3");
  EXPECT_EQ(data.where(2), "t.csv, line 5");
}

TEST(Csv, QuotedFieldsWorkWithTabs) {
  const Dataset data = read("a\tb\tc\n\"x\ty\"\t\t1\n z \t2\t3\n");
  EXPECT_EQ(data.text(0, 0), "x\ty");
  EXPECT_EQ(data.text(0, 1), "");
  EXPECT_EQ(data.text(1, 0), "z");
}

TEST(Csv, ALineOfTabsAloneIsARowOfMissingCells) {
  const Dataset data = read("a\tb\n1\t2\n\t\n\n3\t4\n");
  EXPECT_EQ(data.rows(), 3U);
  EXPECT_TRUE(std::isnan(data.cell(1, 0)));
}

TEST(Csv, AFirstLineOfNumbersIsNoHeader) {
  const Dataset data = read("5.1,3.5,setosa\n4.9,3.0,setosa\n");
  EXPECT_EQ(data.rows(), 1u) << "setosa is no number, so the line is taken for a header";
  const Dataset numbers = read("5,3\n4,9\n", {.target = "2"});
  EXPECT_EQ(numbers.rows(), 2u);
  EXPECT_EQ(numbers.columns()[1].name, "column2");
  EXPECT_EQ(numbers.target(), 1u);
}

TEST(Csv, AFirstLineWithAnInfinityIsAHeader) { EXPECT_EQ(read("1,inf\n2,3\n").columns()[1].name, "inf"); }

TEST(Csv, TextIsToldBeforeNumbersWhoseDigitsMatter) {
  const Dataset data = read("a,id\n1,007\n2,008\n3,none\n4,009\n", {.target = "id"});
  EXPECT_EQ(data.columns()[1].first_text, "none");
  EXPECT_EQ(data.columns()[1].first_text_row, 2U);
}

TEST(Csv, TheHeaderCanBeForced) {
  EXPECT_EQ(read("5.1,setosa\n4.9,setosa\n", {.header = Header::kAbsent}).rows(), 2u);
  const Dataset data = read("0,1\n4,9\n", {.target = "1", .header = Header::kPresent});
  EXPECT_EQ(data.rows(), 1u);
  EXPECT_EQ(data.target(), 1u) << "a column called 1 goes before column number 1";
}

TEST(Csv, AnUnnamedColumnIsCalledByItsNumber) { EXPECT_EQ(read(",b\n1,2\n").columns()[0].name, "column1"); }

TEST(Csv, IgnoredColumnsAreNotThere) {
  const Dataset data = read("id,a,b\nx1,1,2\nx2,3,4\n", {.target = "b", .ignore = {"id"}});
  ASSERT_EQ(data.columns().size(), 2u);
  EXPECT_EQ(data.target(), 1u);
  EXPECT_EQ(data.cell(1, 1), 4);
}

TEST(Csv, AMissingTargetIsAllowedWhenPredicting) {
  EXPECT_FALSE(read("a\n1\n", {.target = "y", .target_required = false}).target());
}

TEST(Csv, AColumnThatTurnsOutToBeTextKeepsItsEarlierCellsAsWritten) {
  for (const int rows : {2, 4095, 4096, 4097, 10000}) {
    std::string text = "a,b,c\n";
    for (int i = 0; i < rows; ++i) text += "1.50,007,3\n";
    text += "1,abc,4\n2,8,x\n";
    const Dataset data = read(text, {.buffer_bytes = 1000});
    ASSERT_EQ(data.rows(), static_cast<std::size_t>(rows) + 2);
    EXPECT_EQ(data.columns()[0].kind, ColumnKind::kNumber);
    EXPECT_THAT(data.columns()[1].categories, ElementsAre("007", "8", "abc")) << rows;
    EXPECT_THAT(data.columns()[2].categories, ElementsAre("3", "4", "x")) << rows;
    EXPECT_EQ(data.text(0, 1), "007");
    EXPECT_EQ(data.cell(0, 0), 1.5);
  }
}

TEST(Csv, AHintKeepsNumbersAsText) {
  const Dataset data = read("zip,a\n01234,1\n99999,2\n", {.hints = {{"zip", ColumnKind::kText}}});
  EXPECT_EQ(data.text(0, 0), "01234");
}

TEST(Csv, SmallBuffersGiveTheSameTable) {
  const std::string text = "a,b\n1,\"x\ny\"\n2,\"z\"\"z\"\n3.25,w\n";
  for (const std::size_t bytes : {1u, 16u, 17u, 23u, 64u}) {
    const Dataset data = read(text, {.buffer_bytes = bytes});
    EXPECT_EQ(data.rows(), 3u);
    EXPECT_EQ(data.text(0, 1), "x\ny");
    EXPECT_EQ(data.cell(2, 0), 3.25);
  }
}

TEST(Csv, AGzippedFileReadsAsItsContent) {
  const std::string text = "a,b\n1,2\nx,4\n";
  EXPECT_EQ(read(gzipped(text)).text(1, 0), "x");
  EXPECT_EQ(read(gzipped(text.substr(0, 5)) + gzipped(text.substr(5))).text(1, 0), "x") << "two members";
}

TEST(Csv, OnlyTheWholeMarkOfGzipIsGzip) { EXPECT_EQ(read("\x1f,y\n1,2\n").columns()[0].name, "\x1f"); }

TEST(Csv, InfinityInAColumnOfTextIsText) {
  const auto data = read("a,b\ninf,1\nabc,2\n");
  EXPECT_EQ(data.text(0, 0), "inf");
}

TEST(Csv, AColumnOfTooManyTextsKeepsNone) {
  std::string text = "id,a\n";
  for (int i = 0; i < 66000; ++i) text += fmt::format("k{},{}\n", i, i);
  const Dataset data = read(text);
  EXPECT_EQ(data.columns()[0].kind, ColumnKind::kText);
  EXPECT_TRUE(data.columns()[0].too_many_categories);
  EXPECT_TRUE(data.columns()[0].categories.empty());
  EXPECT_TRUE(std::isnan(data.cell(0, 0)));
  EXPECT_EQ(data.cell(65999, 1), 65999);
}

TEST(Csv, LargeTextsDropTheLargestColumnOnly) {
  std::string text = "essay,colour,number\n";
  for (int i = 0; i < 3000; ++i) text += fmt::format("{:x>9000},{},7\n", i, i % 2 == 0 ? "red" : "blue");
  const Dataset data = read(text);
  EXPECT_TRUE(data.columns()[0].too_many_categories);
  EXPECT_THAT(data.columns()[1].categories, ElementsAre("blue", "red"));
}

TEST(Csv, WideRowsAndManyBlocksKeepTheirCells) {
  std::string text;
  for (int c = 0; c < 300; ++c) text += fmt::format("{}c{}", c > 0 ? "," : "", c);
  text += '\n';
  for (int r = 0; r < 2000; ++r) {
    for (int c = 0; c < 300; ++c) text += fmt::format("{}{}", c > 0 ? "," : "", r * 300 + c);
    text += '\n';
  }
  const Dataset data = read(text);
  for (std::size_t r = 0; r < 2000; r += 37) {
    for (std::size_t c = 0; c < 300; c += 13) ASSERT_EQ(data.cell(r, c), static_cast<double>(r * 300 + c));
  }
}

}  // namespace
}  // namespace bprop
