// SPDX-License-Identifier: Apache-2.0
#include "page_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "bprop/error.h"
#include "bprop/model.h"
#include "output_path.h"
#include "quantity.h"
#include "terminal.h"
#include "text_file.h"

namespace bprop::cli {
namespace {

constexpr std::array<std::string_view, 6> kFormats = {"text", "markdown", "latex", "html", "json", "dot"};
constexpr std::size_t kPageFormats = 4;

}  // namespace

void PageOutput::declare(Options& options, Formats formats) {
  formats_ = kPageFormats + static_cast<std::size_t>(formats);
  options.heading("Output");
  std::string words = "text, markdown, latex (a file for pdflatex), html (one file, no script)";
  for (std::size_t i = kPageFormats; i < formats_; ++i) words += fmt::format(", {}", kFormats[i]);
  options.value("format", "NAME", format_, words);
  options.value("output", "FILE", output_, "a file instead of the screen");
}

void PageOutput::check(const Options& options, bool json) {
  const auto known = std::span(kFormats).first(formats_);
  if (std::ranges::find(known, format_) == known.end()) {
    throw UsageError(fmt::format("--format {}: expected {}", format_, fmt::join(known, ", ")));
  }
  if (json && options.given("format") && format_ != "json") {
    throw UsageError(fmt::format("--json: --format {} was given, expected one of the two", format_));
  }
  if (json) format_ = "json";
  if (output_.empty()) return;
  check_not_read(output_, options);
  if (is_model_file(output_)) {
    throw UsageError(fmt::format("--output {}: is a model of bprop, expected another file", output_));
  }
  check_output_path(output_);
}

std::string PageOutput::written(const Document& document, const NumberStyle& numbers) const {
  if (format_ == "markdown") return render_markdown(document, numbers);
  if (format_ == "latex") return render_latex(document, numbers);
  if (format_ == "html") return render_html(document, numbers);
  return render_text(document, {.colors = output_.empty() && output_colours_are_seen(), .numbers = numbers});
}

void PageOutput::write(const ExerciseSet& set, SheetPlace sheet) const {
  if (format_ == "json") return deliver(render_json(set));
  write(document(set, sheet), {});
}

void PageOutput::write(const Document& document, const NumberStyle& numbers) const {
  if (format_ == "json" || format_ == "dot") {
    throw UsageError(fmt::format("--format {}: this is a page alone; expected text, markdown, latex or html", format_));
  }
  deliver(written(document, numbers));
}

Document PageOutput::with(const std::optional<Figure>& picture, Document page) {
  if (picture) page.sections.insert(page.sections.begin(), {"", {*picture}});
  return page;
}

void PageOutput::refuse_dot() {
  throw UsageError(
      "--format dot: draws derivations, recorded updates and expressions; expected text, markdown, latex, html or "
      "json");
}

void PageOutput::deliver(const std::string& page) const {
  if (output_.empty()) return print(page);
  write_text_file(output_, page);
  print(titled("wrote", output_));
}

}  // namespace bprop::cli
