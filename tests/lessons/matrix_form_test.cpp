// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "page_text.h"

namespace bprop {
namespace {

using testing::HasSubstr;

// The numbers are those of forward-backward, whose test calculates them by itself: the same network.
TEST(LessonN16, TheBackwardPassIsALineALayer) {
  const std::string page = page_text("matrix-form");
  EXPECT_THAT(page, HasSubstr("δ² = W²ᵀ · δ³ ⊙ g'(z²)"));
  EXPECT_THAT(page, HasSubstr("= [0.0325165; -0.0293499; 0.0276973]"));
  EXPECT_THAT(page, HasSubstr("∂C/∂W² = δ³ · a²ᵀ"));
  const std::string other = page_text("forward-backward");
  for (const char* number : {"0.0325165", "-0.0293499", "0.0276973", "-0.0778361"}) {
    EXPECT_THAT(page, HasSubstr(number));
    EXPECT_THAT(other, HasSubstr(number));
  }
}

TEST(LessonN25, TheNetworkIsDrawnInFullAndSimplified) {
  const Document page = lesson("matrix-form");
  std::vector<std::size_t> nodes;
  for (const Section& section : page.sections) {
    for (const Block& block : section.blocks) {
      if (const auto* figure = std::get_if<Figure>(&block)) nodes.push_back(std::get<Diagram>(*figure).nodes.size());
    }
  }
  EXPECT_THAT(nodes, testing::ElementsAre(2 + 2 * 3 + 2 * 2 + 1, 2 + 3 + 2));
  EXPECT_THAT(render_html(page), HasSubstr("<svg "));
}

}  // namespace
}  // namespace bprop
