// SPDX-License-Identifier: Apache-2.0
#include "explain/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "explain/table_layout.h"
#include "explain/text_lines.h"

namespace bprop::explaining {
namespace {

constexpr std::size_t kGap = 2;  // columns apart

class TextTable {
 public:
  TextTable(const FormulaTable& table, std::size_t indent, const TextStyle& style)
      : table_(table), indent_(indent), width_(style.width) {
    for (const auto& row : table.rows) {
      auto& line = cells_.emplace_back();
      for (const Formula& cell : row) line.push_back(text_of(cell, style.numbers));
    }
  }

  std::string operator()() const {
    std::vector<ColumnWidth> columns;
    for (std::size_t c = 0; c < table_.head.size(); ++c) columns.push_back(width_of(c));
    const std::size_t room = width_ == 0 ? 0 : width_ - std::min(width_ - 1, indent_);
    const std::vector<TablePart> parts = table_layout(columns, room, kGap);
    if (parts.empty()) return row_by_row();
    std::string text;
    for (const TablePart& part : parts) {
      if (!text.empty()) text += '\n';
      add_row(part, [&](std::size_t c, std::size_t width) { return packed(words_of(table_.head[c]), width); }, text);
      for (std::size_t r = 0; r < cells_.size(); ++r) {
        add_row(part, [&](std::size_t c, std::size_t width) { return packed(pieces(r, c, width), width); }, text);
      }
    }
    return text;
  }

 private:
  bool is_words(std::size_t r, std::size_t c) const { return table_.rows[r][c].kind == Formula::Kind::kWords; }

  bool is_numbers(std::size_t c) const {
    return !table_.rows.empty() &&
           std::ranges::all_of(table_.rows, [&](const auto& row) { return row[c].kind == Formula::Kind::kNumber; });
  }

  Lines pieces(std::size_t r, std::size_t c, std::size_t room) const {
    return is_words(r, c) ? words_of(cells_[r][c]) : operands_of(cells_[r][c], room);
  }

  ColumnWidth width_of(std::size_t c) const {
    ColumnWidth width{character_count(table_.head[c]), longest(words_of(table_.head[c]))};
    for (std::size_t r = 0; r < cells_.size(); ++r) {
      width.natural = std::max(width.natural, character_count(cells_[r][c]));
      width.least = std::max(width.least, longest(pieces(r, c, 1)));
    }
    return width;
  }

  // As many lines as the longest cell needs; numbers end, everything else begins at the same column.
  template <class Cell>
  void add_row(const TablePart& part, Cell cell, std::string& text) const {
    std::vector<Lines> cells;
    std::size_t height = 1;
    for (const PlacedColumn& placed : part) {
      cells.push_back(cell(placed.column, placed.width));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t i = 0; i < height; ++i) {
      std::string line(indent_, ' ');
      for (std::size_t k = 0; k < part.size(); ++k) {
        const std::string words = i < cells[k].size() ? cells[k][i] : std::string();
        const std::string padding(part[k].width - std::min(part[k].width, character_count(words)), ' ');
        if (k > 0) line.append(kGap, ' ');
        line += is_numbers(part[k].column) ? padding + words : words + padding;
      }
      text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
  }

  std::string row_by_row() const {
    std::string text;
    const auto add = [&](const Lines& pieces, std::size_t indent) {
      for (const std::string& line : packed(pieces, width_ - std::min(width_ - 1, indent))) {
        text += margin_of(line, indent, width_) + line + '\n';
      }
    };
    for (std::size_t r = 0; r < cells_.size(); ++r) {
      for (std::size_t c = 0; c < cells_[r].size(); ++c) {
        if (cells_[r][c].empty()) continue;
        Lines line = words_of(c == 0 ? std::string() : fmt::format("{}:", table_.head[c]));
        for (std::string& piece : pieces(r, c, width_)) line.push_back(std::move(piece));
        add(line, indent_ + (c == 0 ? 0 : kGap));
      }
    }
    return text;
  }

  const FormulaTable& table_;
  std::size_t indent_;
  std::size_t width_;
  std::vector<std::vector<std::string>> cells_;
};

}  // namespace

std::string text_table(const FormulaTable& table, std::size_t indent, const TextStyle& style) {
  return TextTable(table, indent, style)();
}

}  // namespace bprop::explaining
