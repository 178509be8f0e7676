// SPDX-License-Identifier: Apache-2.0
//
// Records of a CSV file: the fields of a row. Lines without a quote are divided here at the delimiter; the others go to
// libcsv (strict), one physical line at a time, so that an error knows its line.
#pragma once

#include <csv.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/line_reader.h"

namespace bprop::data {

class RecordReader {
 public:
  static constexpr std::size_t kMaxQuotedBytes = std::size_t{1} << 24;

  RecordReader(ByteSource& source, std::string name, char delimiter, std::size_t buffer_bytes);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  // The next record that is not a blank line; false at the end.
  Result<bool> next();

  // Of the record last read, valid until the next call: without the spaces around them and without their quotes.
  std::span<const std::string_view> fields() const { return fields_; }
  std::size_t line() const { return first_line_; }  // on which it begins

 private:
  std::optional<Failure> divide(std::string_view line);
  std::optional<Failure> read_quoted(std::string_view line);
  std::optional<Failure> feed(std::string_view bytes);
  Failure carriage_return() const;

  LineReader lines_;
  std::string name_;
  char delimiter_;
  std::size_t first_line_ = 0;
  std::vector<std::string_view> fields_;

  csv_parser parser_;              // for records with quotes
  std::string quoted_bytes_;       // their fields, one after the other
  std::vector<std::size_t> ends_;  // where each ends
  std::size_t records_ended_ = 0;
};

}  // namespace bprop::data
