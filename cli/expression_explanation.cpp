// SPDX-License-Identifier: Apache-2.0
#include "expression_explanation.h"

#include <fmt/format.h>

#include <iterator>

#include "bprop/error.h"
#include "text_file.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kMostBytes = 1'000'001;  // one more than is read, so that too many are seen

// Whether the sentence is about a place in the text, not about an option.
bool names_place(std::string_view sentence) { return sentence.starts_with("column ") || sentence.starts_with("line "); }

// What `parse` makes of each text; its sentences get the option in front.
template <class Item, class Parse>
std::vector<Item> all_of(std::string_view option, const std::vector<std::string>& texts, Parse parse) {
  std::vector<Item> items;
  for (const std::string& text : texts) {
    try {
      std::ranges::move(parse(text), std::back_inserter(items));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("--{}, {}", option, error.what()));
    }
  }
  return items;
}

std::string text_of(const ExpressionRequest& request) {
  return request.file.empty() ? request.expression : read_text_file(request.file, kMostBytes);
}

std::vector<NamedNumber> inputs_of(const ExpressionRequest& request) {
  return all_of<NamedNumber>("at", request.at, parse_named_numbers);
}

[[noreturn]] void fail_at_place(const ExpressionRequest& request, std::string_view sentence) {
  if (request.file.empty()) throw UsageError(fmt::format("--expression, {}", sentence));
  throw FormatError(fmt::format("{}, {}", request.file, sentence));
}

}  // namespace

void ExpressionRequest::declare(Options& options) {
  options.value("expression", "TEXT", expression, "the chain rule on this instead, as \"f = x*y; x = r; y = r*s\"");
  options.value("expression-file", "FILE", file, "the same, its statements in a file, one a line");
  options.list("derivative", "F,X", derivatives, "of what by what (every output by every input by default)");
  options.list("at", "X=NUMBER", at, "a value for every input, as r=2,s=pi/3; without, symbols alone");
}

ExpressionExplanation explanation_of(const ExpressionRequest& request, std::size_t paths, const NumberStyle& numbers) {
  const ExpressionOptions options{
      .at = inputs_of(request),
      .derivatives = all_of<NamedDerivative>("derivative", request.derivatives, parse_named_derivatives),
      .paths = paths,
      .numbers = numbers};
  try {
    return explain_expression(text_of(request), options);
  } catch (const UsageError& error) {
    if (names_place(error.what())) fail_at_place(request, error.what());
    throw UsageError(fmt::format("--{}", error.what()));
  }
}

Grade grade_of(const ExpressionRequest& request, std::string_view answers, const std::string& answers_file) {
  const std::vector<ExpressionAnswer> sheet = parse_expression_answers(answers, answers_file);
  try {
    return grade_expression(text_of(request), inputs_of(request), sheet);
  } catch (const UsageError& error) {
    const std::string_view sentence = error.what();
    if (names_place(sentence)) fail_at_place(request, sentence);
    if (sentence.starts_with("at ")) throw UsageError(fmt::format("--{}", sentence));
    throw FormatError(fmt::format("{}: {}", answers_file, sentence));
  }
}

}  // namespace bprop::cli
