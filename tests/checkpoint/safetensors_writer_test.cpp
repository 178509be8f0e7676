// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/safetensors_writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "checkpoint/checksum.h"
#include "checkpoint/safetensors_text.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SafetensorsWriter : public TemporaryFolder {};

const std::vector<float> kFloats = {1, -2, 3.5F, 0, 5, 6};
const std::vector<double> kDoubles = {0.1, -1e300};

std::vector<TensorSource> two_tensors() {
  return {tensor_source<float>("f", {2, 3}, kFloats), tensor_source<double>("d", {2}, kDoubles)};
}

TEST_F(SafetensorsWriter, WhatIsWrittenIsReadBack) {
  write_safetensors(at("x"), two_tensors(), {{"key", "\"text\" \xc3\xa4 \n"}});
  const std::string bytes = get(at("x"));
  const auto file = parse_safetensors(bytes_of(bytes), "x");
  ASSERT_TRUE(file) << file.failure().message;
  EXPECT_EQ(values_of<float>(*file->find("f")), kFloats);
  EXPECT_EQ(values_of<double>(*file->find("d")), kDoubles);
  EXPECT_THAT(file->find("f")->shape, ElementsAre(2U, 3U));
  EXPECT_EQ(file->metadata.at("key"), "\"text\" \xc3\xa4 \n");
}

TEST_F(SafetensorsWriter, TheDataStartsAtAMultipleOf64AndWiderElementsComeFirst) {
  const std::vector<std::uint8_t> one = {7};
  auto tensors = two_tensors();
  tensors.insert(tensors.begin(), tensor_source<std::uint8_t>("u", {1}, one));
  write_safetensors(at("x"), std::move(tensors));
  const std::string bytes = get(at("x"));
  const auto file = parse_safetensors(bytes_of(bytes), "x");
  ASSERT_TRUE(file) << file.failure().message;
  EXPECT_EQ((bytes.size() - (16 + 24 + 1)) % 64, 0U);
  EXPECT_EQ(file->tensors[0].name, "d");
  EXPECT_EQ(file->tensors[1].name, "f");
  EXPECT_EQ(file->tensors[2].name, "u");
}

