// SPDX-License-Identifier: Apache-2.0
//
// NormValues: what a norm makes of the numbers of one row before γ and b: u = (x − m) / √(v + ε), m and v being those
// of the row, or, of a batch norm in predictions, constants of each number.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "bprop/network.h"

namespace bprop::explaining {

struct NormValues {
  double mean = 0;
  double variance = 0;
  std::vector<double> means;  // of a batch norm, else empty
  std::vector<double> variances;
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
  NormValues(std::span<const double> x, std::vector<double> constant_means, std::vector<double> constant_variances)
      : means(std::move(constant_means)), variances(std::move(constant_variances)) {
    for (std::size_t k = 0; k < x.size(); ++k) u.push_back((x[k] - means[k]) / deviation(k));
  }

  bool of_constants() const { return !means.empty(); }
  double mean_of(std::size_t k) const { return of_constants() ? means[k] : mean; }
  double variance_of(std::size_t k) const { return of_constants() ? variances[k] : variance; }
  double deviation() const { return std::sqrt(variance + LayerNorm::kEpsilon); }
  double deviation(std::size_t k) const { return std::sqrt(variances[k] + BatchNorm::kEpsilon); }
  // ∂u_k/∂x_j = ([k = j] − 1/n − u_k u_j / n) / √(v + ε): x_j moves its own number, the mean and the deviation.
  // Of constants a number moves its own only.
  double slope(std::size_t k, std::size_t j) const {
    if (of_constants()) return k == j ? 1 / deviation(k) : 0;
    return inner(k, j) / deviation();
  }
  double inner(std::size_t k, std::size_t j) const {
    const double count = static_cast<double>(u.size());
    return (k == j ? 1.0 : 0.0) - 1 / count - u[k] * u[j] / count;
  }
  // The same without signs, which rounding is a share of.
  double slope_size(std::size_t k, std::size_t j) const {
    if (of_constants()) return slope(k, j);
    const double count = static_cast<double>(u.size());
    return ((k == j ? 1.0 : 0.0) + 1 / count + std::fabs(u[k] * u[j]) / count) / deviation();
  }
};

}  // namespace bprop::explaining
