// SPDX-License-Identifier: Apache-2.0
//
// FloatScalar<kFma>: one float that rounds as a class of arithmetic says; the plain reference that every vector
// version of a formula must equal bit for bit.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "calculus/inline.h"

namespace bprop::reference {

template <bool kFma>
struct FloatScalar {
  float value = 0;
  FloatScalar() = default;
  FloatScalar(double constant) : value(static_cast<float>(constant)) {}  // NOLINT: constants of formulas
  static FloatScalar of(float x) {
    FloatScalar result;
    result.value = x;
    return result;
  }
};

#define BPROP_FLOAT_SCALAR \
  template <bool kFma>     \
  inline FloatScalar<kFma>
BPROP_FLOAT_SCALAR operator+(FloatScalar<kFma> a, FloatScalar<kFma> b) { return a.of(a.value + b.value); }
BPROP_FLOAT_SCALAR operator-(FloatScalar<kFma> a, FloatScalar<kFma> b) { return a.of(a.value - b.value); }
BPROP_FLOAT_SCALAR operator*(FloatScalar<kFma> a, FloatScalar<kFma> b) { return a.of(a.value * b.value); }
BPROP_FLOAT_SCALAR operator/(FloatScalar<kFma> a, FloatScalar<kFma> b) { return a.of(a.value / b.value); }
BPROP_FLOAT_SCALAR operator-(FloatScalar<kFma> a) { return a.of(-a.value); }
BPROP_FLOAT_SCALAR square_root(FloatScalar<kFma> a) { return a.of(std::sqrt(a.value)); }
BPROP_FLOAT_SCALAR select(bool mask, FloatScalar<kFma> yes, FloatScalar<kFma> no) { return mask ? yes : no; }

BPROP_FLOAT_SCALAR mul_add(FloatScalar<kFma> a, FloatScalar<kFma> b, FloatScalar<kFma> c) {
  if constexpr (kFma) return a.of(std::fma(a.value, b.value, c.value));
  return a.of(a.value * b.value + c.value);
}

// To the nearest integer, ties to even, for |x| < 2^22; adding 1.5 · 2^23 leaves no bits for a fraction.
BPROP_FLOAT_SCALAR round_to_integer(FloatScalar<kFma> a) { return a.of((a.value + 12582912.0F) - 12582912.0F); }

// a · 2^n in two steps, so that neither factor over- or underflows for n in [−252, 254]; n is a whole number.
BPROP_FLOAT_SCALAR times_power_of_two(FloatScalar<kFma> a, FloatScalar<kFma> n) {
  const auto bits = std::bit_cast<std::int32_t>(n.value + 12582912.0F) - std::bit_cast<std::int32_t>(12582912.0F);
  const std::int32_t half = bits >> 1;
  const auto power = [](std::int32_t e) { return std::bit_cast<float>(static_cast<std::uint32_t>(e + 127) << 23); };
  return a.of(a.value * power(half) * power(bits - half));
}

// 2^n for a whole n in [−126, 127].
BPROP_FLOAT_SCALAR power_of_two(FloatScalar<kFma> n) {
  const auto bits = std::bit_cast<std::uint32_t>(n.value + 12582912.0F) - std::bit_cast<std::uint32_t>(12582912.0F);
  return n.of(std::bit_cast<float>((bits + 127U) << 23));
}

BPROP_FLOAT_SCALAR absolute(FloatScalar<kFma> a) { return a.of(std::fabs(a.value)); }
// The sign of the second on the first, which has none.
BPROP_FLOAT_SCALAR with_sign_of(FloatScalar<kFma> size, FloatScalar<kFma> sign) {
  return size.of(std::copysign(size.value, sign.value));
}

// Leaves a number in [√½, √2) in `a` and returns the exponent taken out; a is positive, normal (of
// others the result means nothing).
BPROP_FLOAT_SCALAR split_exponent(FloatScalar<kFma>& a) {
  const auto bits = std::bit_cast<std::uint32_t>(a.value);
  const auto exponent = static_cast<std::int32_t>(bits - std::bit_cast<std::uint32_t>(0.70710678F)) >> 23;
  a.value = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(exponent) << 23));
  return a.of(static_cast<float>(exponent));
}

// The leading 12 bits of the significand.
BPROP_FLOAT_SCALAR keep_high_bits(FloatScalar<kFma> a) {
  return a.of(std::bit_cast<float>(std::bit_cast<std::uint32_t>(a.value) & 0xFFFFF000U));
}
#undef BPROP_FLOAT_SCALAR

template <bool kFma>
bool less(FloatScalar<kFma> a, FloatScalar<kFma> b) {
  return a.value < b.value;
}
template <bool kFma>
bool greater(FloatScalar<kFma> a, FloatScalar<kFma> b) {
  return a.value > b.value;
}
template <bool kFma>
bool less_equal(FloatScalar<kFma> a, FloatScalar<kFma> b) {
  return a.value <= b.value;
}

#include "calculus/elementary.inc"

}  // namespace bprop::reference
