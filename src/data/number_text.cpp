// SPDX-License-Identifier: Apache-2.0
#include "data/number_text.h"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace bprop::data {
namespace {

bool is_missing(std::string_view text) {
  switch (text.size()) {
    case 0: return true;
    case 1: return text == "?";
    case 2: return text == "NA";
    case 3: return text == "NaN" || text == "nan";
    case 4: return text == "null" || text == "-nan";
    default: return false;
  }
}

// What a number, or an infinity, may begin with.
bool may_be_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == ',' || c == 'i' || c == 'I';
}

}  // namespace

CellText read_cell(std::string_view text, char decimal, double& value) {
  if (!text.empty() && may_be_number(text.front())) {
    const char* first = text.data();
    const char* last = first + text.size();
    if (*first == '+' && text.size() > 1 && text[1] != '-') ++first;
    const fast_float::parse_options options(fast_float::chars_format::general, decimal);
    const auto [end, error] = fast_float::from_chars_advanced(first, last, value, options);
    if (error == std::errc() && end == last && !std::isnan(value)) {
      return std::isinf(value) ? CellText::kInfinite : CellText::kNumber;
    }
  }
  if (!is_missing(text)) return CellText::kOther;
  value = std::numeric_limits<double>::quiet_NaN();
  return CellText::kAbsent;
}

bool digits_survive(std::string_view number) {
  constexpr std::size_t kDigits = std::numeric_limits<double>::digits10;
  if (number.front() == '-' || number.front() == '+') number.remove_prefix(1);
  const bool zero_leads = number.size() > 1 && number.front() == '0';
  if (!zero_leads && number.size() <= kDigits) return true;
  if (number.find_first_not_of("0123456789") != std::string_view::npos) return true;
  return !zero_leads && number.find_last_not_of('0') < kDigits;
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string number_text(double value) { return fmt::format("{}", value); }

}  // namespace bprop::data
