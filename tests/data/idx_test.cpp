// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "data/bytes_and_files.h"
#include "data/idx.h"

namespace bprop {
namespace {

using data::parse_idx;

std::string idx(std::initializer_list<unsigned> sizes, const std::string& values, char type = 8) {
  std::string bytes = {0, 0, type, static_cast<char>(sizes.size())};
  for (const unsigned size : sizes) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 0xFF);
  }
  return bytes + values;
}

std::string failure_of(const std::string& bytes) {
  const auto result = parse_idx(bytes, "x.idx");
  return result ? "no failure" : result.failure().message;
}

TEST(Idx, ImagesAndLabelsBecomeOneTableOfPixelsAndATarget) {
  const TemporaryFolder folder;
  const auto images = folder.write("images", idx({3, 2, 2}, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\xff"));
  const auto labels = folder.write("labels.gz", gzipped(idx({3}, "\x07\x01\x07")));
  const Dataset data = load_idx(images, labels);
  ASSERT_EQ(data.rows(), 3u);
  ASSERT_EQ(data.columns().size(), 5u);
  EXPECT_EQ(data.columns()[3].name, "pixel4");
  EXPECT_EQ(data.columns()[3].kind, ColumnKind::kPixel);
  EXPECT_EQ(data.columns()[4].name, "label");
  EXPECT_EQ(data.target(), 4u);
  EXPECT_EQ(data.cell(2, 3), 255);
  EXPECT_EQ(data.cell(1, 4), 1);
  EXPECT_EQ(data.where(1), images + ", row 2");
  EXPECT_FALSE(load_idx(images).target());
  EXPECT_EQ(load_idx(images, labels, 11).rows(), 3u);  // the labels' 8 bytes and 3
  EXPECT_THROW(load_idx(images, labels, 10), FormatError);
}

TEST(Idx, EveryRankIsRead) {
  EXPECT_EQ(parse_idx(idx({4}, "abcd"), "x")->rows.width(), 1u);
  EXPECT_EQ(parse_idx(idx({2, 2}, "abcd"), "x")->rows.width(), 2u);
  EXPECT_EQ(parse_idx(idx({1, 1, 2, 2}, "abcd"), "x")->rows.width(), 4u);
}

TEST(Idx, MoreRowsThanABlockHoldsKeepTheirPlaces) {
  std::string values;
  for (int i = 0; i < 5000 * 784; ++i) values += static_cast<char>(i * 7 % 251);
  const auto array = parse_idx(idx({5000, 28, 28}, values), "x");
  ASSERT_TRUE(array);
  for (std::size_t r = 0; r < 5000; r += 311) {
    EXPECT_EQ(array->rows.row(r)[5], static_cast<unsigned char>(values[r * 784 + 5]));
  }
}

TEST(Idx, BadBytesAreOneSentence) {
  EXPECT_EQ(failure_of(""), "x.idx: is empty, expected an IDX file");
  EXPECT_EQ(failure_of(std::string(3, '\0')), "x.idx: ends after 3 bytes of the IDX header, expected 4");
  EXPECT_EQ(failure_of("PK\x03\x04"), "x.idx: begins with the bytes 50 4b, expected 00 00 of an IDX file");
  EXPECT_EQ(failure_of(std::string("\0\1\x08\x01", 4)),
            "x.idx: begins with the bytes 00 01, expected 00 00 of an IDX file");
  EXPECT_EQ(failure_of(idx({1}, "a", 13)), "x.idx, byte 3: found the type 0d, expected 08 (unsigned bytes)");
  EXPECT_EQ(failure_of(idx({}, "")), "x.idx, byte 4: found the rank 0, expected 1 or more");
  EXPECT_EQ(failure_of(idx({1, 2}, "").substr(0, 4)), "x.idx: ends after 4 bytes, expected 2 sizes");
  EXPECT_EQ(failure_of(idx({1, 2}, "").substr(0, 9)), "x.idx: ends after 5 bytes of the IDX sizes, expected 8");
  EXPECT_EQ(failure_of(idx({3, 0}, "")), "x.idx: size 2 of 2 is 0, expected 1 or more");
  EXPECT_EQ(failure_of(idx({2, 2, 2}, "abcdefg")), "x.idx: holds 7 bytes after the header, expected 8 (2 x 2 x 2)");
  EXPECT_EQ(failure_of(idx({2, 2}, "abcde")),
            "x.idx: goes on after the 4 bytes that its header announces (2 x 2), expected its end");
  EXPECT_EQ(failure_of(idx({1, 0xFFFFFFFF, 0xFFFFFFFF}, "a")),
            "x.idx: holds 1 x 4294967295 x 4294967295 values, expected at most 4194304 a row");
  EXPECT_EQ(failure_of(idx({0xFFFFFFFF, 1000, 1000}, "a")),
            "x.idx: holds 1 bytes after the header, expected 4294967295000000 (4294967295 x 1000 x 1000)");
  EXPECT_EQ(failure_of(gzipped(idx({2, 2}, "abcd")).substr(0, 25)), "x.idx: the gzip data ends too early");
}

TEST(Idx, CountsOfImagesAndLabelsMustAgree) {
  const TemporaryFolder folder;
  const auto images = folder.write("i", idx({2, 2}, "abcd"));
  const auto three = folder.write("l", idx({3}, "abc"));
  const auto matrix = folder.write("m", idx({2, 1}, "ab"));
  try {
    load_idx(images, three);
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), three + ": holds 3 labels, expected 2 as " + images + " holds images");
  }
  try {
    load_idx(images, matrix);
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), matrix + ": holds an array of rank 2, expected rank 1, a label a row");
  }
}

}  // namespace
}  // namespace bprop
