// SPDX-License-Identifier: Apache-2.0
#include "help.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bprop::cli {
namespace {

constexpr std::size_t kWidth = 100;  // of the page
constexpr std::size_t kColumn = 28;  // where explanations of options begin

// Words of a text in lines of at most `width` letters.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Lines of a text, each behind two spaces.
std::string indented(std::string_view text) {
  std::string page;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    page += fmt::format("  {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return page;
}

std::string paragraphs(std::string_view text) {
  std::string page;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    for (const std::string& line : wrapped(text.substr(0, end), kWidth)) page += line + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return page;
}

std::string signature(const Option& option) {
  if (option.kind == Option::Kind::kPositional) return "  " + option.name;
  std::string text = "  --" + option.name;
  if (!option.value_name.empty()) text += ' ' + option.value_name;
  if (option.kind == Option::Kind::kList) text += "...";
  return text;
}

std::string in_quotes_if_needed(const std::string& text) {
  return text.find(' ') == std::string::npos ? text : '"' + text + '"';
}

std::string explained(const Option& option) {
  std::string help = option.help;
  if (!option.default_text.empty()) help += fmt::format(" (default {})", in_quotes_if_needed(option.default_text));
  std::string page = signature(option);
  if (page.size() + 2 > kColumn) page += '\n';
  std::size_t at = page.ends_with('\n') ? 0 : page.size();
  for (const std::string& line : wrapped(help, kWidth - kColumn)) {
    page += fmt::format("{:{}}{}\n", "", kColumn - at, line);
    at = 0;
  }
  return page;
}

}  // namespace

std::string program_help(const std::vector<std::unique_ptr<Verb>>& verbs) {
  std::string page =
      "Examples:\n"
      "  bprop train digits.csv --target digit\n"
      "  bprop predict model.safetensors new.csv --output answers.csv\n"
      "\n"
      "usage: bprop VERB [ARGUMENT...]\n"
      "\n"
      "bprop trains feed-forward neural networks by back-propagation and can show its work.\n"
      "\n"
      "Verbs:\n";
  for (const auto& verb : verbs) page += fmt::format("  {:<11}{}\n", verb->text().name, verb->text().summary);
  page +=
      "\n"
      "bprop help VERB explains one of them; bprop --version says which bprop this is.\n"
      "Exit codes: 0 done, 1 check failed, doctor found something or training diverged, 2 usage,\n"
      "3 bad input, 4 environment, 130 after Ctrl-C, 143 after TERM.\n";
  return page;
}

std::string verb_help(const VerbText& text, const Options& options) {
  std::string page = text.examples.find('\n') == std::string_view::npos ? "Example:\n" : "Examples:\n";
  page += indented(text.examples);
  page += fmt::format("\nusage: bprop {} {}\n\n", text.name, text.usage);
  page += paragraphs(text.details);
  std::string_view heading = "-";
  for (const Option& option : options.all()) {
    if (option.heading != heading) page += option.heading.empty() ? "\n" : fmt::format("\n{}:\n", option.heading);
    heading = option.heading;
    page += explained(option);
  }
  return page;
}

}  // namespace bprop::cli
