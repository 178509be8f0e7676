// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto plain = [](char letter) { return letter == '_' ? '-' : letter; };
  return std::ranges::equal(a, b, {}, plain, plain);
}

[[noreturn]] void refuse(const Option& option, const std::string& sentence) {
  if (option.from_file) throw FormatError(sentence);
  throw UsageError(sentence);
}

}  // namespace

bool Option::given_as_default() const {
  return texts.size() == 1 && texts.front() == (kind == Kind::kFlag ? "false" : default_text);
}

Option& Options::add(Option::Kind kind, std::string_view name, std::string_view value_name, std::string_view help) {
  constexpr std::size_t kMost = 256;
  if (options_.empty()) options_.reserve(kMost);  // a verb has many: they need not move
  return options_.emplace_back(Option{.kind = kind,
                                      .name = std::string(name),
                                      .value_name = std::string(value_name),
                                      .help = std::string(help),
                                      .heading = heading_});
}

void Options::flag(std::string_view name, bool& place, std::string_view help) {
  add(Option::Kind::kFlag, name, {}, help).set = [&place](const std::string& text) {
    if (text != "true" && text != "false") throw UsageError("expected true or false");
    place = text == "true";
  };
}

void Options::repeated(std::string_view name, std::string_view value_name, std::vector<std::string>& place,
                       std::string_view help) {
  add(Option::Kind::kRepeated, name, value_name, help).set = [&place](const std::string& text) {
    place.push_back(text);
  };
}

void Options::list(std::string_view name, std::string_view value_name, std::vector<std::string>& place,
                   std::string_view help) {
  add(Option::Kind::kList, name, value_name, help).set = [&place](const std::string& text) { place.push_back(text); };
}

const Option* Options::find(std::string_view name) const {
  const auto found = std::ranges::find_if(options_, [&](const Option& option) { return same_name(option.name, name); });
  return found == options_.end() ? nullptr : &*found;
}

Option* Options::find(std::string_view name) { return const_cast<Option*>(std::as_const(*this).find(name)); }

bool Options::given(std::string_view name) const {
  const Option* option = find(name);
  return option != nullptr && option->given();
}

void Options::may_be_empty(std::string_view name) { find(name)->may_be_empty = true; }

void Options::command_line_only(std::string_view name) { find(name)->command_line_only = true; }

void Options::refuse_field(std::string_view sentence) const {
  const std::size_t end = sentence.find(" is ");
  const Option* option = end == std::string_view::npos ? nullptr : find(sentence.substr(0, end));
  if (option != nullptr && option->given()) refuse(*option, option->origin + std::string(sentence.substr(end)));
}

void Options::exclude(std::initializer_list<std::string_view> names, std::string_view reason) {
  for (const std::string_view name : names) {
    Option* option = find(name);
    if (option == nullptr) continue;
    if (option->given() && !option->given_as_default()) {
      throw UsageError(fmt::format("{} means nothing {}", option->origin, reason));
    }
    option->texts.clear();
    option->origin.clear();
    option->default_text.clear();
    option->excluded = true;
  }
}

void Options::apply() const {
  for (const Option& option : options_) {
    for (const std::string& text : option.texts) {
      if (text.empty() && !option.may_be_empty) refuse(option, fmt::format("{} is empty", option.origin));
      try {
        option.set(text);
      } catch (const UsageError& error) {
        refuse(option, fmt::format("{} {}: {}", option.origin, text, error.what()));
      }
    }
  }
}

}  // namespace bprop::cli
