// SPDX-License-Identifier: Apache-2.0
#include "chosen_rows.h"

#include <fmt/format.h>

#include "bprop/error.h"
#include "quantity.h"
#include "row_list.h"

namespace bprop::cli {
namespace {

template <class T>
std::vector<T> select(const std::vector<T>& matrix, std::size_t columns, const std::vector<std::uint32_t>& rows) {
  std::vector<T> selected;
  selected.reserve(rows.size() * columns);
  for (const std::uint32_t row : rows) {
    const auto begin = matrix.begin() + static_cast<std::ptrdiff_t>(row * columns);
    selected.insert(selected.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
  }
  return selected;
}

}  // namespace

void RowChoice::declare(Options& options) {
  const std::string words = by_default.empty() ? fmt::format("the first {}", with_commas(first)) : by_default;
  options.value("rows", "LIST", list,
                fmt::format("rows counted from 1, such as 1:32 or 1,5,7:9, or all; by default {}", words));
}

std::vector<std::uint32_t> RowChoice::positions(std::size_t rows) const {
  return list.empty() ? read_rows(fmt::format("1:{}", first), rows, false) : read_rows(list, rows, true);
}

template <class T>
EncodedRows<T> chosen_rows(const Model& model, const std::optional<Dataset>& data, const RowChoice& choice) {
  EncodedRows<T> rows;
  if (data) {
    rows = encoded_rows<T>(model, *data, choice.positions(data->rows()));
  } else {
    rows = exercise_rows<T>(model);
    const auto chosen = choice.positions(rows.rows);
    rows.input = select(rows.input, model.architecture().inputs(), chosen);
    if (!rows.target.empty()) rows.target = select(rows.target, model.architecture().outputs(), chosen);
    rows.rows = chosen.size();
  }
  if (rows.target.empty()) throw UsageError("the rows have no target, expected one: gradients are those of a loss");
  return rows;
}

template EncodedRows<float> chosen_rows(const Model&, const std::optional<Dataset>&, const RowChoice&);
template EncodedRows<double> chosen_rows(const Model&, const std::optional<Dataset>&, const RowChoice&);

}  // namespace bprop::cli
