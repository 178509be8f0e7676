// SPDX-License-Identifier: Apache-2.0
#include "data/robust_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace bprop::data {
namespace {

constexpr double kOfAConstant = std::numeric_limits<double>::max();

// Of `count` cells, of which at(i) is the one with i smaller ones before it.
template <class At>
double quantile(std::size_t count, double share, const At& at) {
  const double place = share * static_cast<double>(count - 1);
  const auto below = static_cast<std::size_t>(place);
  const double low = at(below);
  const double high = at(std::min(below + 1, count - 1));
  return low + (high - low) * (place - static_cast<double>(below));
}

template <class At>
InputScale scale_of(std::size_t count, double median, const At& at) {
  double width = quantile(count, 0.75, at) - quantile(count, 0.25, at);
  if (width == 0) width = 0.5 * (at(count - 1) - at(0));
  return {median, width > 0 ? width : kOfAConstant};
}

}  // namespace

std::vector<double> sorted_cells(const Dataset& data, std::size_t column) {
  std::vector<double> cells;
  cells.reserve(data.rows());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (const double cell = data.cell(row, column); !std::isnan(cell)) cells.push_back(cell);
  }
  std::sort(cells.begin(), cells.end());
  return cells;
}

CountedValues counted_pixels(const Dataset& data, std::size_t column) {
  std::array<std::size_t, 256> counts{};
  for (std::size_t row = 0; row < data.rows(); ++row) ++counts[static_cast<std::uint8_t>(data.cell(row, column))];
  CountedValues values;
  for (std::size_t pixel = 0; pixel < counts.size(); ++pixel) {
    if (counts[pixel] > 0) values.emplace_back(static_cast<double>(pixel), counts[pixel]);
  }
  return values;
}

double median(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
}

InputScale robust_scale(const std::vector<double>& sorted) {
  return scale_of(sorted.size(), median(sorted), [&](std::size_t i) { return sorted[i]; });
}

InputScale robust_scale(const CountedValues& values) {
  std::size_t count = 0;
  for (const auto& [value, times] : values) count += times;
  const auto at = [&](std::size_t i) {
    auto place = values.begin();
    for (; i >= place->second; ++place) i -= place->second;
    return place->first;
  };
  return scale_of(count, quantile(count, 0.5, at), at);
}

}  // namespace bprop::data
