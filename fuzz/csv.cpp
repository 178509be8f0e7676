// SPDX-License-Identifier: Apache-2.0
//
// CSV. The first byte chooses options; the table that is read is written as CSV and read again.
#include <bit>

#include "data/csv_table.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

using data::parse_csv;

CsvOptions options_of(unsigned choice) {
  CsvOptions options{.buffer_bytes = 4096};
  options.header = static_cast<Header>(choice % 3);
  options.delimiter = ",;\t|"[choice / 4 % 4];
  if ((choice & 16U) != 0) options.delimiter = 0;
  if ((choice & 32U) != 0) options.decimal = options.delimiter == ',' ? '.' : ',';
  if ((choice & 64U) != 0) options.target = "1";
  return options;
}

bool same_cells(const Dataset& x, const Dataset& y) {
  if (x.rows() != y.rows() || x.columns().size() != y.columns().size()) return false;
  for (std::size_t column = 0; column < x.columns().size(); ++column) {
    if (x.columns()[column].name != y.columns()[column].name) return false;
    if (x.columns()[column].categories != y.columns()[column].categories) return false;
    for (std::size_t row = 0; row < x.rows(); ++row) {
      const double a = x.cell(row, column), b = y.cell(row, column);
      if (std::bit_cast<std::uint64_t>(a) != std::bit_cast<std::uint64_t>(b) && !(a != a && b != b)) return false;
    }
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
  return field + "\"";
}

std::string csv_of(const Dataset& table) {
  std::string text;
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    text += (column == 0 ? "" : ",") + quoted(table.columns()[column].name);
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t column = 0; column < table.columns().size(); ++column) {
      text += (column == 0 ? "\n" : ",") + quoted(table.text(row, column));
    }
  }
  return text + "\n";
}

}  // namespace

void examine(std::string_view bytes) {
  CsvOptions options = options_of(take_byte(bytes));
  const auto table = parse_csv(bytes, "table", options);
  options.buffer_bytes = 7;
  const auto in_pieces = parse_csv(bytes, "table", options);
  must(bool(table) == bool(in_pieces), "how much is read at a time changes nothing");
  if (!table) throw_failure(table.failure());
  must(same_cells(*table, *in_pieces), "how much is read at a time changes no cell");

  CsvOptions plain{.delimiter = ',', .decimal = '.', .header = Header::kPresent, .buffer_bytes = 4096};
  for (const Column& column : table->columns()) {
    plain.hints.push_back({column.name, column.kind});
    if (column.too_many_categories) return;
  }
  const auto again = parse_csv(csv_of(*table), "again", plain);
  must(bool(again), "a table that was read can be written and read");
  must(same_cells(*table, *again), "a table that is written and read is the same");
}

}  // namespace bprop::fuzz
