// SPDX-License-Identifier: Apache-2.0
#include "bprop/dataset.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/result.h"
#include "data/column_choice.h"
#include "data/number_text.h"
#include "data/table.h"

namespace bprop {

std::string_view name(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kNumber: return "number";
    case ColumnKind::kText: return "text";
    case ColumnKind::kPixel: return "pixel";
  }
  return "unknown";
}

Dataset::Dataset() : table_(std::make_shared<const data::Table>()) {}

Dataset::Dataset(std::shared_ptr<const data::Table> table) : table_(std::move(table)), rows_(table_->rows) {}

std::span<const Column> Dataset::columns() const { return table_->columns; }

std::span<const std::size_t> Dataset::targets() const { return table_->targets; }

std::optional<std::size_t> Dataset::target() const {
  if (table_->targets.empty()) return std::nullopt;
  return table_->targets.front();
}

bool Dataset::is_target(std::size_t column) const {
  return std::find(table_->targets.begin(), table_->targets.end(), column) != table_->targets.end();
}

std::optional<std::size_t> Dataset::find(std::string_view column) const {
  const auto& all = table_->columns;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Column& c) { return c.name == column; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

const std::string& Dataset::source() const { return table_->source; }

double Dataset::cell(std::size_t row, std::size_t column) const {
  BPROP_DCHECK(row < rows_ && column < table_->columns.size());
  return table_->cell(source_row(row), column);
}

std::string Dataset::text(std::size_t row, std::size_t column) const {
  const double value = cell(row, column);
  if (std::isnan(value)) return {};
  const Column& described = table_->columns[column];
  if (described.kind == ColumnKind::kText) return described.categories[static_cast<std::size_t>(value)];
  return data::number_text(value);
}

std::string Dataset::where(std::size_t row) const {
  return fmt::format("{}, {}", table_->source, table_->place(source_row(row)));
}

Dataset Dataset::select(std::vector<std::uint32_t> rows) const {
  for (std::uint32_t& row : rows) {
    BPROP_CHECK(row < rows_, UsageError, "[dataset.select] row {} asked for, the dataset has {} rows", row, rows_);
    row = static_cast<std::uint32_t>(source_row(row));
  }
  Dataset selected = *this;
  selected.rows_ = rows.size();
  selected.selection_ = std::make_shared<const std::vector<std::uint32_t>>(std::move(rows));
  return selected;
}

Dataset make_dataset(std::vector<std::string> names, std::span<const double> cells, const TargetNames& target) {
  const std::size_t width = names.size();
  BPROP_CHECK(width > 0 && width <= data::kMaxColumns, UsageError, "[make_dataset] {} columns, expected 1 to {}", width,
              data::kMaxColumns);
  BPROP_CHECK(cells.size() % width == 0, ShapeError, "[make_dataset] {} cells do not fill rows of {} columns",
              cells.size(), width);
  BPROP_CHECK(cells.size() / width <= data::kMaxRows, UsageError, "[make_dataset] {} rows, expected at most {}",
              cells.size() / width, data::kMaxRows);
  if (const auto failure = data::equal_names("[make_dataset]", names)) throw UsageError(failure->message);
  auto table = std::make_shared<data::Table>();
  table->source = "table";
  const auto choice = data::choose_columns(table->source, names, target, true, {}).value_or_throw();
  table->targets = choice.targets;
  for (std::string& name : names) table->columns.push_back({.name = std::move(name)});
  table->numbers = data::ChunkedRows<double>(width);
  table->rows = cells.size() / width;
  for (std::size_t row = 0; row < table->rows; ++row) {
    double* out = table->numbers.append();
    for (std::size_t c = 0; c < width; ++c) {
      out[c] = cells[row * width + c];
      BPROP_CHECK(!std::isinf(out[c]), FormatError, "table, row {}, column '{}': found an infinity, expected a number",
                  row + 1, table->columns[c].name);
      if (std::isnan(out[c])) ++table->columns[c].missing;
    }
  }
  return Dataset(std::move(table));
}

}  // namespace bprop
