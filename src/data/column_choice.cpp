// SPDX-License-Identifier: Apache-2.0
#include "data/column_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <unordered_map>

namespace bprop::data {
namespace {

constexpr std::size_t kMaxNamesShown = 10;
constexpr std::size_t kCloseEdits = 2;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Insertions, deletions and replacements that turn one into the other, upper and lower case being equal.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) != lower(b[j]) ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

bool is_close(std::string_view name, std::string_view wanted) {
  const std::size_t shorter = std::min(name.size(), wanted.size());
  const std::size_t longer = std::max(name.size(), wanted.size());
  return longer - shorter <= kCloseEdits && longer <= 100 && edits(name, wanted) <= std::min(kCloseEdits, shorter / 2);
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
  std::vector<std::string> close;
  for (const std::string& name : names) {
    if (close.size() < kMaxNamesShown && is_close(name, wanted)) close.push_back(fmt::format("'{}'", name));
  }
  if (!close.empty()) {
    return usage_failure(
        fmt::format("{}: there is no column '{}'; did you mean {}?", source, wanted, fmt::join(close, " or ")));
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
