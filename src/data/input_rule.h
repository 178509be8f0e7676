// SPDX-License-Identifier: Apache-2.0
//
// From a cell to the input of a network, in double; pixels by a table of their 256 values.
#pragma once

#include <array>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "linalg/bytes.h"

namespace bprop::data {

// The one rule of every input: (cell − shift) / divisor, smoothly clipped or not.
struct InputRule {
  double shift = 0;
  double divisor = 1;
  bool smooth_clip = false;

  double operator()(double cell) const {
    const double x = (cell - shift) / divisor;
    if (!smooth_clip) return x;
    constexpr double kFar = 1e9;  // from here on it is 3 to the last bit, and x² would overflow in the end
    return std::fabs(x) < kFar ? x / std::sqrt(1 + (x / 3) * (x / 3)) : std::copysign(3, x);
  }
  auto operator<=>(const InputRule&) const = default;
};

// A rule for all pixels, rounded once.
class PixelScale {
 public:
  explicit PixelScale(const InputRule& rule) : reciprocal_(rule.divisor), by_reciprocal_(true) {
    for (std::size_t pixel = 0; pixel < 256; ++pixel) {
      as_double_[pixel] = rule(static_cast<double>(pixel));
      as_float_[pixel] = static_cast<float>(as_double_[pixel]);
      by_reciprocal_ = by_reciprocal_ && as_float_[pixel] == reciprocal_(static_cast<std::uint8_t>(pixel));
    }
  }

  void operator()(const std::uint8_t* pixels, std::size_t count, float* out) const {
    if (by_reciprocal_) return linalg::scale_bytes(pixels, count, reciprocal_, out);
    for (std::size_t i = 0; i < count; ++i) out[i] = as_float_[pixels[i]];
  }
  void operator()(const std::uint8_t* pixels, std::size_t count, double* out) const {
    for (std::size_t i = 0; i < count; ++i) out[i] = as_double_[pixels[i]];
  }

 private:
  std::array<float, 256> as_float_{};
  std::array<double, 256> as_double_{};
  linalg::SplitReciprocal reciprocal_;
  bool by_reciprocal_;  // the quick way gives the same floats
};

}  // namespace bprop::data
