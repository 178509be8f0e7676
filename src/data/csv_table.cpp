// SPDX-License-Identifier: Apache-2.0
#include "data/csv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "data/column_choice.h"
#include "data/csv_columns.h"
#include "data/csv_dialect.h"
#include "data/csv_record.h"
#include "data/number_text.h"
#include "data/table.h"
#include "data/utf8.h"

namespace bprop::data {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{1} << 18;
constexpr std::size_t kEarlyRows = 4096;

class CsvTableReader {
 public:
  CsvTableReader(ByteSource& source, std::string name, const CsvOptions& options, std::size_t most_rows)
      : source_(source), name_(std::move(name)), options_(options), most_rows_(most_rows) {}

  Result<Dataset> read();

 private:
  std::optional<Failure> read_first_record(RecordReader& records);
  Result<bool> pass();  // false: some columns have become text, or the decimal sign is another one: read again
  std::optional<Failure> read_row(const RecordReader& records);
  std::optional<Failure> read_other(CsvColumn& column, std::string_view field, std::size_t line, double& cell);
  std::optional<Failure> read_text(CsvColumn& column, std::string_view field, bool is_number, std::size_t line,
                                   double& cell);
  bool contradicts_decimal(std::string_view field) const;
  std::optional<Failure> question_decimal(const CsvColumn& column, std::string_view field, std::size_t line);
  std::optional<Failure> finish();

