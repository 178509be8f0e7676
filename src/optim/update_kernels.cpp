// SPDX-License-Identifier: Apache-2.0
//
// The update kernels: plain reference and double once, Highway's vectors once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optim/update_kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include "linalg/every_target.h"
#include "linalg/float_vector-inl.h"
#include "linalg/kernels.h"
#include "linalg/lanes.h"
#include "optim/update.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {
namespace {

#include "optim/update_loops.inc"

}  // namespace

// Null where the instruction set has no fused multiply-add.
const optim::UpdateKernels<float>* update_table(Arithmetic arithmetic) {
  static constexpr optim::UpdateKernels<float> kPortable = {&update_rule<FloatVector<false>>};
  if (arithmetic == Arithmetic::kPortable) return &kPortable;
#if HWY_NATIVE_FMA
  static constexpr optim::UpdateKernels<float> kFused = {&update_rule<FloatVector<true>>};
  return &kFused;
#else
  return nullptr;
#endif
}

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bprop {

HWY_EXPORT(update_table);

namespace reference {
namespace {
#include "optim/update_loops.inc"
constexpr optim::UpdateKernels<float> kFused = {&update_rule<FloatScalar<true>>};
constexpr optim::UpdateKernels<float> kPortable = {&update_rule<FloatScalar<false>>};
}  // namespace
}  // namespace reference

namespace scalar {
namespace {
double mul_add(double a, double b, double c) { return a * b + c; }
double square_root(double x) { return std::sqrt(x); }
#include "optim/update_loops.inc"
constexpr optim::UpdateKernels<double> kDouble = {&update_rule<double>};
}  // namespace
}  // namespace scalar

namespace optim {

const UpdateKernels<float>& reference_updates(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::kFma ? reference::kFused : reference::kPortable;
}

const UpdateKernels<float>& float_updates(Arithmetic arithmetic) {
  if (linalg::reference_kernels_in_use()) return reference_updates(arithmetic);
  const UpdateKernels<float>* kernels = HWY_DYNAMIC_DISPATCH(update_table)(arithmetic);
  return kernels != nullptr ? *kernels : reference_updates(arithmetic);
}

std::vector<const UpdateKernels<float>*> all_float_updates(Arithmetic arithmetic) {
  std::vector<const UpdateKernels<float>*> all = {&reference_updates(arithmetic)};
  linalg::on_every_target(HWY_TARGETS, [&] {
    if (const UpdateKernels<float>* kernels = HWY_DYNAMIC_DISPATCH(update_table)(arithmetic)) all.push_back(kernels);
  });
  return all;
}

const UpdateKernels<double>& double_updates(Arithmetic) { return scalar::kDouble; }

template <>
const UpdateKernels<float>& updates_for<float>(Arithmetic arithmetic) {
  return float_updates(arithmetic);
}
template <>
const UpdateKernels<double>& updates_for<double>(Arithmetic arithmetic) {
  return double_updates(arithmetic);
}

}  // namespace optim
}  // namespace bprop
#endif  // HWY_ONCE
