// SPDX-License-Identifier: Apache-2.0
//
// Scaling that a few far cells do not change: shift = median, divisor = distance of the quartiles; where that is 0,
// half the range; where that is 0 too, so large that the input stays 0. Holzmüller et al. 2024, section 3.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "bprop/preprocessing.h"

namespace bprop::data {

// Ascending; how often each occurs.
using CountedValues = std::vector<std::pair<double, std::size_t>>;

// The cells of a column that are not missing, ascending.
std::vector<double> sorted_cells(const Dataset& data, std::size_t column);
CountedValues counted_pixels(const Dataset& data, std::size_t column);

// On input: not empty. Between two cells a quantile is interpolated.
double median(const std::vector<double>& sorted);
InputScale robust_scale(const std::vector<double>& sorted);
InputScale robust_scale(const CountedValues& values);

}  // namespace bprop::data
