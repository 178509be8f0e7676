// SPDX-License-Identifier: Apache-2.0
//
// TomlFields: the keys of a TOML document with their types; every sentence names line and column. Throws FormatError;
// the parse_* function around it turns that into a Result.
#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bprop::checkpoint {

class TomlFields {
 public:
  TomlFields(const toml::table& table, std::string_view path) : table_(table), path_(path) {}

  // Throws at the first key that is not one of these.
  void allow_only(std::span<const std::string_view> keys) const;

  const toml::node* find(std::string_view key) const { return table_.get(key); }
  const toml::node& required(std::string_view key) const;  // throws when there is none

  // Of the whole document's key; nothing when the key is absent.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;

  // Of any node; `what` names it in the sentence: "weights of layer 1".
  std::string text(const toml::node& node, std::string_view what) const;
  double number(const toml::node& node, std::string_view what) const;
  const toml::array& list(const toml::node& node, std::string_view what, std::string_view expected) const;
  // A list of exactly `size` things called `items`: "numbers".
  const toml::array& list(const toml::node& node, std::string_view what, std::size_t size,
                          std::string_view items) const;
  std::vector<double> numbers(const toml::node& node, std::string_view what, std::size_t size) const;

  [[noreturn]] void fail(const toml::node& node, std::string_view reason) const;
  [[noreturn]] void fail(const toml::source_region& place, std::string_view reason) const;

 private:
  const toml::table& table_;
  std::string_view path_;
};

// "a string", "a table", …
std::string_view kind_text(const toml::node& node);

}  // namespace bprop::checkpoint
