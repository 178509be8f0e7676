// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "explain/explained.h"

namespace bprop {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ExpressionExplanation xyz() {
  return explain_expression(explained::kXyz, {.at = {{"r", 2}, {"s", 3}}, .derivatives = {{"f", "s"}}});
}

TEST(ExpressionDocument, ThePageGoesFromTheExpressionToThosewhoAgree) {
  const std::string page = render_text(document(xyz()));
  std::size_t place = 0;
  for (const std::string_view part :
       {"The chain rule on an expression", "The expression", "Partial derivatives", "∂f/∂y · ∂y/∂s + ∂f/∂z · ∂z/∂s",
        "= r · x · z + x · y", "= 2 · r² · s", "= 24", "all 2 paths", "s → y → f", "= x · z · r", "= 6 · 2", "= 12",
        "what lies between, eliminated", "y is used by f", "s is used by y and z", "= 6 · 2 + 12 · 1",
        "2 multiplications", "others agree", "complex step"}) {
    const std::size_t found = page.find(part, place);
    ASSERT_NE(found, std::string::npos) << part << "\nafter\n" << page.substr(place);
    place = found;
  }
}

TEST(ExpressionDocument, EveryFormatIsWritten) {
  const Document page = document(xyz());
  EXPECT_THAT(render_markdown(page), HasSubstr("\\frac{\\partial f}{\\partial s}"));
  EXPECT_THAT(render_latex(page), HasSubstr("2 \\penalty200 \\cdot {r}^{2} \\penalty200 \\cdot s"));
  EXPECT_THAT(render_html(page), HasSubstr("<msup><mi>r</mi><mn>2</mn></msup>"));
}

TEST(ExpressionDocument, NoPathIsSaidInWords) {
  const std::string page = render_text(
      document(explain_expression("f = x; g = y", {.at = {{"x", 1}, {"y", 2}}, .derivatives = {{"f", "y"}}})));
  EXPECT_THAT(page, HasSubstr("No path leads from y to f"));
  EXPECT_THAT(page, HasSubstr("∂f/∂y = 0"));
}

TEST(ExpressionDocument, JsonHasTheNumbersAndTheTexts) {
  const auto page = nlohmann::json::parse(render_json(xyz()));
  EXPECT_EQ(page["variables"].size(), 6U);
  EXPECT_TRUE(page["variables"][0]["definition"].is_null());
  const auto& by_s = page["derivatives"][0];
  EXPECT_EQ(by_s["of"], "f");
  EXPECT_EQ(by_s["by"], "s");
  EXPECT_EQ(by_s["value"], 24);
  EXPECT_EQ(by_s["path_count"], "2");
  EXPECT_EQ(by_s["paths"][0]["variables"], (std::vector<std::string>{"s", "y", "f"}));
  EXPECT_EQ(by_s["in_inputs"]["text"], "2 · r² · s");
  EXPECT_EQ(by_s["in_inputs"]["latex"], "2 \\cdot {r}^{2} \\cdot s");
  EXPECT_EQ(by_s["steps"].size(), 3U);
  EXPECT_EQ(by_s["agrees"], true);
}

TEST(ExpressionDocument, TheDrawingLabelsVariablesAndEdges) {
  const std::string graph = render_dot(xyz());
  EXPECT_THAT(graph, StartsWith("digraph expression {"));
  EXPECT_THAT(graph, HasSubstr("v1 [label=\"r = 2\", shape=ellipse]"));
  EXPECT_THAT(graph, HasSubstr("[label=\"f = x · y · z = 36\"]"));
  EXPECT_THAT(graph, HasSubstr("[label=\"∂f/∂y = x · z = 6\"]"));
  EXPECT_THAT(graph, HasSubstr("[label=\"∂x/∂r = 1\"]"));
  EXPECT_THAT(graph, Not(HasSubstr("= 1 = 1")));
}

}  // namespace
}  // namespace bprop
