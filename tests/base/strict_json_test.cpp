// SPDX-License-Identifier: Apache-2.0
#include "base/strict_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json_writer.h"

namespace bprop {
namespace {

std::string refusal(std::string_view text, JsonLimits limits = {.depth = 3, .items = 9}) {
  const auto parsed = parse_strict_json(text, limits, "file", 100);
  return parsed ? "taken" : parsed.failure().message;
}

TEST(StrictJson, IsWhatNlohmannMakesOfIt) {
  constexpr std::string_view kText = R"({"a":[1,-2,3.5,true,null,"é"],"b":{"c":[]},"d":{}})";
  const auto parsed = parse_strict_json(kText, {.depth = 3, .items = 20}, "file");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->root(), nlohmann::json::parse(kText));
  EXPECT_EQ(parsed->root().dump(), kText);
}

TEST(StrictJson, ANumberAloneIsADocument) {
  EXPECT_EQ(parse_strict_json("7", {.depth = 0, .items = 1}, "file")->root(), 7);
}

TEST(StrictJson, RefusalsSayWhere) {
  EXPECT_EQ(refusal("[1,]"), "file: not valid JSON at byte 103");
  EXPECT_EQ(refusal("[1"), "file: not valid JSON at byte 102");
  EXPECT_EQ(refusal("[1] 2"), "file: not valid JSON at byte 104");
  EXPECT_EQ(refusal(""), "file: not valid JSON at byte 100");
  EXPECT_EQ(refusal("\"\xff\""), "file: not valid JSON at byte 101");
  EXPECT_EQ(refusal(std::string_view("[1]\0[2]", 7)), "file: not valid JSON at byte 103");
  EXPECT_EQ(refusal("[1e999]"), "file: a number is out of range");
}

TEST(StrictJson, NoKeyTwiceInOneObject) {
  EXPECT_EQ(refusal(R"({"a":1,"b":{"a":2}})"), "taken");
  EXPECT_EQ(refusal(R"({"a":1,"b":{},"a":2})"), "file: key \"a\" stands twice");
}

TEST(StrictJson, DepthAndItemsAreLimited) {
  EXPECT_EQ(refusal("[[[]]]"), "taken");
  EXPECT_EQ(refusal("[[[[]]]]"), "file: nested deeper than 3 levels");
  EXPECT_EQ(refusal("[1,2,3,4,5,6,7,8]"), "taken");
  EXPECT_EQ(refusal("[1,2,3,4,5,6,7,8,9]"), "file: more than 9 keys and values");
  EXPECT_EQ(refusal(R"({"a":1,"b":2,"c":3,"d":4})"), "taken");
  EXPECT_EQ(refusal(R"({"a":1,"b":2,"c":3,"d":4,"e":5})"), "file: more than 9 keys and values");
}

TEST(JsonWriter, WritesWhatNlohmannWouldWrite) {
  JsonWriter json;
  json.object([&] {
    json.member("text", "ä \"x\"\n");
    json.member("whole", 7);
    json.member("number", 0.1);
    json.member("flag", false);
    json.key("numbers");
    json.list(std::vector<double>{1, 2.5});
    json.key("none");
    json.list(std::vector<int>{});
    json.key("pairs");
    json.list(std::vector<int>{1, 2}, [&](int i) { json.object([&] { json.member("i", i); }); });
    json.key("last");
    json.object([] {});
  });
  EXPECT_EQ(std::move(json).text(),
            R"({"text":"ä \"x\"\n","whole":7,"number":0.1,"flag":false,"numbers":[1.0,2.5],"none":[],)"
            R"("pairs":[{"i":1},{"i":2}],"last":{}})");
}

TEST(JsonWriter, RefusesATextThatIsNotUtf8) {
  JsonWriter json;
  EXPECT_THROW(json.value("\xff"), nlohmann::json::exception);
}

}  // namespace
}  // namespace bprop
