// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "data/bytes_and_files.h"
#include "data/npy.h"
#include "data/table.h"

namespace bprop {
namespace {

using data::parse_npy;

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string npy_text(const std::string& text, const std::string& values, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return bytes + text + values;
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& values, bool fortran = false,
                char version = 1) {
  return npy_text("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" +
                      shape + "), }   \n",
                  values, version);
}

std::string failure_of(const std::string& bytes, const NpyOptions& options = {}) {
  const auto result = parse_npy(bytes, "x.npy", options);
  return result ? "no failure" : result.failure().message;
}

template <class T>
void expect_reads(const std::string& descr) {
  const auto data = parse_npy(npy(descr, "2, 2", bytes_of<T>({1, 2, 3, T(100)})), "x").value_or_throw();
  EXPECT_EQ(data.rows(), 2u) << descr;
  EXPECT_EQ(data.cell(0, 1), 2) << descr;
  EXPECT_EQ(data.cell(1, 1), 100) << descr;
  EXPECT_EQ(data.columns()[1].name, "column2");
  EXPECT_EQ(data.columns()[1].kind, ColumnKind::kNumber);
}

TEST(Npy, EveryTypeIsRead) {
  expect_reads<float>("<f4");
  expect_reads<double>("<f8");
  expect_reads<std::int8_t>("|i1");
  expect_reads<std::int16_t>("<i2");
  expect_reads<std::int32_t>("<i4");
  expect_reads<std::int64_t>("<i8");
  expect_reads<std::uint8_t>("|u1");
  expect_reads<std::uint16_t>("<u2");
  expect_reads<std::uint32_t>("<u4");
  expect_reads<std::uint64_t>("<u8");
  EXPECT_EQ(parse_npy(npy("|b1", "3,", std::string("\x00\x01\x01", 3)), "x")->cell(1, 0), 1);
}

TEST(Npy, AHeaderMayEndWithoutACommaAndQuoteAsItLikes) {
  const auto table =
      parse_npy(npy_text(R"({"descr": "<f8", "fortran_order": False, "shape": (1, 1)})", bytes_of<double>({7})), "x");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->cell(0, 0), 7);
}

TEST(Npy, VersionsTwoAndThreeAndGzipAreRead) {
  for (const char version : {'\1', '\2', '\3'}) {
    EXPECT_EQ(parse_npy(gzipped(npy("<f8", "2,", bytes_of<double>({4, 5}), false, version)), "x")->cell(1, 0), 5);
  }
}

TEST(Npy, FortranOrderGivesTheSameTableAsCOrder) {
  // a[i, j, k] = 100 i + 10 j + k of shape (3, 2, 4), written in both orders.
  std::vector<std::int32_t> c_order;
  std::vector<std::int32_t> fortran_order;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 2; ++j) {
      for (int k = 0; k < 4; ++k) c_order.push_back(100 * i + 10 * j + k);
    }
  }
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 2; ++j) {
      for (int i = 0; i < 3; ++i) fortran_order.push_back(100 * i + 10 * j + k);
    }
  }
  const auto a = parse_npy(npy("<i4", "3, 2, 4", bytes_of(c_order)), "x").value_or_throw();
  const auto b = parse_npy(npy("<i4", "3, 2, 4", bytes_of(fortran_order), true), "x").value_or_throw();
  ASSERT_EQ(a.columns().size(), 8u);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t c = 0; c < 8; ++c) {
      EXPECT_EQ(a.cell(row, c), static_cast<double>(100 * row + 10 * (c / 4) + c % 4));
      EXPECT_EQ(b.cell(row, c), a.cell(row, c));
    }
  }
}

TEST(Npy, UnsignedBytesOfThreeAxesArePixels) {
  const auto data = parse_npy(npy("|u1", "1, 2, 2", "\x01\x02\x03\xff"), "x").value_or_throw();
  EXPECT_EQ(data.columns()[3].kind, ColumnKind::kPixel);
  EXPECT_EQ(data.columns()[3].name, "pixel4");
  EXPECT_EQ(data.cell(0, 3), 255);
}

