// SPDX-License-Identifier: Apache-2.0
#include "data_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "quantity.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kShownCategories = 6;

ColumnSummary summarize_column(const Dataset& data, std::size_t position) {
  ColumnSummary summary{.column = &data.columns()[position]};
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const double cell = data.cell(row, position);
    if (std::isnan(cell)) continue;
    summary.smallest = summary.values == 0 ? cell : std::min(summary.smallest, cell);
    summary.largest = summary.values == 0 ? cell : std::max(summary.largest, cell);
    ++summary.values;
    summary.mean += (cell - summary.mean) / static_cast<double>(summary.values);
  }
  return summary;
}

std::string categories_text(const Column& column) {
  if (column.too_many_categories) return "too many different texts";
  const std::size_t shown = std::min(column.categories.size(), kShownCategories);
  const auto end = column.categories.begin() + static_cast<std::ptrdiff_t>(shown);
  return fmt::format("{} different: {}{}", with_commas(column.categories.size()),
                     fmt::join(column.categories.begin(), end, ", "), shown < column.categories.size() ? ", ..." : "");
}

std::string values_text(const ColumnSummary& summary) {
  if (summary.column->kind == ColumnKind::kText) return categories_text(*summary.column);
  if (summary.values == 0) return "no value";
  if (summary.smallest == summary.largest) return fmt::format("always {:.6g}", summary.smallest);
  return fmt::format("{:.6g} to {:.6g}, mean {:.4g}", summary.smallest, summary.largest, summary.mean);
}

// All pixels as one line.
std::vector<std::string> pixel_row(const std::vector<const ColumnSummary*>& pixels) {
  ColumnSummary all{.column = pixels.front()->column, .values = 1};
  all.smallest = 255;
  for (const ColumnSummary* pixel : pixels) {
    all.smallest = std::min(all.smallest, pixel->smallest);
    all.largest = std::max(all.largest, pixel->largest);
    all.mean += pixel->mean / static_cast<double>(pixels.size());
  }
  return {fmt::format("{} to {}", pixels.front()->column->name, pixels.back()->column->name), "pixel", "0",
          values_text(all)};
}

}  // namespace

DataSummary summarize(const Dataset& data) {
  DataSummary summary{.data = &data};
  for (std::size_t column = 0; column < data.columns().size(); ++column) {
    summary.columns.push_back(summarize_column(data, column));
  }
  return summary;
}

std::string text_of(const DataSummary& summary) {
  const Dataset& data = *summary.data;
  std::string text = titled("data", data.source());
  text += titled("size", fmt::format("{} × {}", counted(data.rows(), "row"), counted(data.columns().size(), "column")));
  for (const std::size_t target : data.targets()) text += titled("target", data.columns()[target].name);

  std::vector<std::vector<std::string>> rows = {{"column", "kind", "missing", "values"}};
  std::vector<const ColumnSummary*> pixels;
  for (const ColumnSummary& column : summary.columns) {
    if (column.column->kind == ColumnKind::kPixel) {
      pixels.push_back(&column);
      continue;
    }
    rows.push_back({column.column->name, std::string(name(column.column->kind)), with_commas(column.column->missing),
                    values_text(column)});
  }
  if (!pixels.empty()) rows.insert(rows.begin() + 1, pixel_row(pixels));
  return text + "\n" + aligned_table(rows);
}

}  // namespace bprop::cli
