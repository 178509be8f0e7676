// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/toml_fields.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/sentence.h"
#include "bprop/error.h"

namespace bprop::checkpoint {
namespace {

// "2 numbers", "1 number", "1 row, one a unit": of one thing the first word loses its s.
std::string counted_items(std::size_t size, std::string_view items) {
  const std::size_t end = std::min(items.find(','), items.size());
  return counted(size, items.substr(0, end - 1)) + std::string(items.substr(end));
}

}  // namespace

std::string_view kind_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer:
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

void TomlFields::fail(const toml::source_region& place, std::string_view reason) const {
  throw FormatError(fmt::format("{}, line {}, column {}: {}", path_, place.begin.line, place.begin.column, reason));
}

void TomlFields::fail(const toml::node& node, std::string_view reason) const { fail(node.source(), reason); }

void TomlFields::allow_only(std::span<const std::string_view> keys) const {
  for (const auto& [key, value] : table_) {
    if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
    fail(key.source(),
         fmt::format("there is no key {}, expected one of {}", in_quotes(key.str()), fmt::join(keys, ", ")));
  }
}

const toml::node& TomlFields::required(std::string_view key) const {
  const toml::node* node = find(key);
  if (node == nullptr) throw FormatError(fmt::format("{}: has no key \"{}\"", path_, key));
  return *node;
}

std::optional<std::string> TomlFields::text(std::string_view key) const {
  const toml::node* node = find(key);
  return node != nullptr ? std::optional(text(*node, key)) : std::nullopt;
}

std::optional<double> TomlFields::number(std::string_view key) const {
  const toml::node* node = find(key);
  return node != nullptr ? std::optional(number(*node, key)) : std::nullopt;
}

std::string TomlFields::text(const toml::node& node, std::string_view what) const {
  if (!node.is_string()) fail(node, fmt::format("{} is {}, expected a text", what, kind_text(node)));
  return node.as_string()->get();
}

double TomlFields::number(const toml::node& node, std::string_view what) const {
  if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
  const auto* real = node.as_floating_point();
  if (real == nullptr) fail(node, fmt::format("{} is {}, expected a number", what, kind_text(node)));
  if (!std::isfinite(real->get())) fail(node, fmt::format("{} is {}, expected a finite number", what, real->get()));
  return real->get();
}

const toml::array& TomlFields::list(const toml::node& node, std::string_view what, std::string_view expected) const {
  if (!node.is_array()) fail(node, fmt::format("{} is {}, expected {}", what, kind_text(node), expected));
  return *node.as_array();
}

const toml::array& TomlFields::list(const toml::node& node, std::string_view what, std::size_t size,
                                    std::string_view items) const {
  const toml::array& found = list(node, what, fmt::format("a list of {}", counted_items(size, items)));
  if (found.size() != size) {
    fail(node, fmt::format("{} is a list of {}, expected {}", what, found.size(), counted_items(size, items)));
  }
  return found;
}

std::vector<double> TomlFields::numbers(const toml::node& node, std::string_view what, std::size_t size) const {
  std::vector<double> values;
  for (const toml::node& item : list(node, what, size, "numbers")) {
    values.push_back(number(item, fmt::format("{}, number {}", what, values.size() + 1)));
  }
  return values;
}

}  // namespace bprop::checkpoint
