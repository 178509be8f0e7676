// SPDX-License-Identifier: Apache-2.0
#include "optim/norms.h"

#include <cstddef>

namespace bprop::optim {
namespace {

constexpr std::size_t kLanes = 16;

template <class Term>
double lane_sum(std::size_t size, const Term& term) {
  double lanes[kLanes] = {};
  for (std::size_t i = 0; i < size; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(i + lane);
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}

}  // namespace

template <class T>
double sum_of_squares(std::span<const T> x) {
  return lane_sum(x.size(), [&](std::size_t i) { return static_cast<double>(x[i]) * static_cast<double>(x[i]); });
}

template <class T>
double sum_of_squared_differences(std::span<const T> x, std::span<const T> y) {
  return lane_sum(x.size(), [&](std::size_t i) {
    const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    return d * d;
  });
}

template <class T>
void add_scaled(std::span<T> g, std::span<const T> w, double lambda) {
  const T factor = static_cast<T>(lambda);
  for (std::size_t i = 0; i < g.size(); ++i) g[i] = g[i] + factor * w[i];
}

template <class T>
void scale(std::span<T> g, double factor) {
  const T f = static_cast<T>(factor);
  for (T& x : g) x = x * f;
}

#define BPROP_INSTANTIATE(T)                                                          \
  template double sum_of_squares(std::span<const T>);                                 \
  template double sum_of_squared_differences(std::span<const T>, std::span<const T>); \
  template void add_scaled(std::span<T>, std::span<const T>, double);                 \
  template void scale(std::span<T>, double);
BPROP_INSTANTIATE(float)
BPROP_INSTANTIATE(double)

}  // namespace bprop::optim
