// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "base/without_root.h"
#include "data/bytes_and_files.h"
#include "data/csv_table.h"

namespace bprop {
namespace {

struct Bad {
  const char* what;
  std::string text;
  CsvOptions options;
  Failure::Kind kind;
  std::string sentence;
};

constexpr auto kFormat = Failure::Kind::kFormat;
constexpr auto kUsage = Failure::Kind::kUsage;

class CsvErrors : public testing::TestWithParam<Bad> {};

TEST_P(CsvErrors, IsOneSentenceWithFileLineFoundAndExpected) {
  const Bad& bad = GetParam();
  const auto result = data::parse_csv(bad.text, "t.csv", bad.options);
  ASSERT_FALSE(result) << bad.what;
  EXPECT_EQ(result.failure().message, bad.sentence);
  EXPECT_EQ(result.failure().kind, bad.kind);
}

const std::string kWide = "sepal_length,sepal_width,c,d,e,f,g,h,i,j,k,l\n1,2,3,4,5,6,7,8,9,10,11,12\n";

// So many lines of whole numbers.
std::string whole_numbers(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += "1;2\n";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    All, CsvErrors,
    testing::Values(
        Bad{"empty", "", {}, kFormat, "t.csv: is empty, expected a table with a header and rows"},
        Bad{"blank", "\n \n\r\n", {}, kFormat, "t.csv: is empty, expected a table with a header and rows"},
        Bad{"header only", "a,b\n", {}, kFormat, "t.csv: holds a header and no row, expected at least one row"},
        Bad{"too few", "a,b\n1,2\n\n3\n", {}, kFormat, "t.csv, line 4: found 1 field, expected 2 as in line 1"},
        Bad{"too many", "a,b\n1,2,3\n", {}, kFormat, "t.csv, line 2: found 3 fields, expected 2 as in line 1"},
        Bad{"ragged in quotes", "a,b\n\"1\n\"\n", {}, kFormat, "t.csv, line 2: found 1 field, expected 2 as in line 1"},
        Bad{"name in Latin-1",
            "a,caf\xE9\n1,2\n",
            {},
            kFormat,
            "t.csv, line 1, column 2: found a byte that is not UTF-8 (0xE9), expected text in UTF-8"},
        Bad{"category in Latin-1",
            "a,k\n1,caf\xC3\xA9\n2,caf\xE8\n",
            {},
            kFormat,
            "t.csv, line 3, column 'k': found a byte that is not UTF-8 (0xE8), expected text in UTF-8"},
        Bad{"overlong",
            "k\n\"a\xE0\x80\x80\"\n",
            {},
            kFormat,
            "t.csv, line 2, column 'k': found a byte that is not UTF-8 (0xE0), expected text in UTF-8"},
        Bad{"surrogate",
            "k\n\xED\xA0\x80\n",
            {},
            kFormat,
            "t.csv, line 2, column 'k': found a byte that is not UTF-8 (0xED), expected text in UTF-8"},
        Bad{"equal names",
            "a,b,a\n1,2,3\n",
            {},
            kFormat,
            "t.csv, line 1: columns 1 and 3 are both called 'a', expected different names"},
        Bad{"unknown target, close",
            kWide,
            {.target = "Sepal_with"},
            kUsage,
            "t.csv: there is no column 'Sepal_with'; did you mean 'sepal_width'?"},
        Bad{"unknown target",
            kWide,
            {.target = "price"},
            kUsage,
            "t.csv: there is no column 'price'; its 12 columns are sepal_length, sepal_width, c, d, e, f, g, h, i, j, "
            "…"},
        Bad{"number beyond",
            kWide,
            {.target = "13"},
            kUsage,
            "t.csv: there is no column '13'; its 12 columns are sepal_length, sepal_width, c, d, e, f, g, h, i, j, …"},
        Bad{"unknown ignored",
            "a,b\n1,2\n",
            {.ignore = {"zzz"}},
            kUsage,
            "t.csv: there is no column 'zzz'; its 2 columns are a, b"},
        Bad{"target ignored",
            "a,b\n1,2\n",
            {.target = "b", .ignore = {"2"}},
            kUsage,
            "t.csv: column 'b' is the target and cannot be ignored"},
        Bad{"all ignored",
            "a,b\n1,2\n",
            {.ignore = {"a", "b"}},
            kUsage,
            "t.csv: all 2 columns are to be ignored, expected one to be left"},
        Bad{"NUL",
            std::string("a,b\n1,\0\n", 8),
            {},
            kFormat,
            "t.csv, line 2: found a NUL byte, expected text in UTF-8"},
        Bad{"old Mac",
            "a,b\r1,2\r3,4\r",
            {},
            kFormat,
            "t.csv, line 1: found a carriage return inside the line, expected lines that end in \\n or \\r\\n"},
        Bad{"carriage return after a quote",
            "a,b\n\"1\",2\r3,4\n",
            {},
            kFormat,
            "t.csv, line 2: found a carriage return inside the line, expected lines that end in \\n or \\r\\n"},
        Bad{"quote inside",
            "a,b\n1,2\n3,x\"y\n",
            {},
            kFormat,
            "t.csv, line 3, field 2: found a quote inside a field, expected quotes around the whole field and \"\" for "
            "a "
            "quote"},
        Bad{"text after quote",
            "a,b\n\"x\"y,2\n",
            {},
            kFormat,
            "t.csv, line 2, field 1: found a quote inside a field, expected quotes around the whole field and \"\" for "
            "a "
            "quote"},
        Bad{"open quote",
            "a,b\n1,2\n3,\"x\n4,5\n6,7\n",
            {},
            kFormat,
            "t.csv, line 3, field 2: found a quote that is never closed, expected \""},
        Bad{"text for a number",
            "a,b\n1,2\nx,3\n",
            {.hints = {{"a", ColumnKind::kNumber}}},
            kFormat,
            "t.csv, line 3, column 'a': found 'x', expected a number"},
        Bad{"infinite",
            "a,b\n1,2\n-inf,3\n",
            {},
            kFormat,
            "t.csv, line 3, column 'a': found '-inf', expected a finite number"},
        Bad{"overflow",
            "a,b\n1,2\n1e999,3\n",
            {},
            kFormat,
            "t.csv, line 3, column 'a': found '1e999', expected a finite number"},
        Bad{"a comma after points",
            "a;b\n1.5;2\n3;4,5\n",
            {},
            kFormat,
            "t.csv, line 3, column 'b': found '4,5', expected a decimal point as in the lines before; --decimal , "
            "reads it as a number, --decimal . as text"},
        Bad{"a point after a comma",
            "a;b\n" + whole_numbers(99'999) + "3;4,5\n" + whole_numbers(5) + "1.5;2\n",
            {},
            kFormat,
            "t.csv, line 100007, column 'a': found '1.5', expected a decimal comma as in line 100001; --decimal . "
            "reads it as a number, --decimal , as text"},
        Bad{"decimal", "a\n1\n", {.decimal = ';'}, kUsage, "[load_csv] the decimal is ';', expected '.' or ','"},
        Bad{"delimiter",
            "a\n1\n",
            {.delimiter = '"'},
            kUsage,
            "[load_csv] a quote, a space or a line end cannot delimit fields"},
        Bad{"a line end as delimiter",
            "a\n1\n",
            {.delimiter = '\n'},
            kUsage,
            "[load_csv] a quote, a space or a line end cannot delimit fields"},
        Bad{"the other line end",
            "a\n1\n",
            {.delimiter = '\r'},
            kUsage,
            "[load_csv] a quote, a space or a line end cannot delimit fields"},
        Bad{"a space",
            "a\n1\n",
            {.delimiter = ' '},
            kUsage,
            "[load_csv] a quote, a space or a line end cannot delimit fields"},
        Bad{"both",
            "a\n1\n",
            {.delimiter = ',', .decimal = ','},
            kUsage,
            "[load_csv] ',' cannot be both delimiter and decimal"},
        Bad{"cut gzip", gzipped("a,b\n1,2\n").substr(0, 20), {}, kFormat, "t.csv: the gzip data ends too early"}));

TEST(CsvFile, TheFirstOfManyInfinitiesIsSaid) {
  const auto result = data::parse_csv("a,b\n1,2\n3,inf\n4,-inf\n", "t.csv");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().message.substr(0, 13), "t.csv, line 3");
}

TEST(CsvFile, AWrongFirstRowWithoutHeaderIsSaid) {
  const auto result = data::parse_csv("1,caf\xE9\n2,x\n", "t.csv", {.header = Header::kAbsent});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().message,
            "t.csv, line 1, column 'column2': found a byte that is not UTF-8 (0xE9), expected text in UTF-8");
}

TEST(CsvFile, RowsAndFieldsAreCounted) {
  const std::string_view rows = "a\n1\n2\n3\n";
  EXPECT_EQ(data::read_csv(*data::memory_source(rows), "t.csv", {}, 3).value_or_throw().rows(), 3U);
  EXPECT_EQ(data::read_csv(*data::memory_source(rows), "t.csv", {}, 2).failure().message,
            "t.csv: has more than 2 rows");
  EXPECT_EQ(data::parse_csv(std::string(data::kMaxColumns, ','), "t.csv", {.delimiter = ','}).failure().message,
            "t.csv, line 1: found 4194305 fields, expected at most 4194304");
  EXPECT_EQ(
      data::parse_csv("\"x\"" + std::string(data::kMaxColumns, ','), "t.csv", {.delimiter = ','}).failure().message,
      "t.csv, line 1: found 4194305 fields, expected at most 4194304");
}

TEST(CsvFile, AFieldOfManyLinesIsRefusedBeforeItFillsTheMemory) {
  std::string text = "a\n\"";
  for (int line = 0; line < 1100; ++line) text += std::string(1 << 14, 'x') + '\n';
  EXPECT_EQ(data::parse_csv(text + "\"\n", "t.csv").failure().message,
            "t.csv, line 2, field 1: found a quote that is never closed, expected \"");
}

TEST(CsvFile, DamagedGzipIsSaid) {
  std::string bytes = gzipped("a,b\n1,2\n");
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
  const auto result = data::parse_csv(bytes, "t.csv");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().message, "t.csv: the gzip data is damaged (incorrect data check)");
}

