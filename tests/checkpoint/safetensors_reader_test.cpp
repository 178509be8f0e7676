// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/safetensors_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "checkpoint/safetensors_text.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The sentence with which a file of this header and data is refused; "" if it is accepted.
std::string refusal(std::string_view header, std::string_view data = {}) {
  const std::string text = safetensors_text(header, data);
  const auto file = parse_safetensors(bytes_of(text), "x");
  return file ? "" : file.failure().message;
}

// One tensor "a" whose entry is given.
std::string entry_refusal(std::string_view entry, std::string_view data = {}) {
  return refusal(fmt::format(R"({{"a":{}}})", entry), data);
}

TEST(SafetensorsReader, ReadsTensorsInTheOrderOfTheirData) {
  const std::string data("\0\0\x80\x3f\0\0\0\x40\0\0\0\0\0\0\xf0\x3f", 16);
  const std::string text =
      safetensors_text(R"({"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"__metadata__":{"k":"v"},)"
                       R"("a":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}   )",
                       data);
  const auto file = parse_safetensors(bytes_of(text), "x");
  ASSERT_TRUE(file) << file.failure().message;
  ASSERT_EQ(file->tensors.size(), 2U);
  EXPECT_EQ(file->tensors[0].name, "b");
  EXPECT_THAT(file->tensors[0].shape, ElementsAre(1U, 2U));
  EXPECT_THAT(values_of<float>(file->tensors[0]), ElementsAre(1.0F, 2.0F));
  EXPECT_THAT(file->tensors[1].shape, IsEmpty());
  EXPECT_THAT(values_of<double>(file->tensors[1]), ElementsAre(1.0));
  EXPECT_EQ(file->metadata.at("k"), "v");
  EXPECT_EQ(file->find("c"), nullptr);
}

TEST(SafetensorsReader, TakesAFileWithoutTensorsAndATensorWithoutElements) {
  EXPECT_EQ(refusal("{}"), "");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[0,7],"data_offsets":[0,0]})"), "");
}

TEST(SafetensorsReader, KnowsElementTypesThatNobodyComputesWith) {
  for (const DtypeRow& row : kDtypes) {
    EXPECT_EQ(
        entry_refusal(fmt::format(R"({{"dtype":"{}","shape":[2],"data_offsets":[0,{}]}})", row.name, 2 * row.bytes),
                      std::string(2 * row.bytes, '\0')),
        "");
  }
}

TEST(SafetensorsReader, RefusesAFileThatIsNoSafetensorsFile) {
  const auto message = [](std::string_view text) { return parse_safetensors(bytes_of(text), "x").failure().message; };
  EXPECT_EQ(message(""),
            "x: has 0 bytes, expected a safetensors file: 8 bytes for the length of its header, then the "
            "header");
  EXPECT_EQ(message("age,name\n1,x\n"),
            "x: not a safetensors file: its first 8 bytes give a header of 7308604896111322977 bytes, expected at most "
            "16000000");
  EXPECT_EQ(message(length_field(UINT64_MAX)),
            "x: not a safetensors file: its first 8 bytes give a header of "
            "18446744073709551615 bytes, expected at most 16000000");
  EXPECT_EQ(message(length_field(16'000'001)),
            "x: not a safetensors file: its first 8 bytes give a header of "
            "16000001 bytes, expected at most 16000000");
  EXPECT_EQ(message(length_field(3) + "{}"), "x: is cut off: its header ends at byte 11, but the file has only 10");
  EXPECT_EQ(message(length_field(0)), "x: not a safetensors file: its header does not begin with '{' at byte 8");
  EXPECT_EQ(refusal("[]"), "x: not a safetensors file: its header does not begin with '{' at byte 8");
}

