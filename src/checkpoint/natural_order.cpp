// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/natural_order.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace bprop::checkpoint {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the run of digits at the front off the text and gives it without leading zeros.
std::string_view take_number(std::string_view& text) {
  const std::size_t end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

}  // namespace

bool NaturalOrder::operator()(std::string_view a, std::string_view b) const {
  const std::pair whole(a, b);
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a), y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  // Equal but for leading zeros.
  return std::pair(whole.first.size(), whole.first) < std::pair(whole.second.size(), whole.second);
}

}  // namespace bprop::checkpoint