  ByteSource& source_;
  std::string name_;
  const CsvOptions& options_;
  std::size_t most_rows_;
  CsvDialect dialect_;
  std::size_t decimal_line_ = 0;  // which settled the decimal sign; 0: the sample did
  bool decimal_changed_ = false;  // in this pass
  CsvColumns columns_;
  std::vector<double> row_;
  std::size_t first_line_ = 0;
  std::vector<std::string> remarks_;
  std::size_t rows_seen_ = 0;
  bool first_is_header_ = false;
  bool storing_ = true;
  std::shared_ptr<Table> table_;
};

bool all_numbers(std::span<const std::string_view> fields, char decimal) {
  bool number_seen = false;
  for (const std::string_view field : fields) {
    double value = 0;
    const CellText cell = read_cell(trim(field), decimal, value);
    if (cell == CellText::kOther || cell == CellText::kInfinite) return false;
    number_seen = number_seen || cell == CellText::kNumber;
  }
  return number_seen;
}

bool any_number(std::span<const std::string_view> fields, char decimal) {
  double value = 0;
  return std::any_of(fields.begin(), fields.end(), [&](std::string_view field) {
    return read_cell(trim(field), decimal, value) == CellText::kNumber;
  });
}

// Settles header and columns; on the second pass they are known.
std::optional<Failure> CsvTableReader::read_first_record(RecordReader& records) {
  const auto more = records.next();
  if (!more) return more.failure();
  if (!*more) return format_failure(fmt::format("{}: is empty, expected a table with a header and rows", name_));
  first_line_ = records.line();
  if (!columns_.all.empty()) return std::nullopt;
  const auto fields = records.fields();
  first_is_header_ = options_.header == Header::kPresent ||
                     (options_.header == Header::kAutomatic && !all_numbers(fields, dialect_.decimal));
  auto names = numbered_names("column", fields.size());
  for (std::size_t c = 0; first_is_header_ && c < names.size(); ++c) {
    const auto given = trim(fields[c]);
    if (const auto mistake = utf8_mistake(given)) {
      return format_failure(fmt::format("{}, line {}, column {}: {}", name_, first_line_, c + 1, *mistake));
    }
    if (!given.empty()) names[c] = given;
  }
  if (first_is_header_ && options_.header == Header::kAutomatic && any_number(fields, dialect_.decimal)) {
    remarks_ = {fmt::format("line {} holds numbers: is it a header? --no-header reads it as data", first_line_)};
  }
  auto columns = name_csv_columns(std::move(names), name_, first_line_, options_);
  if (!columns) return columns.failure();
  columns_ = std::move(*columns);
  return std::nullopt;
}

Result<bool> CsvTableReader::pass() {
  RecordReader records(source_, name_, dialect_.delimiter, options_.buffer_bytes);
  if (auto failure = read_first_record(records)) return *failure;
  columns_.begin_pass();
  rows_seen_ = 0;
  storing_ = true;
  decimal_changed_ = false;
  row_.resize(columns_.kept());
  table_ = std::make_shared<Table>();
  table_->targets = columns_.targets;
  table_->numbers = ChunkedRows<double>(row_.size());
  if (!first_is_header_) {
    if (auto failure = read_row(records)) return *failure;
  }
  while (!decimal_changed_ && (storing_ || rows_seen_ != kEarlyRows)) {
    const auto more = records.next();
    if (!more) return more.failure();
    if (!*more) break;
    if (auto failure = read_row(records)) return *failure;
  }
  if (!storing_ || decimal_changed_) return false;
  return !columns_.find_codes();
}

std::optional<Failure> CsvTableReader::read_row(const RecordReader& records) {
  const auto fields = records.fields();
  if (fields.size() != columns_.all.size()) {
    return format_failure(fmt::format("{}, line {}: found {} field{}, expected {} as in line {}", name_, records.line(),
                                      fields.size(), fields.size() == 1 ? "" : "s", columns_.all.size(), first_line_));
  }
  if (rows_seen_ == most_rows_) return format_failure(fmt::format("{}: has more than {} rows", name_, most_rows_));
  double* cell = row_.data();
  for (std::size_t c = 0; c < fields.size(); ++c) {
    CsvColumn& column = columns_.all[c];
    if (column.ignored) continue;
    const std::string_view text = trim(fields[c]);
    if (!column.is_text && read_cell(text, dialect_.decimal, *cell) == CellText::kNumber &&
        !column.loses_digits(text)) {
      column.number_seen = true;
    } else if (auto failure = read_other(column, fields[c], records.line(), *cell)) {
      return failure;
    }
    ++cell;
  }
  if (storing_) {
    table_->lines.add(rows_seen_, records.line());
    std::copy(row_.begin(), row_.end(), table_->numbers.append());
  }
  ++rows_seen_;
  return std::nullopt;
}

// A cell that is not a number, or had better not be one, or belongs to a column of text.
std::optional<Failure> CsvTableReader::read_other(CsvColumn& column, std::string_view field, std::size_t line,
                                                  double& cell) {
  const CellText kind = read_cell(trim(field), dialect_.decimal, cell);
  if (kind == CellText::kAbsent) {
    ++column.column.missing;
    return std::nullopt;
  }
  if (!column.is_text && kind == CellText::kInfinite) {
    if (column.infinite_line == 0) {
      column.infinite_line = line;
      column.infinite_text = field;
    }
    column.number_seen = true;
    column.watches_digits = false;
    return std::nullopt;
  }
  if (!column.is_text) {
    if (kind == CellText::kOther && contradicts_decimal(field)) return question_decimal(column, field, line);
    if (column.must_be_number) {
      return format_failure(fmt::format("{}, line {}, column '{}': found '{}', expected a number", name_, line,
                                        column.column.name, field));
    }
    column.is_text = true;
    column.must_be_text = true;
    if (column.number_seen) storing_ = false;
  }
  return read_text(column, field, kind == CellText::kNumber, line, cell);
}

// Only a text that is new is looked at for UTF-8.
std::optional<Failure> CsvTableReader::read_text(CsvColumn& column, std::string_view field, bool is_number,
                                                 std::size_t line, double& cell) {
  const std::size_t known = column.texts ? column.texts->size() : 0;
  const bool is_first = column.note_text(field, is_number, rows_seen_);
  cell = storing_ ? columns_.code(column, field) : kMissing;
  const bool is_new = is_first || (column.texts && column.texts->size() > known);
  const auto mistake = is_new ? utf8_mistake(field) : std::nullopt;
  if (!mistake) return std::nullopt;
  return format_failure(fmt::format("{}, line {}, column '{}': {}", name_, line, column.column.name, *mistake));
}

// Whether the cell would be a number if the other decimal sign held, and that may be.
bool CsvTableReader::contradicts_decimal(std::string_view field) const {
  double value = 0;
  return dialect_.decimal_from != DecimalFrom::kUser &&
         read_cell(trim(field), dialect_.decimal == '.' ? ',' : '.', value) == CellText::kNumber;
}

std::optional<Failure> CsvTableReader::question_decimal(const CsvColumn& column, std::string_view field,
                                                        std::size_t line) {
  if (dialect_.decimal_from == DecimalFrom::kNowhere) {
    dialect_ = {dialect_.delimiter, ',', DecimalFrom::kSample};
    decimal_line_ = line;
    decimal_changed_ = true;
    return std::nullopt;
  }
  const bool point = dialect_.decimal == '.';
  return format_failure(fmt::format(
      "{}, line {}, column '{}': found '{}', expected a decimal {} as in {}; --decimal {} reads it as a number, "
      "--decimal {} as text",
      name_, line, column.column.name, field, point ? "point" : "comma",
      decimal_line_ == 0 ? std::string("the lines before") : fmt::format("line {}", decimal_line_), point ? ',' : '.',
      dialect_.decimal));
}

// Sorts the categories, turns the codes of reading into places among them, and moves the columns into the table.
std::optional<Failure> CsvTableReader::finish() {
  std::vector<std::vector<std::uint32_t>> ranks(row_.size());
  std::vector<std::size_t> to_rank;
  for (CsvColumn& read : columns_.all) {
    if (read.ignored) continue;
    if (!read.is_text && read.infinite_line != 0) {
      return format_failure(fmt::format("{}, line {}, column '{}': found '{}', expected a finite number", name_,
                                        read.infinite_line, read.column.name, read.infinite_text));
    }
    const std::size_t place = table_->columns.size();
    if (read.is_text) {
      read.column.kind = ColumnKind::kText;
      if (read.texts) read.column.categories = read.texts->take_sorted(ranks[place]);
      to_rank.push_back(place);
    }
    table_->columns.push_back(std::move(read.column));
  }
  for (std::size_t r = 0; r < rows_seen_ && !to_rank.empty(); ++r) {
    double* row = table_->numbers.row(r);
    for (const std::size_t place : to_rank) {
      const auto& rank = ranks[place];
      if (rank.empty()) row[place] = kMissing;
      if (row[place] == row[place]) row[place] = rank[static_cast<std::size_t>(row[place])];
    }
  }
  table_->source = name_;
  table_->remarks = std::move(remarks_);
  table_->rows = rows_seen_;
  return std::nullopt;
}

Result<Dataset> CsvTableReader::read() {
  const auto sample = beginning_of(source_, kSampleBytes);
  if (!sample) return sample.failure();
  dialect_ = sniff_dialect(*sample, options_.delimiter, options_.decimal);
  for (;;) {
    if (auto failure = source_.rewind()) return *failure;
    const auto done = pass();
    if (!done) return done.failure();
    if (*done) break;
  }
  if (rows_seen_ == 0) {
    return format_failure(fmt::format("{}: holds a header and no row, expected at least one row", name_));
  }
  if (auto failure = finish()) return *failure;
  return Dataset(std::move(table_));
}

std::optional<Failure> wrong_options(const CsvOptions& options) {
  if (options.decimal != 0 && options.decimal != '.' && options.decimal != ',') {
    return usage_failure(fmt::format("[load_csv] the decimal is '{}', expected '.' or ','", options.decimal));
  }
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r' || options.delimiter == ' ') {
    return usage_failure("[load_csv] a quote, a space or a line end cannot delimit fields");
  }
  if (options.delimiter != 0 && options.delimiter == options.decimal) {
    return usage_failure(fmt::format("[load_csv] '{}' cannot be both delimiter and decimal", options.delimiter));
  }
  return std::nullopt;
}

}  // namespace

Result<Dataset> read_csv(ByteSource& source, const std::string& name, const CsvOptions& options,
                         std::size_t most_rows) {
  if (auto failure = wrong_options(options)) return *failure;
  return CsvTableReader(source, name, options, most_rows).read();
}

Result<Dataset> parse_csv(std::string_view bytes, const std::string& name, const CsvOptions& options) {
  return read_csv(*unzipped(memory_source(bytes), name).value_or_throw(), name, options);  // memory can be read
}

}  // namespace bprop::data