TEST(SafetensorsReader, RefusesJsonThatIsNotStrict) {
  EXPECT_EQ(refusal(R"({"a":)"), "x: header: not valid JSON at byte 13");
  EXPECT_EQ(refusal("{} {}"), "x: header: not valid JSON at byte 11");
  EXPECT_EQ(refusal("{\"\xff\":1}"), "x: header: not valid JSON at byte 10");
  EXPECT_EQ(refusal(std::string("{}\0", 3)), "x: header: not valid JSON at byte 10");
  EXPECT_EQ(refusal(R"({"a":1e999})"), "x: header: a number is out of range");
}

TEST(SafetensorsReader, RefusesAKeyThatStandsTwice) {
  const std::string entry = R"({"dtype":"F32","shape":[],"data_offsets":[0,4]})";
  EXPECT_EQ(refusal(fmt::format(R"({{"a":{0},"a":{0}}})", entry), "abcd"), "x: header: key \"a\" stands twice");
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":"1","k":"1"}})"), "x: header: key \"k\" stands twice");
  EXPECT_EQ(refusal(R"({"__metadata__":{},"__metadata__":{}})"), "x: header: key \"__metadata__\" stands twice");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","dtype":"F64","shape":[],"data_offsets":[0,4]})", "abcd"),
            "x: header: key \"dtype\" stands twice");
}

TEST(SafetensorsReader, RefusesDeepNestingWithoutFollowingIt) {
  const std::string bomb = "{\"a\":" + std::string(5'000'000, '[');
  EXPECT_EQ(refusal(bomb), "x: header: nested deeper than 3 levels");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[[]],"data_offsets":[0,4]})"),
            "x: header: nested deeper than 3 levels");
}

TEST(SafetensorsReader, RefusesMoreItemsThanAnyModelHas) {
  std::string bomb = R"({"a":{"shape":[0)";
  for (int i = 0; i < 300'000; ++i) bomb += ",0";
  EXPECT_EQ(refusal(bomb + "]}}"), "x: header: more than 262144 keys and values");
}

TEST(SafetensorsReader, RefusesMetadataThatIsNotText) {
  EXPECT_EQ(refusal(R"({"__metadata__":[]})"), "x: __metadata__ is a JSON array, expected an object");
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":1}})"), "x: __metadata__ \"k\" is a JSON number, expected a text");
}

TEST(SafetensorsReader, RefusesAnEntryThatIsNotOne) {
  EXPECT_EQ(entry_refusal("7"), "x: tensor \"a\": its entry is a JSON number, expected an object");
  EXPECT_EQ(entry_refusal(R"({"shape":[],"data_offsets":[0,4]})"), "x: tensor \"a\": its entry has no \"dtype\"");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","data_offsets":[0,4]})"), "x: tensor \"a\": its entry has no \"shape\"");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[]})"), "x: tensor \"a\": its entry has no \"data_offsets\"");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[],"data_offsets":[0,4],"more":1})", "abcd"),
            "x: tensor \"a\": its entry has the unknown key \"more\"");
}

TEST(SafetensorsReader, RefusesAnUnknownElementType) {
  EXPECT_EQ(entry_refusal(R"({"dtype":"F31","shape":[],"data_offsets":[0,4]})", "abcd"),
            "x: tensor \"a\": dtype \"F31\" is unknown, expected F32, F64 or another of the format's");
  EXPECT_EQ(entry_refusal(R"({"dtype":32,"shape":[],"data_offsets":[0,4]})", "abcd"),
            "x: tensor \"a\": dtype (no text) is unknown, expected F32, F64 or another of the format's");
}

TEST(SafetensorsReader, RefusesShapesThatAreNoShapes) {
  for (const char* shape : {"4", "[-1]", "[1.0]", "[\"1\"]", "[1e2]", "[18446744073709551616]", "[null]"}) {
    EXPECT_EQ(entry_refusal(fmt::format(R"({{"dtype":"F32","shape":{},"data_offsets":[0,4]}})", shape), "abcd"),
              "x: tensor \"a\": shape is not a list of whole numbers")
        << shape;
  }
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]})", "abcd"),
            "x: tensor \"a\": shape has 9 dimensions, expected at most 8");
}

