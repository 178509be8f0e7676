// SPDX-License-Identifier: Apache-2.0
//
// A sheet of answers as JSON: a list of objects, of which each kind of sheet reads what it knows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace bprop::explaining {

// One entry of the list. Its place begins every sentence; all throw FormatError.
class AnswerEntry {
 public:
  // `keys` are those that there may be.
  AnswerEntry(const nlohmann::json& entry, std::span<const std::string_view> keys, std::string where);

  [[noreturn]] void fail(const std::string& reason) const;
  bool has(const char* key) const { return entry_.contains(key); }
  std::string text(const char* key) const;

  // "value", and half a unit of its last printed digit.
  struct Printed {
    double value = 0;
    double half_unit = 0;
  };
  Printed value() const;

  // An answer that stood in the list before cannot follow from itself.
  template <class Answers, class IsSame>
  void check_is_new(const Answers& before, IsSame is_same) const {
    const auto found = std::ranges::find_if(before, is_same);
    if (found != before.end()) fail_again(static_cast<std::size_t>(found - before.begin()) + 1);
  }

 private:
  [[noreturn]] void fail_again(std::size_t earlier) const;
  std::string value_text() const;
  double number(const std::string& printed) const;
  double half_unit(std::string_view printed) const;

  const nlohmann::json& entry_;
  std::string where_;
};

// Calls read(entry) for each of the list, which has at least one.
void for_each_answer(std::string_view text, std::string_view where, std::span<const std::string_view> keys,
                     const std::function<void(const AnswerEntry&)>& read);

}  // namespace bprop::explaining
