// SPDX-License-Identifier: Apache-2.0
#include "data/column_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "bprop/suggestion.h"

namespace bprop::data {
namespace {

constexpr std::size_t kMaxNamesShown = 10;

// A text that is no column, but has commas, means what stands between them.
std::vector<std::string> one_by_one(std::span<const std::string> names, const TargetNames& target) {
  std::vector<std::string> wanted;
  for (const std::string& text : target.names()) {
    if (find_column(names, text)) {
      wanted.push_back(text);
      continue;
    }
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      wanted.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return wanted;
}

}  // namespace

std::optional<std::size_t> find_column(std::span<const std::string> names, std::string_view wanted) {
  if (const auto found = std::find(names.begin(), names.end(), wanted); found != names.end()) {
    return static_cast<std::size_t>(found - names.begin());
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (error != std::errc() || end != wanted.data() + wanted.size()) return std::nullopt;
  if (number < 1 || number > names.size()) return std::nullopt;
  return number - 1;
}

Failure no_such_column(const std::string& source, std::span<const std::string> names, std::string_view wanted) {
  if (const std::string meant = suggestion(wanted, names, "'"); !meant.empty()) {
    return usage_failure(fmt::format("{}: there is no column '{}'{}", source, wanted, meant));
  }
  const auto shown = names.first(std::min(names.size(), kMaxNamesShown));
  const std::string all = names.size() == 1 ? "only column is" : fmt::format("{} columns are", names.size());
  return usage_failure(fmt::format("{}: there is no column '{}'; its {} {}{}", source, wanted, all,
                                   fmt::join(shown, ", "), shown.size() < names.size() ? ", …" : ""));
}

Result<ColumnChoice> choose_columns(const std::string& source, std::span<const std::string> names,
                                    const TargetNames& target, bool target_required,
                                    std::span<const std::string> ignore) {
  ColumnChoice choice;
  choice.ignored.assign(names.size(), false);
  const auto is_target = [&](std::size_t column) {
    return std::find(choice.targets.begin(), choice.targets.end(), column) != choice.targets.end();
  };
  for (const std::string& wanted : one_by_one(names, target)) {
    const auto column = find_column(names, wanted);
    if (!column && target_required) return no_such_column(source, names, wanted);
    if (!column) continue;
    if (is_target(*column)) {
      return usage_failure(fmt::format("{}: column '{}' is named twice as a target", source, names[*column]));
    }
    choice.targets.push_back(*column);
  }
  for (const std::string& wanted : ignore) {
    const auto column = find_column(names, wanted);
    if (!column) return no_such_column(source, names, wanted);
    if (is_target(*column)) {
      return usage_failure(fmt::format("{}: column '{}' is the target and cannot be ignored", source, names[*column]));
    }
    choice.ignored[*column] = true;
  }
  return choice;
}

std::vector<std::string> numbered_names(std::string_view stem, std::size_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("{}{}", stem, i + 1));
  return names;
}

std::optional<Failure> equal_names(const std::string& where, std::span<const std::string> names) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto [first, is_new] = seen.emplace(names[i], i);
    if (is_new) continue;
    return format_failure(fmt::format("{}: columns {} and {} are both called '{}', expected different names", where,
                                      first->second + 1, i + 1, names[i]));
  }
  return std::nullopt;
}

}  // namespace bprop::data
