// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

namespace bprop::explaining {

// Places of the `count` numbers that are largest in size, ascending; of equal ones the first. NaN is the largest.
inline std::vector<std::size_t> places_of_largest(const std::vector<double>& numbers, std::size_t count) {
  const auto size = [&](std::size_t i) {
    return std::isnan(numbers[i]) ? std::numeric_limits<double>::infinity() : std::fabs(numbers[i]);
  };
  std::vector<std::size_t> places(numbers.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::sort(places.begin(), places.end(),
            [&](std::size_t a, std::size_t b) { return size(a) > size(b) || (size(a) == size(b) && a < b); });
  places.resize(std::min(count, places.size()));
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace bprop::explaining