TEST(CsvFile, ALineWithoutEndIsRefusedBeforeItFillsTheMemory) {
  const auto result = data::parse_csv(std::string((std::size_t{1} << 24) + 100, 'x'), "t.csv");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().message, "t.csv, line 1: is longer than 16 MiB, expected a table with one row a line");
}

template <class Kind>
std::string message_of(const std::string& path) {
  try {
    load_csv(path);
  } catch (const Kind& error) {
    return error.what();
  }
  return "no such exception";
}

TEST(CsvFile, AMissingFileAndAFolderAreSaid) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of<IoError>(folder.path() + "/none.csv"),
            folder.path() + "/none.csv: cannot be opened: No such file or directory");
  EXPECT_EQ(message_of<FormatError>(folder.path()), folder.path() + ": is a folder, expected a file");
}

TEST(CsvFile, AnUnreadableFileIsSaid) {
  const TemporaryFolder folder;
  const std::string path = folder.write("secret.csv", "a\n1\n");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const WithoutRoot nobody(folder.path());
  EXPECT_EQ(message_of<IoError>(path), path + ": cannot be opened: Permission denied");
}

TEST(CsvFile, AZippedFileIsReadAsFarAsItsLargestSize) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv.gz", gzipped("a,b\n1,2\n") + gzipped("3,4\n"));
  EXPECT_EQ(load_csv(path, {.max_size = 12}).rows(), 2u);
  EXPECT_EQ(load_csv(path, {.max_size = 0}).rows(), 2u);
  try {
    load_csv(path, {.max_size = 11});
    ADD_FAILURE();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), path + ": unzips to more than 11 bytes, which is the largest size (max_size) allowed");
  }
}

TEST(CsvFile, AFileAndAPipeReadAsTheBytesDo) {
  const TemporaryFolder folder;
  EXPECT_EQ(load_csv(folder.write("a.csv", "a,b\n1,2\nx,3\n")).text(1, 0), "x");
  EXPECT_EQ(load_csv(folder.write("a.csv.gz", gzipped("a,b\n1,2\nx,3\n"))).text(0, 0), "1");
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "a,b\n1,2\nx,3\n", 12), 12);
  close(ends[1]);
  EXPECT_EQ(load_csv("/dev/fd/" + std::to_string(ends[0])).text(0, 0), "1");
  close(ends[0]);
}

}  // namespace
}  // namespace bprop
