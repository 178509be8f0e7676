// SPDX-License-Identifier: Apache-2.0
#include "data/nearly_numbers.h"

#include <fmt/format.h>

#include <vector>

#include "bprop/error.h"
#include "data/category_map.h"
#include "data/class_target.h"
#include "data/number_text.h"
#include "data/table.h"

namespace bprop::data {
namespace {

// Whether 90 % of a column's cells or more are numbers, although it is text.
bool mostly_numbers(const Dataset& data, const Column& column) {
  return column.kind == ColumnKind::kText && column.numbers > 0 &&
         column.numbers * 10 >= (data.table().rows - column.missing) * 9;
}

std::string numbers_of_cells(const Dataset& data, const Column& column) {
  return fmt::format("{} of {} cells", column.numbers, data.table().rows - column.missing);
}

// "t.csv, line 79, column 'y': found '12.3.4'"
std::string first_text_found(const Dataset& data, const Column& column) {
  return fmt::format("{}, {}, column '{}': found '{}'", data.source(), data.table().place(column.first_text_row),
                     column.name, column.first_text);
}

bool is_number(const std::string& text) {
  double value = 0;
  return read_cell(trim(text), '.', value) == CellText::kNumber;
}

}  // namespace

std::optional<std::string> remark_of_text(const Dataset& data, const Column& column) {
  if (!mostly_numbers(data, column)) return std::nullopt;
  if (column.first_text.empty()) {
    return fmt::format(
        "column '{}': all its numbers have leading zeros or more than 15 digits, so the column is read as text",
        column.name);
  }
  if (is_number(column.first_text)) return std::nullopt;
  return fmt::format("column '{}': {} are numbers; {} holds '{}', so the column is read as text", column.name,
                     numbers_of_cells(data, column), data.table().place(column.first_text_row), column.first_text);
}

void check_target_text(const Dataset& data, const Column& column, std::optional<Task> task) {
  if (column.kind != ColumnKind::kText || column.first_text.empty()) return;
  const bool loses_digits = is_number(column.first_text);
  if (task == Task::kNumbers && !loses_digits) {
    throw FormatError(first_text_found(data, column) + ", expected a number (the task is numbers)");
  }
  const bool few = !column.too_many_categories && column.categories.size() <= kMaxIntegerClasses;
  if (task || few || !mostly_numbers(data, column)) return;
  throw FormatError(fmt::format("{}, expected a number {}; --task classes reads the column as classes",
                                first_text_found(data, column),
                                loses_digits ? std::string("without leading zeros and of at most 15 digits")
                                             : "as in " + numbers_of_cells(data, column)));
}

Dataset column_of_numbers(const Dataset& data, std::size_t column) {
  const auto of_category = numbers_of_categories(data.columns()[column]);
  std::vector<double> cells;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    cells.push_back(of_category[static_cast<std::size_t>(data.cell(row, column))]);
  }
  return make_dataset({data.columns()[column].name}, cells);
}

}  // namespace bprop::data
