// SPDX-License-Identifier: Apache-2.0
//
// FloatVector<kFma>: Highway's widest vector of up to 16 floats with the operations that the formulas of calculus/
// need; calculus/float_scalar.h says what each does. Included once per instruction set, inside Highway's
// foreach_target.

#if defined(BPROP_LINALG_FLOAT_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BPROP_LINALG_FLOAT_VECTOR_INL_H_
#undef BPROP_LINALG_FLOAT_VECTOR_INL_H_
#else
#define BPROP_LINALG_FLOAT_VECTOR_INL_H_
#endif

#include <hwy/highway.h>

#include "calculus/inline.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = HWY_CAPPED(float, 16);
using IntTag = hn::RebindToSigned<FloatTag>;
using FloatRegister = hn::Vec<FloatTag>;
using IntRegister = hn::Vec<IntTag>;
using FloatMask = hn::Mask<FloatTag>;
inline constexpr size_t kLanes = hn::MaxLanes(FloatTag());

template <bool kFma>
struct FloatVector {
  FloatRegister lanes;
  BPROP_INLINE FloatVector() = default;
  BPROP_INLINE explicit FloatVector(FloatRegister value) : lanes(value) {}
  BPROP_INLINE FloatVector(double constant) : lanes(hn::Set(FloatTag(), static_cast<float>(constant))) {}  // NOLINT
  BPROP_INLINE static FloatVector load(const float* from) { return FloatVector(hn::LoadU(FloatTag(), from)); }
  BPROP_INLINE static FloatVector broadcast(float value) { return FloatVector(hn::Set(FloatTag(), value)); }
  BPROP_INLINE void store(float* to) const { hn::StoreU(lanes, FloatTag(), to); }
};

#define BPROP_FLOAT_VECTOR \
  template <bool kFma>     \
  BPROP_INLINE FloatVector<kFma>
BPROP_FLOAT_VECTOR operator+(FloatVector<kFma> a, FloatVector<kFma> b) {
  return FloatVector<kFma>(hn::Add(a.lanes, b.lanes));
}
BPROP_FLOAT_VECTOR operator-(FloatVector<kFma> a, FloatVector<kFma> b) {
  return FloatVector<kFma>(hn::Sub(a.lanes, b.lanes));
}
BPROP_FLOAT_VECTOR operator*(FloatVector<kFma> a, FloatVector<kFma> b) {
  return FloatVector<kFma>(hn::Mul(a.lanes, b.lanes));
}
BPROP_FLOAT_VECTOR operator/(FloatVector<kFma> a, FloatVector<kFma> b) {
  return FloatVector<kFma>(hn::Div(a.lanes, b.lanes));
}
BPROP_FLOAT_VECTOR operator-(FloatVector<kFma> a) { return FloatVector<kFma>(hn::Neg(a.lanes)); }
BPROP_FLOAT_VECTOR square_root(FloatVector<kFma> a) { return FloatVector<kFma>(hn::Sqrt(a.lanes)); }
BPROP_FLOAT_VECTOR select(FloatMask mask, FloatVector<kFma> yes, FloatVector<kFma> no) {
  return FloatVector<kFma>(hn::IfThenElse(mask, yes.lanes, no.lanes));
}
BPROP_FLOAT_VECTOR mul_add(FloatVector<kFma> a, FloatVector<kFma> b, FloatVector<kFma> c) {
  if constexpr (kFma) {
    return FloatVector<kFma>(hn::MulAdd(a.lanes, b.lanes, c.lanes));
  } else {
    return a * b + c;
  }
}
BPROP_FLOAT_VECTOR round_to_integer(FloatVector<kFma> a) {
  const auto magic = hn::Set(FloatTag(), 12582912.0F);
  return FloatVector<kFma>(hn::Sub(hn::Add(a.lanes, magic), magic));
}
BPROP_FLOAT_VECTOR times_power_of_two(FloatVector<kFma> a, FloatVector<kFma> n) {
  const FloatTag f;
  const IntTag i;
  const auto magic = hn::Set(f, 12582912.0F);
  const auto exponent = hn::Sub(hn::BitCast(i, hn::Add(n.lanes, magic)), hn::BitCast(i, magic));
  const auto half = hn::ShiftRight<1>(exponent);
  const auto bias = hn::Set(i, 127);
  const auto first = hn::BitCast(f, hn::ShiftLeft<23>(hn::Add(half, bias)));
  const auto second = hn::BitCast(f, hn::ShiftLeft<23>(hn::Add(hn::Sub(exponent, half), bias)));
  return FloatVector<kFma>(hn::Mul(hn::Mul(a.lanes, first), second));
}
BPROP_FLOAT_VECTOR power_of_two(FloatVector<kFma> n) {
  const FloatTag f;
  const IntTag i;
  const auto magic = hn::Set(f, 12582912.0F);
  const auto biased = hn::Add(hn::BitCast(i, hn::Add(n.lanes, magic)), hn::Set(i, 127 - 0x4B400000));
  return FloatVector<kFma>(hn::BitCast(f, hn::ShiftLeft<23>(biased)));
}
BPROP_FLOAT_VECTOR absolute(FloatVector<kFma> a) { return FloatVector<kFma>(hn::Abs(a.lanes)); }
BPROP_FLOAT_VECTOR with_sign_of(FloatVector<kFma> size, FloatVector<kFma> sign) {
  return FloatVector<kFma>(hn::CopySign(size.lanes, sign.lanes));
}
BPROP_FLOAT_VECTOR split_exponent(FloatVector<kFma>& a) {
  const FloatTag f;
  const IntTag i;
  const auto bits = hn::BitCast(i, a.lanes);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::BitCast(i, hn::Set(f, 0.70710678F))));
  a.lanes = hn::BitCast(f, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  return FloatVector<kFma>(hn::ConvertTo(f, exponent));
}
BPROP_FLOAT_VECTOR keep_high_bits(FloatVector<kFma> a) {
  const IntTag i;
  const auto mask = hn::Set(i, static_cast<int32_t>(0xFFFFF000U));
  return FloatVector<kFma>(hn::BitCast(FloatTag(), hn::And(hn::BitCast(i, a.lanes), mask)));
}
#undef BPROP_FLOAT_VECTOR

template <bool kFma>
BPROP_INLINE FloatMask less(FloatVector<kFma> a, FloatVector<kFma> b) {
  return hn::Lt(a.lanes, b.lanes);
}
template <bool kFma>
BPROP_INLINE FloatMask greater(FloatVector<kFma> a, FloatVector<kFma> b) {
  return hn::Gt(a.lanes, b.lanes);
}
template <bool kFma>
BPROP_INLINE FloatMask less_equal(FloatVector<kFma> a, FloatVector<kFma> b) {
  return hn::Le(a.lanes, b.lanes);
}

template <class P>
struct Lanes;
template <bool kFma>
struct Lanes<FloatVector<kFma>> {
  using Element = float;
  static constexpr size_t kWidth = kLanes;
  BPROP_INLINE static FloatVector<kFma> load(const float* from) { return FloatVector<kFma>::load(from); }
  BPROP_INLINE static FloatVector<kFma> broadcast(float value) { return FloatVector<kFma>::broadcast(value); }
  BPROP_INLINE static void store(FloatVector<kFma> x, float* to) { x.store(to); }
};
template <class P>
using Element = typename Lanes<P>::Element;

inline bool is_above(float a, float b) { return a > b; }

#include "calculus/activation_formulas.inc"
#include "calculus/elementary.inc"
#include "calculus/loss_formulas.inc"

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // toggle
