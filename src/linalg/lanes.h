// SPDX-License-Identifier: Apache-2.0
//
// Lanes<P>: how loops written over a number P reach memory, for the numbers that are one element wide. The vectors of
// each instruction set have theirs in float_vector-inl.h.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>

#include "calculus/float_scalar.h"
#include "calculus/scalar_functions.h"

namespace bprop::reference {

template <class P>
struct Lanes;
template <bool kFma>
struct Lanes<FloatScalar<kFma>> {
  using Element = float;
  static constexpr std::size_t kWidth = 1;
  static FloatScalar<kFma> load(const float* from) { return FloatScalar<kFma>::of(*from); }
  static FloatScalar<kFma> broadcast(float value) { return FloatScalar<kFma>::of(value); }
  static void store(FloatScalar<kFma> x, float* to) { *to = x.value; }
};
template <class P>
using Element = typename Lanes<P>::Element;

inline bool is_above(float a, float b) { return a > b; }

}  // namespace bprop::reference

namespace bprop::scalar {

template <class P>
struct Lanes {
  static constexpr std::size_t kWidth = 1;
  static P load(const P* from) { return *from; }
  static P broadcast(P value) { return value; }
  static void store(P x, P* to) { *to = x; }
};
template <class P>
using Element = P;

inline bool is_above(double a, double b) { return a > b; }
inline bool is_above(Complex a, Complex b) { return a.real() > b.real(); }

}  // namespace bprop::scalar
