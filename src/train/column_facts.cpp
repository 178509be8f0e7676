// SPDX-License-Identifier: Apache-2.0
#include "train/column_facts.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

namespace bprop::training {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostCells = 20'000'000;
constexpr std::size_t kMostColumns = 200;

std::string_view role(std::size_t k, const Dataset& rows, const Preprocessing& preprocessing) {
  if (rows.is_target(k)) return "target";
  const auto is = [&](const InputColumn& input) { return input.name == rows.columns()[k].name; };
  return std::ranges::any_of(preprocessing.inputs, is) ? "input" : "left out";
}

// Every so many rows.
void add_cells(Json& facts, const Dataset& rows, std::size_t column, std::size_t every) {
  std::size_t count = 0;
  std::size_t missing = 0;
  double sum = 0;
  double smallest = INFINITY;
  double largest = -INFINITY;
  for (std::size_t n = 0; n < rows.rows(); n += every) {
    const double cell = rows.cell(n, column);
    if (std::isnan(cell)) {
      ++missing;
      continue;
    }
    ++count;
    sum += cell;
    smallest = std::min(smallest, cell);
    largest = std::max(largest, cell);
  }
  facts["missing"] = missing;
  if (rows.columns()[column].kind == ColumnKind::kText || count == 0) return;
  facts.update({{"smallest", smallest}, {"mean", sum / static_cast<double>(count)}, {"largest", largest}});
}

}  // namespace

Json column_facts(const Dataset& rows, const Preprocessing& preprocessing) {
  const auto columns = rows.columns();
  const std::size_t cells = std::max<std::size_t>(rows.rows() * columns.size(), 1);
  const std::size_t every = (cells + kMostCells - 1) / kMostCells;
  Json list = Json::array();
  std::size_t pixels = 0;
  std::size_t more = 0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (columns[k].kind == ColumnKind::kPixel) {
      ++pixels;
    } else if (list.size() >= kMostColumns && !rows.is_target(k)) {
      ++more;
    } else {
      Json facts = {{"name", columns[k].name}, {"kind", name(columns[k].kind)}, {"role", role(k, rows, preprocessing)}};
      if (columns[k].kind == ColumnKind::kText) facts["categories"] = columns[k].categories.size();
      add_cells(facts, rows, k, every);
      list.push_back(std::move(facts));
    }
  }
  return {
      {"looked_at", (rows.rows() + every - 1) / every}, {"pixels", pixels}, {"not_listed", more}, {"columns", list}};
}

}  // namespace bprop::training
