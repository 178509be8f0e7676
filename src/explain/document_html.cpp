// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html_text.h"
#include "bprop/document.h"

namespace bprop {
namespace {

// One column that a phone can read, dark where the reader's system is.
constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;color:#222;background:#fff}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #8884}"
    ".equation{margin:.8rem 0}.reason{color:#666}.number{font-weight:600;margin-right:.6em}"
    ".lines{overflow-x:auto;padding:.2rem 0 .2rem 2rem}.lines mtable{math-style:normal}.lines mtd{text-align:left}"
    ".lines mtd:first-child{text-align:right}"
    "table{border-collapse:collapse;margin:.8rem 0}td,th{padding:.15rem .8rem;text-align:left;"
    "border-bottom:1px solid #8884}figure{margin:.8rem 0}pre{overflow-x:auto;background:#8881;padding:.5rem}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}.reason{color:#999}}";

class HtmlPage {
 public:
  explicit HtmlPage(const NumberStyle& style) : style_(style) {}

  std::string operator()(const Document& document) {
    page_ = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n"
        "<body>\n<h1>{0}</h1>\n",
        html_text(document.title), kStyle);
    for (const Section& section : document.sections) {
      if (!section.heading.empty()) page_ += fmt::format("<h2>{}</h2>\n", html_text(section.heading));
      for (const Block& block : section.blocks) std::visit([this](const auto& b) { add(b); }, block);
    }
    return page_ + "</body>\n</html>\n";
  }

 private:
  void add(const Paragraph& paragraph) { page_ += fmt::format("<p>{}</p>\n", html_text(paragraph)); }

  void add(const Equation& equation) {
    page_ += "<div class=\"equation\">";
    if (equation.number > 0) page_ += fmt::format("<span class=\"number\">{}.</span>", equation.number);
    page_ += fmt::format("<span class=\"reason\">{}</span>\n<div class=\"lines\"><math><mtable>",
                         html_text(equation.reason));
    std::string left = mathml_of(equation.left, style_);
    for (const Formula& right : equation.right) {
      page_ +=
          fmt::format("<mtr><mtd>{}</mtd><mtd><mo>=</mo></mtd><mtd>{}</mtd></mtr>", left, mathml_of(right, style_));
      left.clear();
    }
    if (equation.right.empty()) page_ += fmt::format("<mtr><mtd>{}</mtd></mtr>", left);
    page_ += "</mtable></math></div></div>\n";
  }

  void add(const FormulaTable& table) {
    page_ += "<table><thead><tr>";
    for (const std::string& head : table.head) page_ += fmt::format("<th>{}</th>", html_text(head));
    page_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : table.rows) {
      page_ += "<tr>";
      for (const Formula& cell : row) page_ += fmt::format("<td>{}</td>", written(cell));
      page_ += "</tr>\n";
    }
    page_ += "</tbody></table>\n";
  }

  void add(const Figure& figure) { page_ += fmt::format("<figure>\n{}</figure>\n", render_svg(figure)); }
  void add(const Listing& listing) { page_ += fmt::format("<pre>{}</pre>\n", html_text(listing.text)); }

  std::string written(const Formula& cell) const {
    if (cell.kind == Formula::Kind::kWords) return html_text(cell.text);
    return fmt::format("<math>{}</math>", mathml_of(cell, style_));
  }

  NumberStyle style_;
  std::string page_;
};

}  // namespace

std::string render_html(const Document& document, const NumberStyle& style) { return HtmlPage(style)(document); }

}  // namespace bprop
