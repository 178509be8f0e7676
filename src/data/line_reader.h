// SPDX-License-Identifier: Apache-2.0
//
// Physical lines of a byte source, each with its number: what a line of an error text counts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.h"

namespace bprop::data {

class LineReader {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{1} << 24;

  LineReader(ByteSource& source, std::string name, std::size_t buffer_bytes);

  // On output: the next line without its '\n' (a '\r' stays), valid until the next call; false at the end. A byte order
  // mark at the very start is passed over. A NUL byte or a line over 16 MiB is a failure.
  Result<bool> next(std::string_view& line);

  // Of the line last given; the first is 1.
  std::size_t number() const { return number_; }

 private:
  Result<bool> refill();

  ByteSource& source_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // buffer_[begin_, end_) has been read and not given out
  std::size_t end_ = 0;
  std::size_t number_ = 0;
  bool at_end_ = false;
};

}  // namespace bprop::data
