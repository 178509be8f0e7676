// SPDX-License-Identifier: Apache-2.0
//
// TextDictionary: the distinct texts of a column while it is read, each with a code in order of appearance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bprop::data {

class TextDictionary {
 public:
  std::uint32_t code(std::string_view text);
  std::size_t size() const { return texts_.size(); }
  std::size_t bytes() const { return bytes_; }  // about what it takes in memory

  // The texts sorted bytewise; the dictionary is empty afterwards.
  // On output: rank[code] is the place of a text in the sorted list.
  std::vector<std::string> take_sorted(std::vector<std::uint32_t>& rank);

 private:
  std::deque<std::string> texts_;  // never moved: the map's keys look at them
  std::unordered_map<std::string_view, std::uint32_t> codes_;
  std::size_t bytes_ = 0;
};

}  // namespace bprop::data
