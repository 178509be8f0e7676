// SPDX-License-Identifier: Apache-2.0
//
// NormValues: what a layer norm makes of the numbers of one row before γ and b: u = (x − m) / √(v + ε).
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "bprop/network.h"

namespace bprop::explaining {

struct NormValues {
  double mean = 0;
  double variance = 0;
  std::vector<double> u;

  NormValues() = default;
  explicit NormValues(std::span<const double> x) {
    const double count = static_cast<double>(x.size());
    for (const double value : x) mean += value;
    mean /= count;
    for (const double value : x) variance += (value - mean) * (value - mean);
    variance /= count;
    for (const double value : x) u.push_back((value - mean) / deviation());
  }

  double deviation() const { return std::sqrt(variance + LayerNorm::kEpsilon); }
  // ∂u_k/∂x_j = ([k = j] − 1/n − u_k u_j / n) / √(v + ε): x_j moves its own number, the mean and the deviation.
  double slope(std::size_t k, std::size_t j) const { return inner(k, j) / deviation(); }
  double inner(std::size_t k, std::size_t j) const {
    const double count = static_cast<double>(u.size());
    return (k == j ? 1.0 : 0.0) - 1 / count - u[k] * u[j] / count;
  }
  // The same without signs, which rounding is a share of.
  double slope_size(std::size_t k, std::size_t j) const {
    const double count = static_cast<double>(u.size());
    return ((k == j ? 1.0 : 0.0) + 1 / count + std::fabs(u[k] * u[j]) / count) / deviation();
  }
};

}  // namespace bprop::explaining