TEST(SafetensorsReader, RefusesShapesWhoseSizeOverflows) {
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})"),
            "x: tensor \"a\": shape (4611686018427387904) is larger than any file");
  EXPECT_EQ(entry_refusal(R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]})"),
            "x: tensor \"a\": shape (4294967296 x 4294967296) is larger than any file");
}

TEST(SafetensorsReader, RefusesOffsetsThatDoNotFitTheShape) {
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[2,3],"data_offsets":[0,20]})", std::string(20, 'x')),
            "x: tensor \"a\": data_offsets 0 to 20 are 20 bytes, expected 24 for F32 (2 x 3)");
  EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})", "abcd"),
            "x: tensor \"a\": data_offsets begin at 4, behind their end 0");
  for (const char* offsets : {"[0]", "[0,4,8]", "[-4,0]", "{}", "[0.0,4]"}) {
    EXPECT_EQ(entry_refusal(fmt::format(R"({{"dtype":"F32","shape":[1],"data_offsets":{}}})", offsets), "abcd"),
              "x: tensor \"a\": data_offsets are not two whole numbers")
        << offsets;
  }
}

// Two tensors "a", "b" of 4 bytes each at these offsets, and so many bytes of data.
std::string placed(int a, int b, std::size_t bytes) {
  return refusal(fmt::format(R"({{"a":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}},)"
                             R"("b":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}}}})",
                             a, a + 4, b, b + 4),
                 std::string(bytes, 'x'));
}

TEST(SafetensorsReader, DemandsThatEveryByteBelongsToExactlyOneTensor) {
  EXPECT_EQ(placed(0, 4, 8), "");
  EXPECT_EQ(placed(4, 0, 8), "");
  EXPECT_EQ(placed(0, 2, 6), "x: tensors \"a\" and \"b\" overlap at byte 2 of the data");
  EXPECT_EQ(placed(0, 0, 4), "x: tensors \"a\" and \"b\" overlap at byte 0 of the data");
  EXPECT_EQ(placed(0, 6, 10), "x: bytes 4 to 6 of the data, before tensor \"b\", belong to no tensor");
  EXPECT_EQ(placed(3, 7, 11), "x: bytes 0 to 3 of the data, before tensor \"a\", belong to no tensor");
  EXPECT_EQ(placed(0, 4, 9), "x: 1 bytes follow the last tensor, expected none");
  EXPECT_EQ(placed(0, 4, 7), "x: tensor \"b\" ends at byte 8 of the data, but the file has only 7");
  EXPECT_EQ(entry_refusal(R"({"dtype":"U8","shape":[0],"data_offsets":[18446744073709551615,18446744073709551615]})"),
            "x: tensor \"a\" ends at byte 18446744073709551615 of the data, but the file has only 0");
}

TEST(SafetensorsReader, NamesNeverCarryControlCharactersIntoASentence) {
  EXPECT_EQ(refusal("{\"\\u001b[31m\\n\":7}"), "x: tensor \"?[31m?\": its entry is a JSON number, expected an object");
  EXPECT_THAT(refusal("{\"" + std::string(100'000, 'n') + "\":7}").size(), testing::Lt(200U));
}

TEST(SafetensorsReader, RefusesChecksumsInAnyOtherForm) {
  EXPECT_THAT(refusal(R"({"__metadata__":{"xxh3":"12"}})"), HasSubstr("checksum of the header is not of the form"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"xxh3" : "0123456789abcdef"}})"), HasSubstr("is not of the form"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"xxh3":"0123456789abcdef"}})"),
              HasSubstr("the header is damaged: its checksum is"));
  EXPECT_EQ(refusal(R"({"__metadata__":{"xxh3.a":"0123456789abcdef"}})"),
            "x: has checksums of tensors but none of the header");
}

}  // namespace
}  // namespace bprop::checkpoint
