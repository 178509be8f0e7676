// SPDX-License-Identifier: Apache-2.0
#include "explain/answer_entry.h"

#include <fast_float/fast_float.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/sentence.h"
#include "base/strict_json.h"
#include "bprop/error.h"

namespace bprop::explaining {
namespace {

constexpr JsonLimits kLimits{.depth = 3, .items = 100'000};

// "what, when or value"
std::string listed(std::span<const std::string_view> keys) {
  return fmt::format("{} or {}", fmt::join(keys.first(keys.size() - 1), ", "), keys.back());
}

}  // namespace

AnswerEntry::AnswerEntry(const nlohmann::json& entry, std::span<const std::string_view> keys, std::string where)
    : entry_(entry), where_(std::move(where)) {
  if (!entry.is_object()) fail(fmt::format("is a JSON {}, expected an object", entry.type_name()));
  for (const auto& item : entry.items()) {
    if (std::ranges::find(keys, item.key()) != keys.end()) continue;
    fail(fmt::format("has the unknown key {}, expected {}", in_quotes(item.key()), listed(keys)));
  }
}

void AnswerEntry::fail(const std::string& reason) const { throw FormatError(fmt::format("{} {}", where_, reason)); }

void AnswerEntry::fail_again(std::size_t earlier) const {
  fail(fmt::format("is of the same number as answer {}, expected each once", earlier));
}

std::string AnswerEntry::text(const char* key) const {
  if (!entry_.contains(key)) fail(fmt::format("has no \"{}\"", key));
  if (!entry_[key].is_string())
    fail(fmt::format("has \"{}\" that is a JSON {}, expected a text", key, entry_[key].type_name()));
  return entry_[key].get<std::string>();
}

AnswerEntry::Printed AnswerEntry::value() const {
  const std::string printed = value_text();
  return {number(printed), half_unit(printed)};
}

std::string AnswerEntry::value_text() const {
  if (!entry_.contains("value")) fail("has no \"value\"");
  const nlohmann::json& value = entry_["value"];
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return fmt::format("{}", value.get<double>());
  fail(fmt::format("has \"value\" that is a JSON {}, expected a number", value.type_name()));
}

double AnswerEntry::number(const std::string& printed) const {
  double value = 0;
  const auto [end, error] = fast_float::from_chars(printed.data(), printed.data() + printed.size(), value);
  if (error != std::errc() || end != printed.data() + printed.size() || !std::isfinite(value)) {
    fail(fmt::format("has \"value\": {}, expected a number", in_quotes(printed)));
  }
  return value;
}

// "0.1498": 0.00005; "1.5e-3": 0.00005.
double AnswerEntry::half_unit(std::string_view printed) const {
  constexpr int kLargest = 400;  // beyond a double's range
  const std::size_t e = printed.find_first_of("eE");
  const std::string_view mantissa = printed.substr(0, e);
  const std::size_t point = mantissa.find('.');
  int exponent = 0;
  if (e != std::string_view::npos) {
    const std::size_t begin = e + 1 + (printed.substr(e + 1).starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(printed.data() + begin, printed.data() + printed.size(), exponent);
    if (error != std::errc() || exponent > kLargest || exponent < -kLargest) {
      fail(fmt::format("has \"value\": {}, expected a number", in_quotes(printed)));
    }
  }
  const int decimals = point == std::string_view::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
  return 0.5 * std::pow(10.0, exponent - decimals);
}

void for_each_answer(std::string_view text, std::string_view where, std::span<const std::string_view> keys,
                     const std::function<void(const AnswerEntry&)>& read) {
  const auto parsed = parse_strict_json(text, kLimits, where);
  if (!parsed) throw FormatError(parsed.failure().message);
  const nlohmann::json& list = parsed->root();
  if (!list.is_array())
    throw FormatError(fmt::format("{} is a JSON {}, expected a list of answers", where, list.type_name()));
  if (list.empty()) throw FormatError(fmt::format("{} has no answers, expected at least one", where));
  std::size_t number = 0;
  for (const nlohmann::json& entry : list) {
    read(AnswerEntry(entry, keys, fmt::format("{}: answer {}", where, ++number)));
  }
}

}  // namespace bprop::explaining