TEST(Npy, TargetAndIgnoredColumnsAreChosenAsInCsv) {
  const auto data =
      parse_npy(npy("<f4", "1, 3", bytes_of<float>({1, 2, 3})), "x", {.target = "column3", .ignore = {"1"}})
          .value_or_throw();
  ASSERT_EQ(data.columns().size(), 2u);
  EXPECT_EQ(data.target(), 1u);
  EXPECT_EQ(data.cell(0, 0), 2);
  EXPECT_EQ(failure_of(npy("<f4", "1, 2", bytes_of<float>({1, 2})), {.target = "y"}),
            "x.npy: there is no column 'y'; its 2 columns are column1, column2");
}

TEST(Npy, NanIsMissingAndInfinityAnError) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const auto data = parse_npy(npy("<f8", "2, 1", bytes_of<double>({nan, 1})), "x").value_or_throw();
  EXPECT_TRUE(std::isnan(data.cell(0, 0)));
  EXPECT_EQ(data.columns()[0].missing, 1u);
  EXPECT_EQ(failure_of(npy("<f8", "2, 2", bytes_of<double>({0, 1, 2, -inf}))),
            "x.npy, row 2, column 'column2': found an infinity, expected a finite number");
}

TEST(Npy, LabelsOfAnotherFileAreTheTarget) {
  const TemporaryFolder folder;
  const auto images = folder.write("x.npy", npy("|u1", "2, 1, 2", "abcd"));
  const auto labels = folder.write("y.npy", npy("<i8", "2,", bytes_of<std::int64_t>({7, 300})));
  for (const Dataset& data : {load_npy(images, {.labels = labels}), load_table(images, {}, labels)}) {
    EXPECT_EQ(data.target(), 2u);
    EXPECT_EQ(data.columns()[2].name, "label");
    EXPECT_EQ(data.cell(1, 2), 300);
    EXPECT_EQ(data.cell(1, 1), 'd');
  }
  const auto three = folder.write("z.npy", npy("<i8", "3,", bytes_of<std::int64_t>({1, 2, 3})));
  try {
    load_npy(images, {.labels = three});
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), three + ": holds 3 labels, expected 2 as " + images + " holds rows");
  }
  EXPECT_THROW(load_npy(images, {.target = "pixel1", .labels = labels}), UsageError);
  EXPECT_EQ(load_npy(images, {.target = "label", .labels = labels}).target(), 2u);
  try {
    load_npy(images, {.labels = images});
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), images + ": holds 2 values a row, expected one label a row");
  }
}

