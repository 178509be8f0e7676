// SPDX-License-Identifier: Apache-2.0
//
// Looking up in a table of rules or names what people call by its name.
#pragma once

#include <algorithm>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>

#include "base/check.h"

namespace bprop {

// The place in `table` of the entry that `name_of` calls `name`. Throws UsageError: "unknown loss 'mse'; known: huber,
// log_cosh".
template <std::ranges::random_access_range Table, class NameOf = std::identity>
std::size_t place_named(std::string_view kind, std::string_view name, const Table& table, NameOf name_of = {}) {
  const auto found = std::ranges::find(table, name, name_of);
  if (found != std::ranges::end(table)) return static_cast<std::size_t>(found - std::ranges::begin(table));
  std::string known;
  for (const auto& entry : table) {
    known += known.empty() ? "" : ", ";
    known += std::invoke(name_of, entry);
  }
  throw UsageError(fmt::format("unknown {} '{}'; known: {}", kind, name, known));
}

}  // namespace bprop
