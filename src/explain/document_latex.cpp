// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/latex_text.h"
#include "base/utf8.h"
#include "bprop/document.h"
#include "figures/tikz.h"

namespace bprop {
namespace {

constexpr std::string_view kPreamble =
    "\\documentclass{article}\n"
    "\\usepackage[T1]{fontenc}\n"
    "\\usepackage[utf8]{inputenc}\n"
    "\\usepackage{amsmath,amssymb}\n"
    "\\usepackage[a4paper,margin=2cm]{geometry}\n"
    "\\allowdisplaybreaks\n"
    "\\setlength{\\parindent}{0pt}\n"
    "\\setlength{\\parskip}{0.5em}\n";

bool has_figure(const Document& document) {
  return std::ranges::any_of(document.sections, [](const Section& section) {
    return std::ranges::any_of(section.blocks, [](const Block& b) { return std::holds_alternative<Figure>(b); });
  });
}

class LatexPage {
 public:
  explicit LatexPage(const NumberStyle& style) : style_(style) {}

  std::string operator()(const Document& document) {
    page_ = fmt::format("{}{}\\begin{{document}}\n\\section*{{{}}}\n", kPreamble,
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
    if (equation.number > 0 || !equation.reason.empty()) page_ += latex_text(equation.reason) + '\n';
    page_ += fmt::format("\\begin{{align*}}\n{}", latex_of(equation.left, style_));
    bool first = true;
    for (const Formula& right : equation.right) {
      page_ += fmt::format("{} &= {}", first ? "" : " \\\\\n", broken(right));
      first = false;
    }
    page_ += "\n\\end{align*}\n";
  }

  // A long sum goes on in further lines.
  std::string broken(const Formula& formula) const {
    constexpr std::size_t kMostInLine = 4;
    if (formula.kind != Formula::Kind::kSum || formula.parts.size() <= kMostInLine) return latex_of(formula, style_);
    std::string lines;
    for (std::size_t i = 0; i < formula.parts.size(); i += kMostInLine) {
      // Behind an empty part, the sign stands between.
      std::vector<Formula> parts;
      if (i > 0) parts.push_back(math::words("", "{}"));
      for (std::size_t k = i; k < std::min(i + kMostInLine, formula.parts.size()); ++k)
        parts.push_back(formula.parts[k]);
      lines += (i > 0 ? " \\\\\n&\\quad " : "") + latex_of(math::sum(parts), style_);
    }
    return lines;
  }

  void add(const FormulaTable& table) {
    page_ += fmt::format("\\begin{{tabular}}{{{}}}\n", std::string(table.head.size(), 'l'));
    for (std::size_t c = 0; c < table.head.size(); ++c) {
      page_ += fmt::format("{}{}", c > 0 ? " & " : "", latex_text(table.head[c]));
    }
    page_ += " \\\\\\hline\n";
    for (const auto& row : table.rows) {
      for (std::size_t c = 0; c < row.size(); ++c) {
        page_ += fmt::format("{}${}$", c > 0 ? " & " : "", latex_of(row[c], style_));
      }
      page_ += " \\\\\n";
    }
    page_ += "\\end{tabular}\n";
  }

  void add(const Figure& figure) { page_ += figures::tikz_of(figure); }
  void add(const Listing& listing) {
    page_ += "\\begin{flushleft}\\ttfamily\\small\n";
    for (const std::string_view c : characters(listing.text)) {
      page_ += c == "\n" ? "\\\\\n" : c == " " ? "~" : latex_text(c);
    }
    page_ += "\\end{flushleft}\n";
  }

  NumberStyle style_;
  std::string page_;
};

}  // namespace

std::string render_latex(const Document& document, const NumberStyle& style) { return LatexPage(style)(document); }

}  // namespace bprop
