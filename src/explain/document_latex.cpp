// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/latex_text.h"
#include "base/utf8.h"
#include "bprop/document.h"
#include "explain/formula_latex.h"
#include "explain/table_layout.h"
#include "explain/text_lines.h"
#include "figures/tikz.h"

namespace bprop {
namespace {

using explaining::breakable_latex_of;
using explaining::ColumnWidth;
using explaining::TablePart;

// \leftside and \rightside set an equation in paragraphs, whose lines TeX ends where they may: "=" stands in one column
// where the left side is short, else below it.
constexpr std::string_view kPreamble = R"(\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{amsmath,array,longtable}
\usepackage[a4paper,margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5em}
\setlength{\lineskiplimit}{2pt}
\setlength{\lineskip}{4pt}
\setlength{\LTleft}{2em}
\renewcommand{\arraystretch}{1.35}
\newsavebox{\leftbox}
\newlength{\leftwidth}
\newcommand{\formula}[1]{\par\hangindent=4em\hangafter=1\hspace*{2em}$\displaystyle #1$\par}
\newcommand{\leftside}[1]{\sbox{\leftbox}{\hspace{2em}$\displaystyle #1$}\setlength{\leftwidth}{\wd\leftbox}%
  \ifdim\leftwidth>0.45\linewidth\formula{#1}\sbox{\leftbox}{}\setlength{\leftwidth}{3em}\fi}
\newcommand{\rightside}[1]{\par\hangindent=\dimexpr\leftwidth+2.5em\relax\hangafter=1%
  \makebox[\leftwidth][l]{\usebox{\leftbox}}$\displaystyle{}= #1$\par\sbox{\leftbox}{}}
)";

// A table's estimated widths are in digits of a bit more than their width in the font of ten points.
constexpr double kDigit = 0.55;    // em
constexpr std::size_t kLine = 82;  // digits in a line of the page, less its margin
constexpr std::size_t kColumnGap = 3;

bool has_figure(const Document& document) {
  return std::ranges::any_of(document.sections, [](const Section& section) {
    return std::ranges::any_of(section.blocks, [](const Block& b) { return std::holds_alternative<Figure>(b); });
  });
}

class LatexPage {
 public:
  explicit LatexPage(const NumberStyle& style) : style_(style) {}

  std::string operator()(const Document& document) {
    page_ = fmt::format("{}{}\\begin{{document}}\n\\raggedright\n\\section*{{{}}}\n", kPreamble,
                        has_figure(document) ? figures::kTikzPreamble : "", latex_text(document.title));
    for (const Section& section : document.sections) {
      if (!section.heading.empty()) {
        page_ += fmt::format("\n\\subsection*{{{}}}\n", latex_text(section.heading));
      }
      for (const Block& block : section.blocks) {
        page_ += '\n';
        std::visit([this](const auto& b) { add(b); }, block);
      }
    }
    return page_ + "\n\\end{document}\n";
  }

 private:
  void add(const Paragraph& paragraph) { page_ += latex_text(paragraph) + '\n'; }

  void add(const Equation& equation) {
    if (equation.number > 0) page_ += fmt::format("\\textbf{{({})}} ", equation.number);
    page_ += latex_text(equation.reason);
    if (equation.number > 0 || !equation.reason.empty()) page_ += "\\nopagebreak\n\n";
    const std::string left = breakable_latex_of(equation.left, style_);
    page_ += fmt::format("\\{}{{{}}}\n", equation.right.empty() ? "formula" : "leftside", left);
    for (const Formula& right : equation.right) {
      page_ += fmt::format("\\rightside{{{}}}\n", breakable_latex_of(right, style_));
    }
  }

  void add(const FormulaTable& table) {
    std::vector<ColumnWidth> columns;
    for (std::size_t c = 0; c < table.head.size(); ++c) columns.push_back(width_of(table, c));
    const std::vector<TablePart> parts = table_layout(columns, kLine, kColumnGap);
    for (const TablePart& part : parts) add_part(table, part, columns);
    if (parts.empty()) add_row_by_row(table);
  }

  void add(const Figure& figure) { page_ += figures::tikz_of(figure); }
  void add(const Listing& listing) {
    page_ += "\\begin{flushleft}\\ttfamily\\small\n";
    for (const std::string_view c : characters(listing.text)) {
      page_ += c == "\n" ? "\\\\\n" : c == " " ? "~" : latex_text(c);
    }
    page_ += "\\end{flushleft}\n";
  }

  void add_part(const FormulaTable& table, const TablePart& part, const std::vector<ColumnWidth>& columns) {
    std::vector<std::string> kinds;
    std::vector<std::string> heads;
    for (const auto& [column, width] : part) {
      kinds.push_back(width >= columns[column].natural ? "l"
                                                       : fmt::format(">{{\\raggedright\\arraybackslash}}p{{{:.1f}em}}",
                                                                     kDigit * static_cast<double>(width)));
      heads.push_back(latex_text(table.head[column]));
    }
    page_ += fmt::format("\\begin{{longtable}}{{{}}}\n{} \\tabularnewline\\hline\\endhead\n", fmt::join(kinds, ""),
                         fmt::join(heads, " & "));
    for (const auto& row : table.rows) {
      std::vector<std::string> cells;
      for (const auto& [column, width] : part) cells.push_back(cell(row[column]));
      page_ += fmt::format("{} \\tabularnewline\n", fmt::join(cells, " & "));
    }
    page_ += "\\end{longtable}\n";
  }

  void add_row_by_row(const FormulaTable& table) {
    for (const auto& row : table.rows) {
      for (std::size_t c = 0; c < row.size(); ++c) {
        page_ += fmt::format("{}: {}{}", latex_text(table.head[c]), cell(row[c]), c + 1 < row.size() ? "; " : "\n\n");
      }
    }
  }

  std::string cell(const Formula& formula) const {
    if (formula.kind == Formula::Kind::kWords && formula.latex.empty()) return latex_text(formula.text);
    return fmt::format("${}$", breakable_latex_of(formula, style_));
  }

  ColumnWidth width_of(const FormulaTable& table, std::size_t column) const {
    const auto longest_word = [](std::string_view text) { return explaining::longest(explaining::words_of(text)); };
    ColumnWidth width{character_count(table.head[column]), longest_word(table.head[column])};
    for (const auto& row : table.rows) {
      const Formula& formula = row[column];
      const bool is_number = formula.kind == Formula::Kind::kNumber;
      const std::string text = text_of(formula, style_);
      const std::size_t written = formula.kind == Formula::Kind::kWords
                                      ? character_count(text)
                                      : explaining::latex_width(latex_of(formula, style_));
      width.natural = std::max(width.natural, written);
      width.least = std::max(width.least, is_number ? written : std::min(written, longest_word(text)));
    }
    return width;
  }

  NumberStyle style_;
  std::string page_;
};

}  // namespace

std::string render_latex(const Document& document, const NumberStyle& style) { return LatexPage(style)(document); }

}  // namespace bprop
