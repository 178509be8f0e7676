// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "bprop/document.h"

namespace bprop {
namespace {

constexpr std::size_t kIndent = 4;  // of equations, behind their numbers

std::string spaces(std::size_t count) { return std::string(count, ' '); }

using Lines = std::vector<std::string>;

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

// A formula cut before operators within at most so many parentheses.
Lines cut(std::string_view formula, int deepest) {
  constexpr std::string_view kOperators[] = {"=", "+", "−", "·", "⊙"};
  Lines result;
  int depth = 0;
  for (const std::string_view word : words(formula)) {
    const bool is_operator = std::ranges::find(kOperators, word) != std::end(kOperators);
    if (result.empty() || (is_operator && depth <= deepest)) {
      result.emplace_back(word);
    } else {
      result.back() += ' ';
      result.back() += word;
    }
    depth += static_cast<int>(std::ranges::count(word, '(') - std::ranges::count(word, ')'));
  }
  return result;
}

// Pieces that fit, cut as little within parentheses as that needs; 0: no limit.
Lines operands(std::string_view formula, std::size_t room) {
  constexpr int kDeepest = 3;
  Lines pieces;
  for (int deepest = 0; deepest <= kDeepest; ++deepest) {
    pieces = cut(formula, deepest);
    if (room == 0 || std::ranges::all_of(pieces, [&](const auto& p) { return character_count(p) <= room; })) break;
  }
  return pieces;
}

// Pieces with a space between, as many in a line as there is room for; 0: for all.
template <class Pieces>
Lines packed(const Pieces& pieces, std::size_t room) {
  Lines lines;
  std::size_t used = 0;
  for (const auto& piece : pieces) {
    const std::size_t length = character_count(piece);
    if (lines.empty() || (room > 0 && used + 1 + length > room)) {
      lines.emplace_back();
      used = 0;
    } else {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += piece;
    used += length;
  }
  return lines;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class TextPage {
 public:
  explicit TextPage(const TextStyle& style) : style_(style) {}

  std::string operator()(const Document& document) {
    for (const std::string& line : packed(words(document.title), room(0))) page_ += bold(line) + '\n';
    for (const Section& section : document.sections) {
      if (!section.heading.empty()) page_ += '\n' + bold(section.heading) + '\n';
      const Block* before = nullptr;
      for (const Block& block : section.blocks) {
        if (before != nullptr && (stands_apart(*before) || stands_apart(block))) page_ += '\n';
        std::visit([this](const auto& b) { add(b); }, block);
        before = &block;
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

  std::size_t room(std::size_t margin) const {
    constexpr std::size_t kLeast = 20;
    return style_.width == 0 ? 0 : std::max(kLeast, style_.width - std::min(style_.width, margin));
  }

  void add(const Paragraph& paragraph) {
    for (const std::string& line : packed(words(paragraph), room(0))) page_ += line + '\n';
  }

  void add(const Equation& equation) {
    add_reason(equation);
    const std::string left = text_of(equation.left, style_.numbers);
    if (equation.right.empty()) return add_alone(left);
    std::size_t margin = kIndent + character_count(left);
    if (style_.width == 0 || margin <= style_.width / 2) {
      page_ += spaces(kIndent) + left;
    } else {
      add_alone(left);
      margin = kIndent + 1;
      page_ += spaces(margin);
    }
    bool first = true;
    for (const Formula& right : equation.right) {
      std::size_t deeper = 1;
      const Lines pieces = operands("= " + text_of(right, style_.numbers), room(margin + 3));
      for (const std::string& line : packed(pieces, room(margin + 3))) {
        page_ += (first ? "" : '\n' + spaces(margin)) + spaces(deeper) + line;
        first = false;
        deeper = 3;
      }
    }
    page_ += '\n';
  }

  // A formula in lines of its own.
  void add_alone(const std::string& formula) {
    std::size_t deeper = kIndent;
    for (const std::string& line : packed(operands(formula, room(kIndent + 2)), room(kIndent + 2))) {
      page_ += spaces(deeper) + line + '\n';
      deeper = kIndent + 2;
    }
  }

  void add_reason(const Equation& equation) {
    const std::string number = equation.number > 0 ? fmt::format("{:>2}. ", equation.number) : spaces(kIndent);
    if (equation.number == 0 && equation.reason.empty()) return;
    std::string front = dim(number);
    for (const std::string& line : packed(words(equation.reason), room(kIndent))) {
      page_ += front + line + '\n';
      front = spaces(kIndent);
    }
  }

  void add(const FormulaTable& table) {
    std::vector<std::vector<std::string>> cells = {table.head};
    for (const auto& row : table.rows) {
      auto& line = cells.emplace_back();
      for (const Formula& cell : row) line.push_back(text_of(cell, style_.numbers));
    }
    std::vector<std::size_t> widths(table.head.size(), 0);
    std::vector<bool> numbers(table.head.size(), !table.rows.empty());
    for (std::size_t r = 0; r < cells.size(); ++r) {
      for (std::size_t c = 0; c < widths.size(); ++c) {
        widths[c] = std::max(widths[c], character_count(cells[r][c]));
        if (r > 0 && table.rows[r - 1][c].kind != Formula::Kind::kNumber) numbers[c] = false;
      }
    }
    for (const auto& line : cells) {
      std::string text;
      for (std::size_t c = 0; c < widths.size(); ++c) {
        const std::string padding = spaces(widths[c] - character_count(line[c]));
        text += spaces(c == 0 ? kIndent : 2) + (numbers[c] ? padding + line[c] : line[c] + padding);
      }
      page_ += text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
    }
  }

  // A width without end is a terminal's for pictures.
  void add(const Figure& figure) {
    constexpr std::size_t kUsual = 80;
    page_ += render_text(figure, style_.width == 0 ? kUsual : style_.width);
  }

  void add(const Listing& listing) {
    for (const std::string_view line : lines_of(listing.text)) page_ += fmt::format("{}{}\n", spaces(kIndent), line);
  }

  TextStyle style_;
  std::string page_;
};

}  // namespace

std::string render_text(const Document& document, const TextStyle& style) { return TextPage(style)(document); }

}  // namespace bprop
