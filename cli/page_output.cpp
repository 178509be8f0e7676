// SPDX-License-Identifier: Apache-2.0
#include "page_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bprop/error.h"
#include "bprop/model.h"
#include "output_path.h"
#include "quantity.h"
#include "terminal.h"
#include "text_file.h"

namespace bprop::cli {
namespace {

constexpr std::string_view kFormats[] = {"text", "markdown", "latex", "html", "json", "dot"};

}  // namespace

void PageOutput::declare(Options& options) {
  options.heading("Output");
  options.value("format", "NAME", format_,
                "text, markdown, latex (a file for pdflatex), html (one file, no script), json, dot");
  options.value("output", "FILE", output_, "a file instead of the screen");
}

void PageOutput::check(const Options& options, bool json) {
  if (std::ranges::find(kFormats, format_) == std::end(kFormats)) {
    throw UsageError(fmt::format("--format {}: expected {}", format_, fmt::join(kFormats, ", ")));
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
