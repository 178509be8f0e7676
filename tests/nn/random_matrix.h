// SPDX-License-Identifier: Apache-2.0
//
// Numbers for tests: a matrix in [-1, 1) that follows from its seed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"

namespace bprop {

template <class T>
std::vector<T> random_matrix(std::uint64_t seed, std::size_t rows, std::size_t columns) {
  std::vector<T> values(rows * columns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>(2 * random_uniform({seed}, static_cast<std::uint32_t>(i)) - 1);
  }
  return values;
}

}  // namespace bprop