TEST_F(SafetensorsWriter, TwoFilesOfEqualTensorsAreTheSameByteForByte) {
  write_safetensors(at("x"), two_tensors(), {{"a", "1"}, {"b", "2"}});
  write_safetensors(at("y"), two_tensors(), {{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(get(at("x")), get(at("y")));
}

TEST_F(SafetensorsWriter, TensorsAreAskedForOneByOneOnceAndMayComeInParts) {
  std::vector<int> asked;
  std::vector<TensorSource> tensors;
  for (int i = 0; i < 3; ++i) {
    tensors.push_back({fmt::format("t{}", i), Dtype::kF32, {4}, [&asked, i](const ByteSink& sink) {
                         asked.push_back(i);
                         const std::vector<float> part(2, static_cast<float>(i));
                         sink(std::as_bytes(std::span(part)));
                         sink(std::as_bytes(std::span(part)));
                       }});
  }
  write_safetensors(at("x"), tensors);
  EXPECT_THAT(asked, ElementsAre(0, 1, 2));
  const std::string bytes = get(at("x"));
  const auto file = parse_safetensors(bytes_of(bytes), "x");
  ASSERT_TRUE(file) << file.failure().message;
  EXPECT_THAT(values_of<float>(*file->find("t1")), ElementsAre(1, 1, 1, 1));
}

TEST_F(SafetensorsWriter, EmptyTensorsAndNoTensorsAreFiles) {
  write_safetensors(at("none"), {});
  write_safetensors(at("empty"), {tensor_source<float>("e", {0, 3}, {})});
  for (const char* name : {"none", "empty"}) {
    const std::string bytes = get(at(name));
    EXPECT_TRUE(parse_safetensors(bytes_of(bytes), name)) << name;
    EXPECT_EQ(bytes.size() % 64, 0U);
  }
}

TEST_F(SafetensorsWriter, ASourceThatDoesNotFitItsShapeLeavesTheOldFile) {
  put(at("x"), "old");
  EXPECT_EQ(thrown([&] { write_safetensors(at("x"), {tensor_source<float>("f", {7}, kFloats)}); }),
            "ShapeError: tensor \"f\" has 24 bytes, expected 28 for F32 (7)");
  EXPECT_EQ(get(at("x")), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(SafetensorsWriter, NamesMustBeDistinctAndUtf8) {
  const auto twice = [&] {
    write_safetensors(at("x"), {tensor_source<float>("f", {6}, kFloats), tensor_source<float>("f", {6}, kFloats)});
  };
  EXPECT_EQ(thrown(twice), "UsageError: two tensors are called \"f\"");
  EXPECT_EQ(thrown([&] { write_safetensors(at("x"), {tensor_source<float>("__metadata__", {6}, kFloats)}); }),
            "UsageError: two tensors are called \"__metadata__\"");
  EXPECT_EQ(thrown([&] { write_safetensors(at("x"), {tensor_source<float>("\xff", {6}, kFloats)}); }),
            "UsageError: a tensor's name or a text of the metadata is not UTF-8");
  EXPECT_EQ(files(), 0U);
}

TEST_F(SafetensorsWriter, WhatNoFileHoldsIsNotWritten) {
  constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;
  EXPECT_EQ(thrown([&] { write_safetensors(at("x"), {tensor_source<float>("f", {kMuch, kMuch}, kFloats)}); }),
            "ShapeError: tensor \"f\" (1099511627776 x 1099511627776) is larger than any file");
  const std::string text(kMaxHeaderBytes, 'x');
  EXPECT_THAT(thrown([&] { write_safetensors(at("x"), {}, {{"key", text}}); }),
              HasSubstr("UsageError: the header would be"));
  EXPECT_EQ(files(), 0U);
}

TEST_F(SafetensorsWriter, ADamagedByteOfDataOrHeaderIsNamed) {
  write_safetensors(at("x"), two_tensors(), {{"key", "value"}});
  const std::string bytes = get(at("x"));
  const auto refusal = [](const std::string& text) { return parse_safetensors(bytes_of(text), "x").failure().message; };
  std::string damaged = bytes;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  EXPECT_THAT(refusal(damaged), HasSubstr("x: tensor \"f\" is damaged: its checksum is "));
  damaged = bytes;
  damaged[damaged.find("value")] = 'V';
  EXPECT_THAT(refusal(damaged), HasSubstr("x: the header is damaged: its checksum is "));
}

// The letters of the checksum's key at the very end, where no digits are: nothing is written behind the bytes.
TEST_F(SafetensorsWriter, AKeyThatLooksLikeTheChecksumsIsNotTakenForIt) {
  const std::string text = safetensors_text(R"({"__metadata__":{"xxh3" :"0123456789abcdef","a\"xxh3":""}})");
  const auto file = parse_safetensors(bytes_of(text), "x");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.failure().message, "x: checksum of the header is not of the form \"xxh3\":\"16 digits\"");
}

TEST_F(SafetensorsWriter, EveryFlippedBitIsNoticed) {
  write_safetensors(at("x"), two_tensors(), {{"key", "value"}});
  std::string bytes = get(at("x"));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = [&] { bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8)); };
    flip();
    EXPECT_FALSE(parse_safetensors(bytes_of(bytes), "x")) << "bit " << bit;
    flip();
  }
}

TEST_F(SafetensorsWriter, ATensorWithoutChecksumIsRefusedWhereTheHeaderHasOne) {
  std::string header = R"({"__metadata__":{"xxh3":"0000000000000000"},)"
                       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  const std::string digits = checksum(bytes_of(safetensors_text(header)));
  header.replace(header.find(kNoChecksum), kChecksumDigits, digits);
  const std::string text = safetensors_text(header, "abcd");
  const auto file = parse_safetensors(bytes_of(text), "x");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.failure().message, "x: tensor \"a\" has no checksum");
}

// XXH3_64bits of no bytes and seed 0, from the test vectors of xxHash (tests/sanity_test_vectors.h).
TEST(Checksum, IsXxh3) { EXPECT_EQ(checksum({}), "2d06800538d394c2"); }

// An independent reader of twenty lines, in Python, with nothing but its standard library.
TEST_F(SafetensorsWriter, PythonReadsTheSameNumbers) {
  ASSERT_EQ(std::system("/usr/bin/python3 -c pass"), 0)
      << "needs /usr/bin/python3, which script/bootstrap test installs";
  write_safetensors(at("x"), two_tensors(), {{"key", "value"}});
  const std::string command =
      "/usr/bin/python3 " BPROP_SOURCE_DIR "/tests/checkpoint/read_safetensors.py " + at("x") + " > " + at("out");
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(get(at("out")), "d [2] 0.1 -1e+300\nf [2, 3] 1.0 -2.0 3.5 0.0 5.0 6.0\n");
}

}  // namespace
}  // namespace bprop::checkpoint
