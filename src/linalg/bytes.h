// SPDX-License-Identifier: Apache-2.0
//
// Bytes (the pixels of an image) as floats, many at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bprop::linalg {

// 1 / divisor in two parts. high has 16 bits, so that a byte times it is exact; then byte · high + byte · low is
// byte / divisor rounded once, for all but a few divisors.
struct SplitReciprocal {
  float high = 0;
  float low = 0;

  explicit SplitReciprocal(double divisor);
  float operator()(std::uint8_t byte) const {
    const auto number = static_cast<float>(byte);
    return number * high + number * low;
  }
};

// to[i] = scale(from[i]), bit for bit.
void scale_bytes(const std::uint8_t* from, std::size_t count, const SplitReciprocal& scale, float* to);

}  // namespace bprop::linalg
