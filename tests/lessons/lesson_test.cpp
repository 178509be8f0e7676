// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/utf8.h"
#include "bprop/error.h"
#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

TEST(Lessons, EveryPageHasAPictureAndCommandsToGoOnWith) {
  for (const LessonInfo& info : lessons()) {
    const Document page = lesson(info.name);
    EXPECT_TRUE(std::ranges::any_of(page.sections, [](const Section& section) {
      return std::ranges::any_of(section.blocks,
                                 [](const Block& block) { return std::holds_alternative<Figure>(block); });
    })) << info.name;
    EXPECT_EQ(page.sections.back().heading, "Go on with") << info.name;
    EXPECT_THAT(page.title, HasSubstr(std::string(info.summary)));
  }
}

TEST(Lessons, StayWithinATerminal) {
  for (const LessonInfo& info : lessons()) {
    std::istringstream page(render_text(lesson(info.name)));
    for (std::string line; std::getline(page, line);)
      EXPECT_LE(character_count(line), 80U) << info.name << ": " << line;
  }
}

TEST(Lessons, HaveNoNumberThatIsNone) {
  for (const LessonInfo& info : lessons()) {
    const std::string page = page_text(info.name);
    EXPECT_EQ(page.find("nan"), std::string::npos) << info.name;
    EXPECT_EQ(page.find("inf "), std::string::npos) << info.name;
  }
}

TEST(Lessons, AreTheSameEachTime) {
  for (const LessonInfo& info : lessons()) EXPECT_EQ(page_text(info.name), page_text(info.name));
}

TEST(Lessons, ANameThatThereIsNotIsAnsweredWithTheNearest) {
  try {
    (void)lesson("one-layers");
    FAIL() << "there is no such lesson";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "there is no lesson 'one-layers'; did you mean 'one-layer'?");
  }
}

}  // namespace
}  // namespace bprop
