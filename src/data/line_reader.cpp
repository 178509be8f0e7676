// SPDX-License-Identifier: Apache-2.0
#include "data/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace bprop::data {

LineReader::LineReader(ByteSource& source, std::string name, std::size_t buffer_bytes)
    : source_(source), name_(std::move(name)), buffer_(std::clamp<std::size_t>(buffer_bytes, 16, kMaxLineBytes)) {}

// Moves what is left to the front and reads behind it; the buffer doubles only when one line fills it.
Result<bool> LineReader::refill() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
            buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) {
    if (end_ >= kMaxLineBytes) {
      return format_failure(fmt::format("{}, line {}: is longer than {} MiB, expected a table with one row a line",
                                        name_, number_ + 1, kMaxLineBytes >> 20));
    }
    buffer_.resize(std::min(buffer_.size() * 2, kMaxLineBytes));
  }
  const auto count = source_.read({buffer_.data() + end_, buffer_.size() - end_});
  if (!count) return count.failure();
  end_ += *count;
  at_end_ = *count == 0;
  return true;
}

Result<bool> LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const char* start = buffer_.data() + begin_;
    const std::size_t available = end_ - begin_;
    const void* found = available > searched ? std::memchr(start + searched, '\n', available - searched) : nullptr;
    if (found != nullptr || (at_end_ && available > 0)) {
      const std::size_t length =
          found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - start) : available;
      line = {start, length};
      begin_ += std::min(length + 1, available);
      break;
    }
    if (at_end_) return false;
    searched = available;
    if (const auto more = refill(); !more) return more.failure();
  }
  ++number_;
  if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (std::memchr(line.data(), '\0', line.size()) != nullptr) {
    return format_failure(fmt::format("{}, line {}: found a NUL byte, expected text in UTF-8", name_, number_));
  }
  return true;
}

}  // namespace bprop::data
