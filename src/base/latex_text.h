// SPDX-License-Identifier: Apache-2.0
//
// Texts as LaTeX: pdflatex gets ASCII and commands only, so that every letter that bprop itself writes is there
// whatever fonts are installed.
#pragma once

#include <string>
#include <string_view>

namespace bprop {

// Running text: special characters escaped, Greek letters and mathematical signs as commands in math mode. Letters with
// accents stay UTF-8, which LaTeX reads; others that pdflatex has no font for become their code point, "U+4E2D".
std::string latex_text(std::string_view text);

// One symbol's name in math mode: a letter, a Greek letter's command, or a name in \mathit.
std::string latex_symbol(std::string_view name);

// What stands above or below a symbol, in math mode.
std::string latex_symbols(std::string_view text);

}  // namespace bprop
