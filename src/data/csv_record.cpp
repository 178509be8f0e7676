// SPDX-License-Identifier: Apache-2.0
#include "data/csv_record.h"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <utility>

#include "data/number_text.h"
#include "data/table.h"

namespace bprop::data {

RecordReader::RecordReader(ByteSource& source, std::string name, char delimiter, std::size_t buffer_bytes)
    : lines_(source, name, buffer_bytes), name_(std::move(name)), delimiter_(delimiter) {
  if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
  // What its field grows by: as it comes, 128 bytes, and where memory cannot be moved, a long field is copied each
  // time.
  csv_set_blk_size(&parser_, std::size_t{1} << 16);
}

RecordReader::~RecordReader() { csv_free(&parser_); }

Result<bool> RecordReader::next() {
  std::string_view line;
  for (;;) {
    auto more = lines_.next(line);
    if (!more || !*more) return more;
    const std::string_view content = line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
    if (trim(content).empty() && (delimiter_ != '\t' || content.empty())) continue;
    first_line_ = lines_.number();
    fields_.clear();
    const bool quoted = std::memchr(line.data(), '"', line.size()) != nullptr;
    if (auto failure = quoted ? read_quoted(line) : divide(content)) return *failure;
    if (fields_.size() <= kMaxColumns) return true;
    return format_failure(fmt::format("{}, line {}: found {} fields, expected at most {}", name_, first_line_,
                                      fields_.size(), kMaxColumns));
  }
}

Failure RecordReader::carriage_return() const {
  return format_failure(
      fmt::format("{}, line {}: found a carriage return inside the line, expected lines that end in \\n or \\r\\n",
                  name_, lines_.number()));
}

std::optional<Failure> RecordReader::divide(std::string_view line) {
  if (std::memchr(line.data(), '\r', line.size()) != nullptr) {
    return carriage_return();
  }
  const char* begin = line.data();
  const char* const end = begin + line.size();
  for (;;) {
    const void* found = begin == end ? nullptr : std::memchr(begin, delimiter_, static_cast<std::size_t>(end - begin));
    const char* stop = found != nullptr ? static_cast<const char*>(found) : end;
    fields_.push_back(trim({begin, static_cast<std::size_t>(stop - begin)}));
    if (found == nullptr) break;
    begin = stop + 1;
  }
  return std::nullopt;
}

std::optional<Failure> RecordReader::feed(std::string_view bytes) {
  const auto on_field = [](void* field, std::size_t size, void* self) {
    auto& reader = *static_cast<RecordReader*>(self);
    reader.quoted_bytes_.append(static_cast<const char*>(field), size);
    reader.ends_.push_back(reader.quoted_bytes_.size());
  };
  const auto on_record = [](int, void* self) { ++static_cast<RecordReader*>(self)->records_ended_; };
  if (csv_parse(&parser_, bytes.data(), bytes.size(), on_field, on_record, this) == bytes.size()) return std::nullopt;
  if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
  return format_failure(
      fmt::format("{}, line {}, field {}: found a quote inside a field, expected quotes around the whole field and "
                  "\"\" for a quote",
                  name_, lines_.number(), ends_.size() + 1));
}

// On input: `line` is the first line of a record and holds a quote.
std::optional<Failure> RecordReader::read_quoted(std::string_view line) {
  quoted_bytes_.clear();
  ends_.clear();
  records_ended_ = 0;
  std::size_t bytes = 0;
  for (;;) {
    for (const std::string_view part : {line, std::string_view("\n")}) {  // which is passed over after a '\r'
      if (auto failure = feed(part)) return failure;
    }
    if (records_ended_ > 0) break;
    bytes += line.size() + 1;
    const auto more = lines_.next(line);
    if (!more) return more.failure();
    if (!*more || bytes > kMaxQuotedBytes) {
      return format_failure(fmt::format("{}, line {}, field {}: found a quote that is never closed, expected \"", name_,
                                        first_line_, ends_.size() + 1));
    }
  }
  if (records_ended_ > 1) return carriage_return();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    fields_.emplace_back(quoted_bytes_.data() + begin, end - begin);
    begin = end;
  }
  return std::nullopt;
}

}  // namespace bprop::data