TEST(Npy, BadBytesAreOneSentence) {
  const std::string good = npy("<f8", "2, 2", bytes_of<double>({1, 2, 3, 4}));
  const std::string malformed =
      "x.npy: the NPY header is malformed, expected {'descr': …, 'fortran_order': …, 'shape': (…)}";
  EXPECT_EQ(failure_of(""), "x.npy: is empty, expected an NPY file");
  EXPECT_EQ(failure_of(good.substr(0, 7)), "x.npy: ends after 7 bytes of the NPY header, expected 8");
  EXPECT_EQ(failure_of(good.substr(0, 8)), "x.npy: ends inside the NPY header");
  EXPECT_EQ(failure_of(good.substr(0, 10)), "x.npy: ends inside the NPY header");
  EXPECT_EQ(failure_of(std::string("\x93NUMPY\x02\0\0\0\0\1", 12)),
            "x.npy: announces a header of 16777216 bytes, expected at most 65536");
  std::string sizes;
  for (int i = 0; i < 33; ++i) sizes += "1,";
  EXPECT_EQ(failure_of(npy("<f8", sizes, bytes_of<double>({1}))), malformed);
  EXPECT_EQ(failure_of(npy("<f8", sizes.substr(2), bytes_of<double>({1}))), "no failure");
  EXPECT_EQ(failure_of(good, {.ignore = {"column1", "column2"}}),
            "x.npy: all 2 columns are to be ignored, expected one to be left");
  EXPECT_EQ(failure_of("12345678"), "x.npy: does not begin with \\x93NUMPY, expected an NPY file");
  EXPECT_EQ(failure_of(npy("<f8", "1,", "", false, 4)), "x.npy: is NPY version 4, expected 1, 2 or 3");
  EXPECT_EQ(failure_of(npy(">f8", "1,", "")),
            "x.npy: holds values of type '>f8', expected little-endian float32 or float64, an integer type or bool");
  EXPECT_EQ(failure_of(npy_text("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", "")),
            "x.npy: holds values of type 'a structure', expected little-endian float32 or float64, an integer type or "
            "bool");
  EXPECT_EQ(failure_of(npy_text("{'descr': '<f8', 'shape': (1,), }", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'descr': '<f8', 'descr': '<f8', 'shape': (1,), }", "")), malformed);
  EXPECT_EQ(failure_of(npy("<f8", "-1,", "")), malformed);
  EXPECT_EQ(failure_of(npy("<f8", "1 1", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("[]", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{descr: '<f8'}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'descr", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'descr' '<f8'}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'descr': '<f8' 'shape': (1,)}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'fortran_order': Maybe}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'fortran_order': True, 'fortran_order': True}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'shape': 1}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'shape': (1,), 'shape': (1,)}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'fortran_order': False, 'shape': (1,)}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'descr': '<f8', 'fortran_order': False}", "")), malformed);
  EXPECT_EQ(failure_of(npy_text("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", "")), malformed);
  EXPECT_EQ(failure_of(npy("<f8", "1,", "", false, 0)), "x.npy: is NPY version 0, expected 1, 2 or 3");
  EXPECT_EQ(failure_of(npy("<f8", "99999999999999999999999,", "")), malformed);
  EXPECT_EQ(failure_of(npy("<f8", "", "12345678")), "x.npy: holds a single value, expected an array with rows");
  EXPECT_EQ(failure_of(npy("<f8", "0, 3", "")), "x.npy: holds no value (0 x 3), expected at least one row");
  EXPECT_EQ(failure_of(npy("<f8", "4294967296, 1", "")), "x.npy: has more than 4294967295 rows");
  EXPECT_EQ(failure_of(npy("<f8", "1, 4194305", "")),
            "x.npy: holds 1 x 4194305 values, expected at most 4194304 a row");
  EXPECT_EQ(failure_of(npy("<f8", "1, 18446744073709551615, 18446744073709551615", "")),
            "x.npy: holds 1 x 18446744073709551615 x 18446744073709551615 values, expected at most 4194304 a row");
  EXPECT_EQ(
      failure_of(npy("<f8", "4000000000, 4000000", "")),
      "x.npy: ends too early, expected 128000000000000000 bytes of values after the header (4000000000 x 4000000)");
  EXPECT_EQ(failure_of(good.substr(0, good.size() - 1)), "x.npy: holds 31 bytes of values, expected 32 (2 x 2)");
  EXPECT_EQ(failure_of(good + "x"),
            "x.npy: goes on after the 32 bytes of values that its header announces (2 x 2), expected its end");
}

TEST(LoadTable, KnowsTheFormatByTheFirstBytes) {
  const TemporaryFolder folder;
  const auto zipped = folder.write("a.dat", gzipped(npy("<f8", "1,", bytes_of<double>({4}))));
  EXPECT_EQ(load_table(zipped).cell(0, 0), 4);
  EXPECT_EQ(load_table(zipped, {.max_size = 0}).cell(0, 0), 4) << "no limit";
  EXPECT_EQ(data::file_source("/dev/null").failure().message, "/dev/null: is a device, expected a file or a pipe");
  const auto images = folder.write("b", std::string("\0\0\x08\x02\0\0\0\x01\0\0\0\x02xy", 14));
  const auto labels = folder.write("l", std::string("\0\0\x08\x01\0\0\0\x01\x05", 9));
  EXPECT_EQ(load_table(images).columns().size(), 2u);
  EXPECT_EQ(load_table(images, {.target = "label"}, labels).cell(0, 2), 5);
  EXPECT_EQ(load_table(folder.write("c.npy", "a\tb\n1\t2\n")).cell(0, 1), 2) << "the name does not count";
  EXPECT_THROW(load_table(images, {.target = "digit"}), UsageError);
  EXPECT_THROW(load_table(images, {.ignore = {"pixel1"}}), UsageError);
  EXPECT_THROW(load_table(folder.write("d.csv", "a\n1\n"), {}, labels), UsageError);
}

}  // namespace
}  // namespace bprop
