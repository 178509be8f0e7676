// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/bytes.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include <bit>

#include "linalg/bytes.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void scale_bytes(const std::uint8_t* from, std::size_t count, const linalg::SplitReciprocal& scale, float* to) {
  const HWY_CAPPED(float, 16) floats;
  const hn::RebindToSigned<decltype(floats)> integers;
  const hn::Rebind<std::uint8_t, decltype(floats)> bytes;
  const auto high = hn::Set(floats, scale.high);
  const auto low = hn::Set(floats, scale.low);
  std::size_t i = 0;
  for (; i + hn::Lanes(floats) <= count; i += hn::Lanes(floats)) {
    const auto number = hn::ConvertTo(floats, hn::PromoteTo(integers, hn::LoadU(bytes, from + i)));
    hn::StoreU(hn::Add(hn::Mul(number, high), hn::Mul(number, low)), floats, to + i);
  }
  for (; i < count; ++i) to[i] = scale(from[i]);
}

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bprop {

HWY_EXPORT(scale_bytes);

namespace linalg {

SplitReciprocal::SplitReciprocal(double divisor) {
  const double reciprocal = 1 / divisor;
  high = std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(reciprocal)) & 0xFFFFFF00U);
  low = static_cast<float>(reciprocal - high);
}

void scale_bytes(const std::uint8_t* from, std::size_t count, const SplitReciprocal& scale, float* to) {
  HWY_DYNAMIC_DISPATCH(scale_bytes)(from, count, scale, to);
}

}  // namespace linalg
}  // namespace bprop
#endif  // HWY_ONCE
