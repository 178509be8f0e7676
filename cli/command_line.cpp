// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "bprop/error.h"
#include "bprop/suggestion.h"

namespace bprop::cli {
namespace {

bool is_option(const std::string& word, const Options& options) {
  if (!word.starts_with("--")) return false;
  const Option* option = options.find(std::string_view(word).substr(2));
  return option != nullptr && option->kind != Option::Kind::kPositional;
}

// Whether a word is --NAME or --NAME=VALUE.
bool is_typed(const Option& option, const std::vector<std::string>& words) {
  const std::string name = "--" + option.name;
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word.starts_with(name) && (word.size() == name.size() || word[name.size()] == '=');
  });
}

CLI::Option* add(CLI::App& parser, const Option& option) {
  if (option.kind == Option::Kind::kPositional) return parser.add_option(option.name);
  if (option.kind == Option::Kind::kFlag) return parser.add_flag("--" + option.name);
  CLI::Option* const added = parser.add_option("--" + option.name);
  return option.kind == Option::Kind::kList ? added->expected(1, -1)->allow_extra_args() : added;
}

void take(const CLI::Option& parsed, const Options& options, Option& option) {
  if (parsed.count() == 0) return;
  option.texts = parsed.results();
  option.origin = option.kind == Option::Kind::kPositional ? option.name : "--" + option.name;
  if (!option.takes_many() && option.texts.size() > 1) {
    throw UsageError(fmt::format("{} is given {} times, expected once", option.origin, option.texts.size()));
  }
  for (const std::string& text : option.texts) {
    if (is_option(text, options)) throw UsageError(fmt::format("{} has no value before {}", option.origin, text));
  }
}

void refuse(std::vector<std::string> extras, const Options& options) {
  std::erase(extras, "--");  // what stands behind it was taken as arguments
  if (extras.empty()) return;
  for (const std::string& word : extras) {
    if (word.size() < 2 || word[0] != '-') continue;
    std::vector<std::string> known = {"--help"};
    for (const Option& option : options.all()) {
      if (option.kind != Option::Kind::kPositional) known.push_back("--" + option.name);
    }
    const std::string name = word.substr(0, word.find('='));
    throw UsageError(fmt::format("there is no option {}{}", name, suggestion(name, known)));
  }
  throw UsageError(fmt::format("'{}' is one argument too many", extras.front()));
}

}  // namespace

bool parse_command_line(const std::vector<std::string>& words, Options& options) {
  CLI::App parser;
  parser.set_help_flag();
  parser.allow_extras();
  const CLI::Option* help = parser.add_flag("-h,--help");
  std::vector<std::pair<CLI::Option*, Option*>> parsed;
  for (Option& option : options.all()) {
    const bool is_positional = option.kind == Option::Kind::kPositional;
    // CLI11 compares each option that it is given with all that it has.
    if (!is_positional && !is_typed(option, words)) continue;
    parsed.emplace_back(add(parser, option), &option);
    // Repetitions of positionals are extras; those of options are told apart from lists in take().
    if (!is_positional) parsed.back().first->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  try {
    parser.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ArgumentMismatch&) {  // only the last word can be an option whose value is not there
    throw UsageError(fmt::format("{} has no value", words.back()));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  if (help->count() > 0) return true;
  for (const auto& [found, option] : parsed) take(*found, options, *option);
  refuse(parser.remaining(), options);
  return false;
}

}  // namespace bprop::cli
