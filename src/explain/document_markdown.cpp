// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bprop/document.h"

namespace bprop {
namespace {

// Running text: what Markdown would read as markup gets a backslash.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#$").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

class MarkdownPage {
 public:
  explicit MarkdownPage(const NumberStyle& style) : style_(style) {}

  std::string operator()(const Document& document) {
    page_ = fmt::format("# {}\n", escaped(document.title));
    for (const Section& section : document.sections) {
      if (!section.heading.empty()) page_ += fmt::format("\n## {}\n", escaped(section.heading));
      for (const Block& block : section.blocks) {
        page_ += '\n';
        std::visit([this](const auto& b) { add(b); }, block);
      }
    }
    return page_;
  }

 private:
  void add(const Paragraph& paragraph) { page_ += fmt::format("{}\n", escaped(paragraph)); }

  void add(const Equation& equation) {
    const std::string number = equation.number > 0 ? fmt::format("**({})** ", equation.number) : "";
    if (!number.empty() || !equation.reason.empty()) page_ += fmt::format("{}{}\n\n", number, escaped(equation.reason));
    page_ += fmt::format("$$\n\\begin{{aligned}}\n{}", latex_of(equation.left, style_));
    bool first = true;
    for (const Formula& right : equation.right) {
      page_ += fmt::format("{} &= {}", first ? "" : " \\\\\n", latex_of(right, style_));
      first = false;
    }
    page_ += "\n\\end{aligned}\n$$\n";
  }

  void add(const FormulaTable& table) {
    for (const std::string& head : table.head) page_ += fmt::format("| {} ", escaped(head));
    page_ += "|\n";
    for (std::size_t c = 0; c < table.head.size(); ++c) page_ += "| --- ";
    page_ += "|\n";
    for (const auto& row : table.rows) {
      for (const Formula& cell : row) page_ += fmt::format("| {} ", written(cell));
      page_ += "|\n";
    }
  }

  std::string written(const Formula& cell) const {
    const bool is_text = cell.kind == Formula::Kind::kWords && cell.latex.empty();
    return is_text ? escaped(cell.text) : fmt::format("${}$", latex_of(cell, style_));
  }

  void add(const Figure& figure) { page_ += fmt::format("```text\n{}```\n", render_text(figure)); }
  void add(const Listing& listing) { page_ += fmt::format("```text\n{}```\n", listing.text); }

  NumberStyle style_;
  std::string page_;
};

}  // namespace

std::string render_markdown(const Document& document, const NumberStyle& style) {
  return MarkdownPage(style)(document);
}

}  // namespace bprop
