// SPDX-License-Identifier: Apache-2.0
//
// The three products of a layer by a bare matrix product of row-major matrices, as a framework calls it.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

#include "conversation.h"

namespace bprop::bench {

// Numbers in [-0.5, 0.5), all over the place.
inline std::vector<float> matrix(int rows, int columns) {
  std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 2654435761U % 1000) * 1e-3F - 0.5F;
  return values;
}

// "KIND ROWS IN OUT" with x (rows × in), W (out × in), delta (rows × out).
// multiply(transpose_a, transpose_b, m, n, k, a, columns of a, b, columns of b, c, columns of c): c = a b, (m × n).
template <class Multiply>
Step product(std::istream& words, Multiply multiply) {
  std::string kind;
  int rows = 0, in = 0, out = 0;
  words >> kind >> rows >> in >> out;
  if (kind == "forward") {  // x Wᵀ
    return [=, x = matrix(rows, in), w = matrix(out, in), z = matrix(rows, out)]() mutable {
      multiply(false, true, rows, out, in, x.data(), in, w.data(), in, z.data(), out);
    };
  }
  if (kind == "input_gradient") {  // delta W
    return [=, delta = matrix(rows, out), w = matrix(out, in), d_input = matrix(rows, in)]() mutable {
      multiply(false, false, rows, in, out, delta.data(), out, w.data(), in, d_input.data(), in);
    };
  }
  return [=, delta = matrix(rows, out), x = matrix(rows, in), d_weights = matrix(out, in)]() mutable {  // deltaᵀ x
    multiply(true, false, out, in, rows, delta.data(), out, x.data(), in, d_weights.data(), in);
  };
}

}  // namespace bprop::bench
