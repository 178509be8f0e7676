// SPDX-License-Identifier: Apache-2.0
#include "config_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <charconv>
#include <sstream>

#include "bprop/error.h"
#include "bprop/suggestion.h"
#include "bprop/toml_keys.h"
#include "text_file.h"

namespace bprop::cli {
namespace {

// The text that one would type after the option.
std::string typed(const toml::node& node, const std::string& where) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (const auto whole = node.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  throw FormatError(fmt::format("{}: found a {}, expected a text, a number, true or false", where,
                                node.is_table()   ? "table"
                                : node.is_array() ? "list"
                                                  : "date or time"));
}

// What a configuration calls an option: of a positional its name in small letters.
std::string key_of(const Option& option) {
  std::string key = option.name;
  for (char& letter : key) {
    if (letter == '-') letter = '_';
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return key;
}

Option* find_key(Options& options, std::string_view key) {
  for (Option& option : options.all()) {
    if (option.kind == Option::Kind::kPositional && key_of(option) == key) return &option;
  }
  Option* const option = options.find(key);
  return option != nullptr && option->command_line_only ? nullptr : option;
}

[[noreturn]] void refuse_key(const std::string& place, std::string_view key, const Options& options) {
  std::vector<std::string> known;
  for (const Option& option : options.all()) {
    if (!option.command_line_only) known.push_back(key_of(option));
  }
  throw FormatError(fmt::format("{}: there is no option '{}'{}", place, key, suggestion(key, known)));
}

void read_entry(const std::string& path, std::string_view key, const toml::node& node, Options& options) {
  const std::string place = fmt::format("{}, line {}", path, node.source().begin.line);
  Option* option = find_key(options, key);
  if (option == nullptr) refuse_key(place, key, options);
  const std::string where = fmt::format("{}: {}", place, key);
  if (option->from_file) throw FormatError(fmt::format("{} is the same option as in {}", where, option->origin));
  if (option->given()) return;  // the command line has the last word

  const toml::array* list = node.as_array();
  if (list != nullptr && option->takes_many()) {
    for (const toml::node& entry : *list) option->texts.push_back(typed(entry, where));
  } else {
    option->texts.push_back(typed(node, where));
  }
  option->origin = where;
  option->from_file = true;
}

std::string in_quotes(const std::string& text) {
  std::ostringstream out;
  out << toml::toml_formatter(toml::value<std::string>(text), toml::format_flags::none);
  return out.str();
}

// A number that a file without quotes gives back to the letter: TOML knows no .5 and no 007, and 1e5 is its 100000.
bool is_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  try {
    const toml::table file = toml::parse("x = " + text);
    return typed(*file.get("x"), "x") == text;
  } catch (const toml::parse_error&) {
    return false;
  }
}

std::string value_text(const Option& option) {
  const std::string single = option.texts.empty() ? option.default_text : option.texts.front();
  if (option.kind == Option::Kind::kFlag) return single;
  if (!option.plain_text && is_number(single)) return single;
  if (option.kind != Option::Kind::kList && option.texts.size() < 2) return in_quotes(single);
  std::string list;
  for (const std::string& text : option.texts) list += (list.empty() ? "" : ", ") + in_quotes(text);
  return "[" + list + "]";
}

}  // namespace

void read_config(const std::string& path, Options& options) {
  constexpr std::size_t kMostBytes = 1'000'000;
  const std::string text = read_text_file(path, kMostBytes + 1);
  if (text.size() > kMostBytes) {
    throw FormatError(fmt::format("{}: has more than {} bytes, expected a configuration", path, kMostBytes));
  }
  if (const auto line = line_of_deep_key(text)) {
    throw FormatError(
        fmt::format("{}, line {}: a key has more than {} dots, expected fewer", path, *line, kMostDotsInKey));
  }
  try {
    for (const auto& [key, node] : toml::parse(text)) read_entry(path, std::string_view(key), node, options);
  } catch (const toml::parse_error& error) {
    const auto place = error.source().begin;
    throw FormatError(fmt::format("{}, line {}, column {}: {}", path, place.line, place.column, error.description()));
  }
}

std::string config_text(const Options& options) {
  std::string text;
  for (const Option& option : options.all()) {
    if (option.command_line_only || (option.texts.empty() && option.default_text.empty())) continue;
    text += fmt::format("{} = {}\n", key_of(option), value_text(option));
  }
  return text;
}

}  // namespace bprop::cli
