// SPDX-License-Identifier: Apache-2.0
#include "data/csv_dialect.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "data/number_text.h"

namespace bprop::data {
namespace {

constexpr std::size_t kDelimiterLines = 100;

// Records of the sample that are not blank, each as it stands; quoted line ends belong to their record.
std::vector<std::string_view> complete_records(std::string_view sample) {
  if (sample.starts_with("\xEF\xBB\xBF")) sample.remove_prefix(3);
  std::vector<std::string_view> records;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (sample[i] == '"') quoted = !quoted;
    if (sample[i] != '\n' || quoted) continue;
    if (const auto record = sample.substr(begin, i - begin); !trim(record).empty() && record != "\r") {
      records.push_back(record);
    }
    begin = i + 1;
  }
  if (records.empty() && begin < sample.size()) records.push_back(sample.substr(begin));
  return records;
}

std::vector<std::string_view> divided(std::string_view record, char delimiter) {
  std::vector<std::string_view> fields;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (record[i] == '"') quoted = !quoted;
    if (record[i] != delimiter || quoted) continue;
    fields.push_back(record.substr(begin, i - begin));
    begin = i + 1;
  }
  fields.push_back(record.substr(begin));
  return fields;
}

char sniff_delimiter(std::span<const std::string_view> records) {
  if (records.empty()) return ',';
  char most_frequent = ',';
  std::size_t most = 1;
  for (const char candidate : {'\t', ';', '|', ','}) {
    const std::size_t fields = divided(records.front(), candidate).size();
    const bool equal = std::all_of(records.begin(), records.end(), [&](std::string_view record) {
      return divided(record, candidate).size() == fields;
    });
    if (equal && fields > 1) return candidate;
    if (fields > most) {
      most = fields;
      most_frequent = candidate;
    }
  }
  return most_frequent;
}

CsvDialect sniff_decimal(const std::vector<std::string_view>& records, char delimiter) {
  if (delimiter == ',') return {delimiter, '.', DecimalFrom::kUser};
  bool comma_seen = false;
  for (const std::string_view record : records) {
    for (std::string_view field : divided(record, delimiter)) {
      while (!field.empty() && (field.back() == '\r' || field.back() == '"')) field.remove_suffix(1);
      while (!field.empty() && field.front() == '"') field.remove_prefix(1);
      field = trim(field);
      double value = 0;
      if (field.find('.') != std::string_view::npos && read_cell(field, '.', value) == CellText::kNumber) {
        return {delimiter, '.', DecimalFrom::kSample};
      }
      comma_seen = comma_seen ||
                   (field.find(',') != std::string_view::npos && read_cell(field, ',', value) == CellText::kNumber);
    }
  }
  if (comma_seen) return {delimiter, ',', DecimalFrom::kSample};
  return {delimiter, '.', DecimalFrom::kNowhere};
}

}  // namespace

CsvDialect sniff_dialect(std::string_view sample, char delimiter, char decimal) {
  const auto records = complete_records(sample);
  if (delimiter == 0) delimiter = sniff_delimiter(std::span(records).first(std::min(records.size(), kDelimiterLines)));
  return decimal != 0 ? CsvDialect{delimiter, decimal, DecimalFrom::kUser} : sniff_decimal(records, delimiter);
}

}  // namespace bprop::data
