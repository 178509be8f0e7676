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
  return usage_failure(fmt::format("{}: there is no column '{}'; its {} columns are {}{}", source, wanted, names.size(),
                                   fmt::join(shown, ", "), shown.size() < names.size() ? ", …" : ""));
}

Result<ColumnChoice> choose_columns(const std::string& source, std::span<const std::string> names,
                                    const std::string& target, bool target_required,
                                    std::span<const std::string> ignore) {
  ColumnChoice choice;
  choice.ignored.assign(names.size(), false);
  if (!target.empty()) {
    choice.target = find_column(names, target);
    if (!choice.target && target_required) return no_such_column(source, names, target);
  }
  for (const std::string& wanted : ignore) {
    const auto column = find_column(names, wanted);
    if (!column) return no_such_column(source, names, wanted);
    if (column == choice.target) {
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
