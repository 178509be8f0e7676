// SPDX-License-Identifier: Apache-2.0
#include "data/text_dictionary.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bprop::data {
namespace {

constexpr std::size_t kEntryBytes = sizeof(std::string) + 64;  // the text's object, the map's node and bucket

}  // namespace

std::uint32_t TextDictionary::code(std::string_view text) {
  if (const auto found = codes_.find(text); found != codes_.end()) return found->second;
  const auto code = static_cast<std::uint32_t>(texts_.size());
  codes_.emplace(texts_.emplace_back(text), code);
  bytes_ += kEntryBytes + text.size();
  return code;
}

std::vector<std::string> TextDictionary::take_sorted(std::vector<std::uint32_t>& rank) {
  codes_.clear();
  std::vector<std::uint32_t> order(texts_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) { return texts_[a] < texts_[b]; });
  rank.resize(order.size());
  std::vector<std::string> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t code : order) {
    rank[code] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(texts_[code]));
  }
  texts_.clear();
  bytes_ = 0;
  return sorted;
}

}  // namespace bprop::data
