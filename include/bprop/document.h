// SPDX-License-Identifier: Apache-2.0
//
// Document: a page of text, numbered equations, tables and figures, written for a terminal, as Markdown, LaTeX or one
// HTML file. What explains something in bprop makes one.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "bprop/figure.h"
#include "bprop/formula.h"

namespace bprop {

// left = right[0] = right[1] = …, or left alone, with the reason before it. Others refer to it by its number.
struct Equation {
  std::size_t number = 0;  // 0: none
  std::string reason = {};
  Formula left = {};
  std::vector<Formula> right = {};
};

// Every row has as many cells as the head.
struct FormulaTable {
  std::vector<std::string> head;
  std::vector<std::vector<Formula>> rows;
};

// Commands, or the text of a file: printed as they are.
struct Listing {
  std::string text;
};

using Paragraph = std::string;
using Block = std::variant<Paragraph, Equation, FormulaTable, Figure, Listing>;

struct Section {
  std::string heading;  // "" for the beginning of the page
  std::vector<Block> blocks;
};

struct Document {
  std::string title;
  std::vector<Section> sections;
};

struct TextStyle {
  std::size_t width = 80;  // columns; long lines go on in the next, indented. 0: never
  bool colors = false;     // ANSI: headings bold, numbers of equations dim
  NumberStyle numbers = {};
};

std::string render_text(const Document& document, const TextStyle& style = {});
std::string render_markdown(const Document& document, const NumberStyle& style = {});  // formulas in LaTeX
std::string render_latex(const Document& document, const NumberStyle& style = {});     // a file for pdflatex
std::string render_html(const Document& document, const NumberStyle& style = {});      // MathML; no script, no network

}  // namespace bprop
