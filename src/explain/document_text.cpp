// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "bprop/document.h"
#include "explain/text_lines.h"
#include "explain/text_table.h"

namespace bprop {
namespace {

using explaining::Lines;
using explaining::margin_of;
using explaining::operands_of;
using explaining::packed;
using explaining::words_of;

constexpr std::size_t kIndent = 4;  // of equations, behind their numbers
constexpr std::size_t kDeeper = 2;  // … and of lines that go on

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class TextPage {
 public:
  explicit TextPage(const TextStyle& style) : style_(style) {}

  std::string operator()(const Document& document) {
    add_heading(document.title);
    for (const Section& section : document.sections) {
      if (!section.heading.empty()) {
        page_ += '\n';
        add_heading(section.heading);
      }
      const Block* before = nullptr;
      for (const Block& block : section.blocks) {
        const bool is_first = before == nullptr;
        const bool apart = stands_apart(block) || (is_first ? apart_ : stands_apart(*before));
        if (apart && (!is_first || section.heading.empty())) page_ += '\n';
        std::visit([this](const auto& b) { add(b); }, block);
        before = &block;
        apart_ = stands_apart(block);
      }
    }
    return page_;
  }

 private:
  static bool stands_apart(const Block& block) {
    return std::holds_alternative<Figure>(block) || std::holds_alternative<Listing>(block);
  }

  std::string bold(const std::string& text) const { return style_.colors ? "\x1b[1m" + text + "\x1b[0m" : text; }
  std::string dim(const std::string& text) const { return style_.colors ? "\x1b[2m" + text + "\x1b[0m" : text; }

  // Columns behind a margin; 0: no limit.
  std::size_t room(std::size_t margin) const {
    return style_.width == 0 ? 0 : style_.width - std::min(style_.width - 1, margin);
  }

  void add_heading(const std::string& heading) {
    for (const std::string& line : packed(words_of(heading), room(0))) page_ += bold(line) + '\n';
  }

  void add(const Paragraph& paragraph) {
    for (const std::string& line : packed(words_of(paragraph), room(0))) page_ += line + '\n';
  }

  void add(const FormulaTable& table) { page_ += explaining::text_table(table, kIndent, style_); }

  // Right sides stand beside the left one where there is room for them, else below.
  void add(const Equation& equation) {
    add_reason(equation);
    const std::string left = text_of(equation.left, style_.numbers);
    if (equation.right.empty()) {
      page_ += lines(left, kIndent);
      return;
    }
    const std::size_t margin = kIndent + character_count(left) + 1;
    if (!fits_beside(equation, margin)) {
      page_ += lines(left, kIndent) + right_sides(equation, kIndent + kDeeper);
      return;
    }
    const std::string right = right_sides(equation, margin);
    page_ += std::string(kIndent, ' ') + left + right.substr(margin - 1);
  }

  bool fits_beside(const Equation& equation, std::size_t margin) const {
    const std::size_t rest = room(margin + kDeeper);
    if (rest == 0) return true;
    return margin <= style_.width / 2 + 1 && std::ranges::all_of(equation.right, [&](const Formula& right) {
             return explaining::longest(operands_of(right_side(right), rest)) <= rest;
           });
  }

  std::string right_side(const Formula& right) const { return fmt::format("= {}", text_of(right, style_.numbers)); }

  std::string right_sides(const Equation& equation, std::size_t margin) const {
    std::string text;
    for (const Formula& right : equation.right) text += lines(right_side(right), margin);
    return text;
  }

  // A formula, its continuations deeper.
  std::string lines(const std::string& formula, std::size_t margin) const {
    const std::size_t rest = room(margin + kDeeper);
    std::string text;
    for (const std::string& line : packed(operands_of(formula, rest), rest)) {
      text += margin_of(line, margin + (text.empty() ? 0 : kDeeper), style_.width) + line + '\n';
    }
    return text;
  }

  void add_reason(const Equation& equation) {
    if (equation.number == 0 && equation.reason.empty()) return;
    const std::string number =
        equation.number > 0 ? fmt::format("{:>2}. ", equation.number) : std::string(kIndent, ' ');
    const std::size_t margin = number.size();
    const Lines reason = packed(words_of(equation.reason), room(margin));
    const bool number_alone = reason.empty() || margin_of(reason[0], margin, style_.width).size() < margin;
    page_ += dim(number) + (number_alone ? "\n" : "");
    for (std::size_t i = 0; i < reason.size(); ++i) {
      const bool behind_number = i == 0 && !number_alone;
      page_ += (behind_number ? "" : margin_of(reason[i], margin, style_.width)) + reason[i] + '\n';
    }
  }

  // A width without end is a terminal's for pictures.
  void add(const Figure& figure) {
    constexpr std::size_t kUsual = 80;
    page_ += render_text(figure, style_.width == 0 ? kUsual : style_.width);
  }

  void add(const Listing& listing) {
    for (const std::string& line : lines_of(listing.text)) {
      page_ += fmt::format("{}{}\n", std::string(kIndent, ' '), line);
    }
  }

  TextStyle style_;
  std::string page_;
  bool apart_ = false;  // the block before, be it of another section
};

}  // namespace

std::string render_text(const Document& document, const TextStyle& style) { return TextPage(style)(document); }

}  // namespace bprop
