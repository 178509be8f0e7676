// SPDX-License-Identifier: Apache-2.0
//
// The float kernels on Highway, compiled once per instruction set and chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/kernels_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include <cmath>

#include "linalg/columns_simd-inl.h"
#include "linalg/every_target.h"
#include "linalg/float_vector-inl.h"
#include "linalg/kernels.h"
#include "linalg/panels.h"
#include "linalg/products_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {
namespace {

#include "linalg/batch_norm_loops.inc"
#include "linalg/element_loops.inc"
#include "linalg/layer_norm_loops.inc"
#include "linalg/loss_loops.inc"

template <bool kFma>
constexpr linalg::Kernels<float> make_table() {
  return {
      hwy::TargetName(HWY_TARGET),
      kFma ? Arithmetic::kFma : Arithmetic::kPortable,
      &product<kFma>,
      &weight_gradient<kFma>,
      &bias_gradient<kFma>,
      &scale,
      &scale_gradient<kFma>,
      &layer_norm<float>,
      &layer_norm_gradient<float>,
      &layer_norm_backward<float>,
      &batch_statistics<float>,
      &batch_norm<float>,
      &batch_norm_gradient<float>,
      &batch_norm_backward<float>,
      &transpose,
      &activate<FloatVector<kFma>>,
      &activate_backward<FloatVector<kFma>>,
      &softmax<FloatVector<kFma>>,
      &softmax_backward<FloatVector<kFma>>,
      &loss<FloatVector<kFma>>,
      kTogether,
  };
}

}  // namespace

// Null where the instruction set has no fused multiply-add: the plain reference serves there.
const linalg::Kernels<float>* table(Arithmetic arithmetic) {
  static const linalg::Kernels<float> portable = make_table<false>();
#if HWY_NATIVE_FMA
  static const linalg::Kernels<float> fma = make_table<true>();
  if (arithmetic == Arithmetic::kFma) return &fma;
#else
  if (arithmetic == Arithmetic::kFma) return nullptr;
#endif
  return &portable;
}

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bprop {

HWY_EXPORT(table);

namespace linalg {
namespace {

const Kernels<float>& or_reference(const Kernels<float>* kernels, Arithmetic arithmetic) {
  return kernels != nullptr ? *kernels : reference_kernels(arithmetic);
}

}  // namespace

const Kernels<float>& float_kernels(Arithmetic arithmetic) {
  if (reference_kernels_in_use()) return reference_kernels(arithmetic);
  static const Kernels<float>& fma = or_reference(HWY_DYNAMIC_DISPATCH(table)(Arithmetic::kFma), Arithmetic::kFma);
  static const Kernels<float>& portable = *HWY_DYNAMIC_DISPATCH(table)(Arithmetic::kPortable);
  return arithmetic == Arithmetic::kFma ? fma : portable;
}

std::vector<const Kernels<float>*> all_float_kernels(Arithmetic arithmetic) {
  std::vector<const Kernels<float>*> all = {&reference_kernels(arithmetic)};
  on_every_target(HWY_TARGETS, [&] {
    if (const Kernels<float>* kernels = HWY_DYNAMIC_DISPATCH(table)(arithmetic)) all.push_back(kernels);
  });
  return all;
}

}  // namespace linalg
}  // namespace bprop
#endif  // HWY_ONCE
