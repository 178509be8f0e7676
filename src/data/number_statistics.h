// SPDX-License-Identifier: Apache-2.0
//
// Mean, deviation and range of columns of numbers.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "bprop/dataset.h"

namespace bprop::data {

// Of the cells that are not missing.
struct NumberStatistics {
  std::size_t count = 0;
  double mean = 0;
  double squares = 0;  // sum of (cell − mean)², then the population variance
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();

  double divisor() const {
    const double deviation = std::sqrt(squares / static_cast<double>(count));
    if (smallest == largest) return 1;
    return deviation > 0 ? deviation : largest - smallest;  // the squares may underflow
  }
};

// One of each column. Throws FormatError for numbers too far apart.
std::vector<NumberStatistics> number_statistics(const Dataset& data, const std::vector<std::size_t>& columns);

}  // namespace bprop::data
